#!/usr/bin/python3
"""What the docker command line shows against our daemon, compared with what it shows against Docker.

    run.py                            our daemon (started here) against the recorded answers
    run.py --against SOCKET           ... against a Docker Engine
    run.py --record --socket SOCKET   writes recorded/CLI.json from a Docker Engine
    run.py --hexa                     hexa in the place of docker
    run.py --only REGEX -v            some cases, with all that they print

A case in cases/*.txt is a line `## what holds` and a line of shell in which `docker` is the client and
DOCKER_HOST the engine. Compared are stdout, stderr and exit code after `normal`. Names begin with hxc-
and are removed after each case. Where we mean to differ, differences.py says why."""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, HERE + "/../../support"]
import differences  # noqa: E402
from engine import Engine  # noqa: E402
from hexad_env import Daemon, bin_dir, docker_version, find_docker, skip  # noqa: E402


def cases(only):
    found = {}
    for path in sorted(glob.glob(HERE + "/cases/*.txt")):
        with open(path) as f:
            for block in re.split(r"^## ", f.read(), flags=re.M)[1:]:
                name, script = block.split("\n", 1)
                assert name not in found, name
                found[name] = script.strip()
    return {n: s for n, s in found.items() if re.search(only, n)}


def normal(text):
    """The same text from another engine, at another time."""
    text = text.replace("\r\n", "\n")
    text = re.sub(r"\b[0-9a-f]{64}\b", "<ID>", text)
    text = re.sub(r"\b[0-9a-f]{12}\b", "<id>", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<TIME>", text)
    text = re.sub(r"\b(Less than a second|About a minute|\d+ (seconds?|minutes?)) ago", "<AGO>", text)
    text = re.sub(r"\bUp (Less than a second|About a minute|\d+ (seconds?|minutes?))", "Up <T>", text)
    text = re.sub(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", lambda m: m[0] if m[0].startswith(("127.", "0.", "192.0.2.")) else "<IP>", text)
    text = re.sub(r"\b\d+(\.\d+)?[kMG]?B\b", "<SIZE>", text)
    text = re.sub(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b", "<MAC>", text)
    text = re.sub(r"/[\w/.-]*/hxt-case\.\w+", "<DIR>", text)
    for pattern, replacement, _ in differences.TEXTS:
        text = re.sub(pattern, replacement, text)
    return text


def clean(engine):
    """Removes what a case made, whatever came of it."""
    for c in engine.api("GET", "/containers/json?all=1"):
        if any(n.startswith("/hxc-") for n in c.get("Names") or []) or c["Image"].startswith("hxc-"):
            try:
                engine.remove(c["Id"])
            except Exception:  # noqa: BLE001 - it may be going away by itself
                pass
    for path, listed, key in (("/volumes", "Volumes", "Name"), ("/images/json", None, "RepoTags")):
        found = engine.api("GET", path)
        for item in (found[listed] if listed else found) or []:
            for name in [item[key]] if isinstance(item[key], str) else item[key] or []:
                if name.startswith("hxc-"):
                    engine.request("DELETE", ("/volumes/" if listed else "/images/") + name + "?force=1")


def run_case(engine, script, client):
    with tempfile.TemporaryDirectory(prefix="hxt-case.", dir="/tmp") as folder:
        os.mkdir(folder + "/.bin")
        os.symlink(client, folder + "/.bin/docker")
        env = {k: v for k, v in os.environ.items() if not k.startswith("DOCKER_")}
        env.update(DOCKER_HOST="unix://" + engine.socket, PATH=f"{folder}/.bin:{os.environ['PATH']}", HOME=folder, TERM="dumb",
                   LC_ALL="C", DOCKER_CLI_HINTS="false")
        os.mkdir(folder + "/w")
        try:
            done = subprocess.run(["bash", "-c", script], cwd=folder + "/w", env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=90)
            out, err, code = done.stdout, done.stderr, done.returncode
        except subprocess.TimeoutExpired as expired:
            out, err, code = expired.stdout or b"", (expired.stderr or b"") + b"\n<more than 90 s>", -1
    if os.path.basename(client) == "hexa":  # it calls itself by its name
        out, err = (re.sub(rb"\bhexa( |:|$)", rb"docker\1", text) for text in (out, err))
    return {"code": code, "out": normal(out.decode(errors="replace")), "err": normal(err.decode(errors="replace"))}


def run_all(engine, wanted, client, progress=False):
    answers = {}
    for name, script in wanted.items():
        if progress:
            print("  " + name, file=sys.stderr, flush=True)
        answers[name] = run_case(engine, script, client)
        if isinstance(engine, Daemon) and not engine.alive():
            answers[name] = {"code": f"the daemon died: {engine.process.returncode}", "out": engine.log_tail(15), "err": ""}
            engine.launch()
        clean(engine)
    return answers


def again(answer):
    """A recorded answer, by the rules of today."""
    return {k: normal(v) if isinstance(v, str) else v for k, v in answer.items()}


def compare(name, ours, theirs, kind):
    """None when they agree or the difference is meant; else what differs."""
    expected = differences.CASES.get(kind, {}).get(name)
    if expected:
        theirs = {**theirs, **expected[0]}
    lines = []
    for key in ("code", "out", "err"):
        if ours[key] != theirs[key]:
            lines.append(f"    {key:4} ours   {ours[key]!r}\n         docker {theirs[key]!r}")
    return "\n".join(lines) or None


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--socket", help="an engine that runs already, in place of ours")
    args.add_argument("--against", help="a Docker Engine's socket, in place of the recorded answers")
    args.add_argument("--record", action="store_true")
    args.add_argument("--hexa", action="store_true")
    args.add_argument("--client", default=find_docker())
    args.add_argument("--only", default="")
    args.add_argument("-v", action="store_true")
    args = args.parse_args()
    wanted = cases(args.only)
    if not args.client:
        skip("no docker command (packaging/install-deps --tests brings one)")
    version = docker_version(args.client)
    client = os.path.abspath(bin_dir() + "/hexa") if args.hexa else args.client
    print(f"client: {client}, docker CLI {version}; {len(wanted)} cases", flush=True)
    # hexa follows the newest client of those that answers are recorded of.
    recorded = f"{HERE}/recorded/{'28.2' if args.hexa else version}.json"
    if args.record:
        answers = run_all(Engine(args.socket), wanted, args.client, True)
        known = json.load(open(recorded)) if os.path.exists(recorded) else {}
        known.update(answers)
        known = {n: known[n] for n in cases("") if n in known}
        os.makedirs(os.path.dirname(recorded), exist_ok=True)
        with open(recorded, "w") as f:
            json.dump(known, f, indent=1, ensure_ascii=False)
            f.write("\n")
        print(f"recorded {len(answers)} in {recorded}")
        return 0
    daemon = None
    if args.socket:
        engine = Engine(args.socket)
    else:
        engine = daemon = Daemon(bip="172.30.0.1/16")
    with concurrent.futures.ThreadPoolExecutor() as both:
        if args.against:
            theirs = both.submit(run_all, Engine(args.against), wanted, args.client)
        ours = run_all(engine, wanted, client)
        if args.against:
            theirs = theirs.result()
        else:
            if not os.path.exists(recorded):
                skip(f"no answers recorded for docker CLI {version}")
            theirs = json.load(open(recorded))
    kind = "hexa" if args.hexa else f"docker {version}" if f"docker {version}" in differences.CASES else "docker"
    passed = failed = 0
    for name in wanted:
        why = compare(name, again(ours[name]), again(theirs[name]), kind) if name in theirs else "    not recorded"
        meant = differences.CASES.get(kind, {}).get(name)
        if why:
            failed += 1
            print(f"FAIL {name}\n{why}")
        else:
            passed += 1
            if args.v or meant:
                print(f"ok   {name}" + (f" (differs: {meant[1]})" if meant else ""))
            if args.v:
                print(f"     {ours[name]}")
    left = daemon.close() if daemon else {}
    if left:
        failed += 1
        print("FAIL left behind:", json.dumps(left, indent=1, default=str))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
