#!/usr/bin/python3
"""kill -9 of shims: their containers end with 137, all that they had is given back, the others go on.
   kill_shim.py [--seed N]"""
import argparse
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from engine import eventually  # noqa: E402
from hexad_env import Daemon  # noqa: E402


def shim_of(pid):
    """The parent of a container's first process."""
    with open(f"/proc/{pid}/stat") as f:
        return int(f.read().rsplit(")", 1)[1].split()[1])


def kill_running(daemon, rng):
    wrong = []
    names = [f"s{i}" for i in range(10)]
    for i, name in enumerate(names):
        daemon.run(["sleep", "1000"], name=name, ExposedPorts={"80/tcp": {}}, host={"PortBindings": {"80/tcp": [{"HostPort": str(7600 + i)}]}})
    pids = {name: daemon.inspect(name)["State"]["Pid"] for name in names}
    victims = rng.sample(names, 5)
    for name in victims:
        os.kill(shim_of(pids[name]), signal.SIGKILL)
    for name in names:
        if name in victims:
            if not eventually(lambda: daemon.inspect(name)["State"]["Status"] == "exited"):
                wrong.append(f"{name} is not exited")
            code = daemon.inspect(name)["State"]["ExitCode"]
            if code != 137:
                wrong.append(f"{name}: exit code {code}")
            if not eventually(lambda: not os.path.exists(f"/proc/{pids[name]}")):
                wrong.append(f"{name}: its process lives on")
        elif daemon.exec(name, "echo alive") != (0, "alive\n"):
            wrong.append(f"{name} was harmed")
    ports = [r for r in daemon.world.rules() if "-j DNAT" in r]
    if len(ports) != 5:
        wrong.append(f"{len(ports)} ports are published, not 5")
    for name in victims:
        daemon.start(name)
        if daemon.exec(name, "echo again") != (0, "again\n"):
            wrong.append(f"{name} does not start again")
    daemon.clear()
    return wrong


def kill_while_down(daemon, rng):
    wrong = []
    for i in range(4):
        daemon.run(["sleep", "1000"], name=f"d{i}")
    pids = [daemon.inspect(f"d{i}")["State"]["Pid"] for i in range(4)]
    daemon.kill()
    for pid in pids[:2]:
        os.kill(shim_of(pid), signal.SIGKILL)
    daemon.launch()
    for i in range(4):
        if not eventually(lambda: daemon.inspect(f"d{i}")["State"]["Status"] == ("exited" if i < 2 else "running"), 5):
            wrong.append(f"d{i}: {daemon.inspect(f'd{i}')['State']}")
    if [daemon.inspect(f"d{i}")["State"]["ExitCode"] for i in range(2)] != [137, 137]:
        wrong.append("exit codes of shims killed while the daemon was down")
    daemon.clear()
    return wrong


def kill_during_start(daemon, rng):
    """Shims die at any moment of a start: the start fails or the container is dead with 137, never stuck."""
    wrong = []
    stop = threading.Event()

    def killer():
        r = random.Random(rng.random())
        while not stop.is_set():
            time.sleep(r.uniform(0, 0.02))
            shims = [p for p, n in daemon.processes().items() if n == "hexad-shim"]
            if shims:
                try:
                    os.kill(r.choice(shims), signal.SIGKILL)
                except ProcessLookupError:
                    pass
    thread = threading.Thread(target=killer)
    thread.start()
    try:
        for i in range(60):
            name = f"x{i}"
            daemon.create(["sleep", "0.05"], name=name)
            status, _, answer = daemon.request("POST", f"/containers/{name}/start", timeout=20)
            if status not in (204, 500):
                wrong.append(f"start {name}: {status} {answer!r}")
            if not eventually(lambda: daemon.inspect(name)["State"]["Status"] in ("exited", "created"), 10):
                wrong.append(f"{name} is stuck: {daemon.inspect(name)['State']}")
            daemon.remove(name)
    finally:
        stop.set()
        thread.join()
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    seed = parser.parse_args().seed
    print(f"seed {seed}; again with: kill_shim.py --seed {seed}", flush=True)
    rng = random.Random(seed)
    daemon = Daemon()
    wrong = []
    for part in (kill_running, kill_while_down, kill_during_start):
        found = part(daemon, rng)
        print(f"{part.__name__}: {'ok' if not found else found}", flush=True)
        wrong += found
        left = daemon.leaks()
        if left:
            wrong.append(left)
            print("left behind:", left)
    if wrong:
        print(daemon.log_tail(40))
    left = daemon.close()
    if left:
        print("left behind:", left)
    return 1 if wrong or left else 0


if __name__ == "__main__":
    sys.exit(main())
