#!/usr/bin/python3
"""How long things take through the API, of one engine or of two in turn.

    bench.py ENGINE_SOCKET [OTHER_SOCKET] [--only run,exec,parallel,scale,cli] [--hexa PATH] [--json FILE]

Both need the image bb:1 (tests/bench/run brings it). With two engines each measurement alternates
between them, so that noise of the machine meets both; the last column is other/first: above 1 the
first is faster. Medians. Nothing is asserted: compare runs on the same machine."""
import argparse
import glob
import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from engine import API, ApiError, Connection, Engine  # noqa: E402


class Client(Engine):
    """Keeps one connection a thread open, as a program that works with an engine does."""

    def __init__(self, sock, cli):
        super().__init__(sock)
        self.command = cli
        self.local = threading.local()

    def request(self, method, path, body=None, headers=None, timeout=120):
        data = json.dumps(body).encode() if body is not None else None
        head = {"Content-Type": "application/json"} if data else {}
        for attempt in range(2):
            connection = getattr(self.local, "connection", None) or Connection(self.socket, timeout)
            self.local.connection = connection
            try:
                connection.request(method, API + path, data, head)
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            except (http.client.HTTPException, ConnectionError):
                self.local.connection = None
                if attempt:
                    raise
        return None

    def whole(self, config=None, **host):
        """create, start, wait, remove: milliseconds."""
        started = time.perf_counter()
        ref = self.create(["/bin/true"], host=host, **(config or {}))
        self.start(ref)
        code = self.wait(ref)
        self.api("DELETE", f"/containers/{ref}")
        if code != 0:
            raise RuntimeError(f"exit code {code}")
        return (time.perf_counter() - started) * 1e3

    def memory(self):
        """(PSS of the engine's processes in MiB), by the names that engines use."""
        total = 0
        for path in glob.glob("/proc/[0-9]*/comm"):
            try:
                with open(path) as f:
                    name = f.read().strip()
                if name in self.names:
                    with open(os.path.dirname(path) + "/smaps_rollup") as f:
                        total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
        return total / 1024

    @property
    def names(self):
        if not hasattr(self, "_names"):
            hexad = b"hexad" in self.request("GET", "/version")[2].lower()
            self._names = ("hexad", "hexad-shim") if hexad else ("dockerd", "containerd", "containerd-shim", "docker-proxy")
        return self._names


class Table:
    def __init__(self, engines):
        self.engines, self.rows = engines, {}
        print(f"{'':48} {'first':>10} {'other':>10}" + "   other/first" * (len(engines) > 1), flush=True)

    def add(self, what, values, unit="ms", more_is_better=False):
        middle = [statistics.median(v) for v in values]
        line = f"{what:48} {middle[0]:10.2f} "
        row = {"unit": unit, "values": middle}
        if len(middle) > 1:
            row["ratio"] = middle[0] / middle[1] if more_is_better else middle[1] / middle[0]
            line += f"{middle[1]:10.2f} {unit:8} {row['ratio']:8.2f}"
        else:
            line += f"{'':10} {unit}"
        self.rows[what] = row
        print(line, flush=True)

    def alternate(self, what, count, function, **kw):
        """function(engine) -> milliseconds; one round to warm up."""
        values = [[] for _ in self.engines]
        for i in range(count + 1):
            for engine, seen in zip(self.engines, values):
                value = function(engine)
                if i:
                    seen.append(value)
        self.add(what, values, **kw)


def timed(function, *args):
    started = time.perf_counter()
    function(*args)
    return (time.perf_counter() - started) * 1e3


def run(table, count):
    table.alternate("create+start+wait+rm, bridge", count, lambda e: e.whole())
    table.alternate("create+start+wait+rm, no network", count, lambda e: e.whole(NetworkMode="none"))
    table.alternate("create+start+wait+rm, the host's network", count, lambda e: e.whole(NetworkMode="host"))

    def ports(number, first):
        bindings = {f"{p}/tcp": [{"HostPort": str(first + p)}] for p in range(1, number + 1)}
        return {"PortBindings": bindings}, {"ExposedPorts": {p: {} for p in bindings}}

    def published(engine, number):
        host, config = ports(number, firsts[engine])
        return engine.whole(config, **host)
    firsts = {e: 21000 + 1000 * i for i, e in enumerate(table.engines)}
    table.alternate("create+start+wait+rm, a published port", count, lambda e: published(e, 1))

    def hundred(engine):
        host, config = ports(100, firsts[engine])
        ref = engine.create(["sleep", "100"], host=host, **config)
        took = timed(engine.start, ref)
        engine.remove(ref)
        return took
    table.alternate("start with 100 published ports", 5, hundred)


def execs(table, count):
    refs = {e: e.run(["sleep", "1000"]) for e in table.engines}
    table.alternate("exec true", count, lambda e: timed(e.exec, refs[e], ["/bin/true"]))
    for engine, ref in refs.items():
        engine.remove(ref)


def parallel(table, _):
    values = []
    for engine in table.engines:
        number = 80 if "hexad" in engine.names else 24
        left = iter(range(number))
        lock = threading.Lock()

        def work():
            while True:
                with lock:
                    if next(left, None) is None:
                        return
                engine.whole()  # noqa: B023
        threads = [threading.Thread(target=work) for _ in range(8)]
        took = timed(lambda: ([t.start() for t in threads], [t.join() for t in threads])) / 1e3  # noqa: B023
        values.append([number / took])
    table.add("containers a second, 8 clients", values, "1/s", more_is_better=True)


def scale(table, number):
    rest, each, last, lists = [], [], [], []
    for engine in table.engines:
        before = engine.memory()
        rest.append([before])
        refs, times = [], []
        for _ in range(number):
            ref = engine.create(["sleep", "100000"])
            times.append(timed(engine.start, ref))
            refs.append(ref)
        each.append([(engine.memory() - before) / number])
        last.append([statistics.median(times[-10:]) / statistics.median(times[:10])])
        lists.append([timed(engine.api, "GET", "/containers/json") for _ in range(20)])
        for ref in refs:
            engine.remove(ref)
    table.add("memory at rest", rest, "MiB")
    table.add(f"memory for each of {number} containers", each, "MiB")
    table.add(f"last starts of {number} over the first", last, "times")
    table.add(f"list of {number} containers", lists)


def cli(table, count):
    def command(engine):
        return timed(lambda: subprocess.run([engine.command, "run", "--rm", "bb:1", "true"], check=True, capture_output=True,
                                            env={**os.environ, "DOCKER_HOST": "unix://" + engine.socket}))
    table.alternate("the command `run --rm`", count, command)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sockets", nargs="+")
    parser.add_argument("--only", default="run,exec,parallel,scale,cli")
    parser.add_argument("--hexa", default="docker", help="the first engine's command line client")
    parser.add_argument("--docker", default="docker", help="the other's")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--containers", type=int, default=40, help="how many the part `scale` starts")
    parser.add_argument("--json")
    args = parser.parse_args()
    table = Table([Client(s, c) for s, c in zip(args.sockets, (args.hexa, args.docker))])
    parts = {"run": run, "exec": execs, "parallel": parallel, "scale": scale, "cli": cli}
    for name in args.only.split(","):
        try:
            parts[name](table, args.containers if name == "scale" else args.count)
        except (ApiError, RuntimeError) as error:
            print(f"{name}: {error}")
    if args.json:
        with open(args.json, "w") as f:
            json.dump(table.rows, f, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
