#!/usr/bin/python3
"""kill -9 of the daemon at random moments while containers start, stop, log, exec and go.

    kill_daemon.py [--rounds 25] [--seed N] [--workers 4]

After every restart each container is accounted for: what the daemon had acknowledged holds, what it
had not is in one of the states it can be in, exit codes and logs are complete. At the end nothing is
left: mounts, links, rules, cgroups, processes, addresses, files."""
import argparse
import collections
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from engine import ApiError, eventually  # noqa: E402
from hexad_env import Daemon  # noqa: E402


class Lost(Exception):
    """The daemon went away in the middle of a request: nobody knows whether it was carried out."""


class Record:
    """What a worker knows of one container. `sure` is False while a request has no answer."""

    def __init__(self, name, lines, code):
        self.name, self.lines, self.code = name, lines, code
        self.created = self.started = self.stopped = self.removed = False
        self.maybe = None  # the request that was cut off

    def expected_log(self):
        return [f"{self.name} {i}" for i in range(self.lines)]


class Workload:
    def __init__(self, daemon, rng):
        self.daemon, self.rng = daemon, rng
        self.records, self.lock, self.count = [], threading.Lock(), 0
        self.stop = threading.Event()
        self.unexpected = []
        self.seen = collections.Counter()
        self.held = []  # containers that live through everything: (name, pid, started, port)

    def call(self, method, path, body=None, accept=()):
        try:
            status, _, answer = self.daemon.request(method, path, body, timeout=30)
        except TimeoutError:
            self.unexpected.append(f"no answer in 30 s: {method} {path}")
            raise Lost from None
        except Exception as error:  # noqa: BLE001 - refused, reset, cut off half way
            raise Lost from error
        if status >= 400 and status not in accept:
            self.unexpected.append(f"{method} {path}: {status} {answer[:300]!r}")
        return status, answer

    def one(self, rng):
        with self.lock:
            self.count += 1
            record = Record(f"k{self.count}", rng.choice([1, 5, 20]), rng.choice([0, 3, 7]))
            self.records.append(record)
        script = f"i=0; while [ $i -lt {record.lines} ]; do echo {record.name} $i; i=$((i+1)); sleep 0.01; done; exit {record.code}"
        body = {"Image": "bb:1", "Cmd": ["sh", "-c", script], "HostConfig": {"NetworkMode": rng.choice(["bridge", "none", "bridge"])}}
        if rng.random() < 0.3 and body["HostConfig"]["NetworkMode"] == "bridge":
            body["ExposedPorts"] = {"80/tcp": {}}
            body["HostConfig"]["PortBindings"] = {"80/tcp": [{"HostPort": ""}]}
        if rng.random() < 0.2:
            body["Volumes"] = {"/anon": {}}

        def step(what, method, path, payload=None, accept=()):
            record.maybe = what
            status, _ = self.call(method, path, payload, accept)
            record.maybe = None
            return status
        step("create", "POST", f"/containers/create?name={record.name}", body)
        record.created = True
        step("start", "POST", f"/containers/{record.name}/start")
        record.started = True
        kind = rng.random()
        if kind < 0.3:
            status, answer = self.call("POST", f"/containers/{record.name}/exec", {"Cmd": ["true"]}, accept=(409,))
            if status == 201:
                ident = answer.split(b'"')[3].decode()
                self.call("POST", f"/exec/{ident}/start", {"Detach": True}, accept=(404, 409, 500, 400))
        elif kind < 0.5:
            record.maybe = "stop"
            self.call("POST", f"/containers/{record.name}/" + rng.choice(["stop?t=0", "kill", "restart?t=0"]), accept=(409,))
            record.maybe = None
            record.stopped = True
        elif kind < 0.6:
            self.call("GET", f"/containers/{record.name}/logs?stdout=1&follow=1")
        if rng.random() < 0.5:
            step("remove", "DELETE", f"/containers/{record.name}?force=1&v=1")
            record.removed = True

    def work(self, seed):
        rng = random.Random(seed)
        while not self.stop.is_set():
            try:
                self.one(rng)
            except Lost:
                return

    def hold(self, count):
        for i in range(count):
            name = f"held{i}"
            self.daemon.run("i=0; while :; do echo $i; i=$((i+1)); sleep 0.2; done", name=name, ExposedPorts={"80/tcp": {}},
                            host={"PortBindings": {"80/tcp": [{"HostPort": str(7500 + i)}]}})
            state = self.daemon.inspect(name)["State"]
            self.held.append((name, state["Pid"], state["StartedAt"], 7500 + i))

    # --- accounting
    def check(self):
        """What is wrong after a restart; each of the finite containers is given time to end."""
        wrong, keep = [], []
        for record in self.records:
            problem = self.check_one(record)
            self.seen[f"cut off in {record.maybe}" if record.maybe else "removed" if record.removed else "stopped" if record.stopped else "ran to its end"] += 1
            if problem:
                wrong.append(f"{record.name} (created {record.created} started {record.started} stopped {record.stopped} removed {record.removed} cut off in {record.maybe}): {problem}")
            elif not record.removed and self.daemon.request("GET", f"/containers/{record.name}/json")[0] == 200:
                keep.append(record)
        for name, pid, started, port in self.held:
            state = self.daemon.inspect(name)["State"]
            if (state["Status"], state["Pid"], state["StartedAt"]) != ("running", pid, started):
                wrong.append(f"{name} was harmed: {state}")
            lines = self.daemon.logs(name).split()
            if lines != [b"%d" % i for i in range(len(lines))]:
                wrong.append(f"{name}: the log has gaps: {lines}")
            rules = [r for r in self.daemon.world.rules() if f"--dport {port} " in r]
            if len([r for r in rules if "-j DNAT" in r]) != 1:
                wrong.append(f"{name}: rules of port {port}: {rules}")
        # Some stay for the next rounds, the rest go, so that the machine does not fill up.
        while len(keep) > 10:
            record = keep.pop(self.rng.randrange(len(keep)))
            self.daemon.remove(record.name)
        self.records = keep
        return wrong + self.unexpected

    def check_one(self, record):
        try:
            state = self.daemon.inspect(record.name)["State"]
        except ApiError as error:
            if error.status != 404:
                return f"inspect: {error}"
            gone_is_right = record.removed or record.maybe == "remove" or not record.created
            return None if gone_is_right else "is gone"
        if record.removed:
            return "is there although its removal was acknowledged"
        if state["Status"] == "running":
            done = eventually(lambda: self.daemon.inspect(record.name)["State"]["Status"] != "running", 10)
            if not done:
                return f"does not end: {state}"
            state = self.daemon.inspect(record.name)["State"]
        if state["Status"] == "created":
            return "is created although its start was acknowledged" if record.started else None
        if state["Status"] != "exited":
            return f"is {state['Status']}"
        log = self.daemon.logs(record.name).decode().splitlines()
        if record.stopped or record.maybe in ("stop", "remove"):
            if state["ExitCode"] not in (137, 143, record.code):
                return f"exit code {state['ExitCode']}"
            return None
        if state["ExitCode"] != record.code:
            return f"exit code {state['ExitCode']} in place of {record.code}: {state}"
        if log != record.expected_log():
            return f"log {log} in place of {record.lines} lines"
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--workers", type=int, default=4)
    args = parser.parse_args()
    print(f"seed {args.seed}, {args.rounds} rounds; again with: kill_daemon.py --rounds {args.rounds} --seed {args.seed}", flush=True)
    rng = random.Random(args.seed)
    daemon = Daemon(bip="172.30.0.1/25")  # few addresses: those that are not given back are missed soon
    load = Workload(daemon, rng)
    load.hold(4)
    slowest, total, failed = 0.0, 0, 0
    for number in range(1, args.rounds + 1):
        load.stop.clear()
        load.unexpected = []
        workers = [threading.Thread(target=load.work, args=(rng.random(),), daemon=True) for _ in range(args.workers)]
        for w in workers:
            w.start()
        time.sleep(rng.uniform(0.02, 0.9))
        daemon.kill()
        load.stop.set()
        for w in workers:
            w.join(40)
        started = time.monotonic()
        try:
            daemon.launch()
        except RuntimeError as error:
            print(f"round {number}: {error}")
            daemon.close(check=False)
            return 1
        slowest = max(slowest, time.monotonic() - started)
        total += len(load.records)
        wrong = load.check()
        for line in wrong:
            print(f"round {number}: {line}", flush=True)
        failed += len(wrong)
        if wrong:
            print(daemon.log_tail(60))
            break
    print(f"{args.rounds} kills, {total} containers, slowest restart {slowest:.2f} s")
    print(", ".join(f"{what}: {count}" for what, count in sorted(load.seen.items())))
    left = daemon.close()
    if left:
        print("left behind:", left)
    return 1 if failed or left else 0


if __name__ == "__main__":
    sys.exit(main())
