#!/usr/bin/python3
"""The rules of the tree that a compiler does not check, read from the files that git tracks:
who may include whom, where heavy headers may appear, the shapes of coroutine calls that g++ 12
miscompiles, what lies at the top level, and texts that say nothing to a reader of the project."""
import os
import re
import subprocess
import sys
import unittest

TOP = sys.argv.pop(1) if len(sys.argv) > 1 else os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "README.md", ".clang-format", ".clang-tidy", ".gitignore", ".ci",
             "libcontainer", "api", "daemon", "client", "migrations", "tests", "packaging", "LICENSE"}
SIBLINGS = ("ns", "rootfs", "cgroup", "security", "net", "firewall")
FEATURES = ("containers", "exec", "images", "networks", "volumes", "files", "events", "system", "build", "registry")
# Which features may call which, always through service.hpp; everybody may publish to events.
FEATURE_CALLS = {"exec": {"containers"}, "files": {"containers"}, # system declares what it asks of the others (how many there are), and they implement it
                 "containers": {"images", "networks", "volumes", "system"}, "images": {"system"}, "volumes": {"system"}}
HTTP_FOR_FEATURES = {"request", "response", "stream", "route", "upload"}


def tracked():
    try:
        out = subprocess.run(["git", "-c", "safe.directory=*", "-C", TOP, "ls-files"], check=True, capture_output=True, text=True).stdout
        files = out.splitlines()
    except (OSError, subprocess.CalledProcessError):  # a source archive without git
        files = [os.path.relpath(os.path.join(d, f), TOP) for d, _, fs in os.walk(TOP) for f in fs]
        files = [f for f in files if not f.startswith(("build/", ".git/"))]
    return [f for f in files if os.path.isfile(os.path.join(TOP, f))]


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as f:
        return f.read()


FILES = tracked()
SOURCES = [f for f in FILES if f.endswith((".cpp", ".hpp", ".c", ".h")) and not f.startswith("tests/")]


def includes(path):
    return re.findall(r'^\s*#\s*include\s*["<]([^">]+)[">]', read(path), re.M)


def area(path):
    """The layer that a file of ours belongs to: base, a sibling, process, shim, api, db, http, a feature, app..."""
    parts = path.split("/")
    if parts[0] in ("libcontainer", "daemon") and len(parts) > 2:
        return parts[1]
    if parts[0] == "daemon":
        return "paths" if path == "daemon/paths.hpp" else "app"
    return parts[0]


def own(include):
    return include.split("/")[0] in ("libcontainer", "daemon", "api", "client", "tests", "migrations")


def allowed(source, target):
    """May a file of `source` include one of `target`? Reasons for 'no' are the layers of the design."""
    s, t = area(source), area(target)
    if t == s or t == "base":
        return True
    libcontainer = {"base", "ns", "rootfs", "cgroup", "security", "net", "firewall", "process", "shim"}
    if s == "base" or s in SIBLINGS:
        return False
    if s == "process":
        return t in SIBLINGS
    if s == "shim":
        return t == "process" or t in SIBLINGS
    if s in ("api", "db", "async", "paths"):
        return False
    if s == "http":
        return t in ("api", "async")
    if s == "client":
        return t == "api"
    if s == "tar":
        return False
    if s in FEATURES:
        if t in ("db", "async", "api", "paths", "tar") or t in libcontainer:
            return True
        if t == "http":
            return os.path.splitext(target.split("/")[-1])[0] in HTTP_FOR_FEATURES
        if t in FEATURES:
            return t == "events" or (t in FEATURE_CALLS.get(s, set()) and target.endswith("/service.hpp"))
        return False
    return s == "app"


class Layers(unittest.TestCase):
    def test_a_file_includes_only_what_its_layer_may_know(self):
        bad = [f"{f} includes {i}" for f in SOURCES for i in includes(f) if own(i) and not allowed(f, i)]
        self.assertEqual(bad, [])

    def test_heavy_libraries_stay_in_their_folders(self):
        rules = [(r"^boost/beast", r"^daemon/http/"), (r"^boost/asio", r"^daemon/"),
                 (r"^nlohmann/", r"^api/json/"), (r"^spdlog/", r"^daemon/app/log_sink\.cpp$"),
                 (r"^CLI/", r"^(client|daemon/app|daemon/main)"), (r"^sqlite3\.h", r"^daemon/db/"),
                 (r"^boost/asio\.hpp$", r"^$")]
        bad = [f"{f} includes {i}" for f in SOURCES for i in includes(f)
               for what, where in rules if re.search(what, i) and not re.search(where, f)]
        self.assertEqual(bad, [])

    def test_a_header_begins_with_pragma_once(self):
        bad = [f for f in SOURCES if f.endswith(".hpp") and "#pragma once" not in read(f)]
        self.assertEqual(bad, [])


class Coroutines(unittest.TestCase):
    """co_await f([cap]{...}) and co_await f(Agg{...}): g++ 12.2 destroys the temporary twice."""
    LAMBDA = re.compile(r"co_await\s+[\w:.>\-]+\s*\((?:[^;(){}]|\([^()]*\))*\[[^\]\n]*\w[^\]\n]*\]\s*(?:\([^)]*\))?\s*(?:mutable\s*)?(?:->[^{;]+)?\{")
    AGGREGATE = re.compile(r"co_await\s+[\w:.>\-]+\s*\((?:[^;{}]*[,\s(])?[A-Z]\w*\s*\{\s*[^}\s]")

    def test_the_patterns_find_both_shapes(self):
        self.assertTrue(self.LAMBDA.search("co_await pool.run([name]{ return 1; });"))
        self.assertTrue(self.LAMBDA.search("auto x = co_await run(a, [this, s = std::move(s)]() mutable { f(); });"))
        self.assertTrue(self.AGGREGATE.search("co_await send(Reply{body});"))
        self.assertFalse(self.LAMBDA.search("co_await pool.run(std::move(job));"))
        self.assertFalse(self.LAMBDA.search("auto r = co_await read(buf[0], size);"))
        self.assertFalse(self.AGGREGATE.search("co_await send(std::move(reply));"))

    def test_no_owning_temporary_goes_into_an_awaited_call(self):
        bad = []
        for f in SOURCES:
            text = re.sub(r"//[^\n]*", "", read(f))
            for pattern in (self.LAMBDA, self.AGGREGATE):
                bad += [f"{f}: {m.group(0)[:80]}" for m in pattern.finditer(text)]
        self.assertEqual(bad, [])

    def test_coroutines_live_in_http_async_and_stream_handlers(self):
        ok = re.compile(r"^daemon/(http|async|app)/|^daemon/\w+/(\w*(stream|follow|wait|watch|restart|stop|attach|logs|events|stats|routes|handlers?)\w*)\.(c|h)pp$")
        bad = [f for f in SOURCES if re.search(r"\bco_(await|return)\b", re.sub(r"//[^\n]*", "", read(f))) and not ok.search(f)]
        self.assertEqual(bad, [])


class Texts(unittest.TestCase):
    def test_the_top_level_is_the_one_of_the_map(self):
        self.assertEqual(sorted({f.split("/")[0] for f in FILES} - TOP_LEVEL), [])

    def test_no_file_names_a_place_that_readers_do_not_have(self):
        # Written in pieces, so that this file does not match itself.
        words = ["/wo" + "rk/", "." + "library", "fa" + "rm-", "deb." + "debian", "registry." + "npm", "/tmp/" + "hexad-plan",
                 "hexad" + "-peer", "/tmp/" + "issue"]
        bad = [f"{f}: {w}" for f in FILES for w in words if w in read(f)]
        self.assertEqual(bad, [])

    def test_scripts_that_users_run_are_executable(self):
        scripts = ["packaging/quickstart", "packaging/install-deps", "tests/run", ".ci/run"]
        bad = [s for s in scripts if os.path.exists(os.path.join(TOP, s)) and not os.access(os.path.join(TOP, s), os.X_OK)]
        self.assertEqual(bad, [])

    def test_migrations_are_numbered_without_gaps(self):
        names = sorted(os.path.basename(f) for f in FILES if f.startswith("migrations/") and f.endswith(".sql"))
        self.assertEqual([n[:4] for n in names], [f"{i + 1:04d}" for i in range(len(names))])


if __name__ == "__main__":
    unittest.main()
