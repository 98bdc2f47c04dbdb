"""A daemon of ours in a world of its own, for tests.

    World      network namespace `hxt-hN` (plays the host) and `hxt-nN` (a neighbour on its wire),
               joined by a veth pair: HOST_ADDRESS, NEIGHBOUR_ADDRESS
    Daemon     hexad in that namespace with private data root, exec root, socket, pid file, bridge
    close()    removes the containers, ends the daemon and reports what is left behind

Nothing outside is touched: bridges, links and iptables rules live and die with the namespaces.
Needs root. HEXAD_BIN names the folder with hexad, hexa and hexad-shim."""
import atexit
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import images
from engine import Engine, eventually

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
HOST_ADDRESS, NEIGHBOUR_ADDRESS = "198.51.100.1", "198.51.100.2"
_count = 0


def skip(why):
    """Ends the whole test as skipped, for ctest to see."""
    print(f"SKIPPED: {why}", flush=True)
    sys.exit(77)


def bin_dir():
    if os.environ.get("HEXAD_BIN"):
        return os.environ["HEXAD_BIN"]
    found = sorted(glob.glob(TOP + "/build/*/bin/hexad"), key=os.path.getmtime)
    if not found:
        skip("no build of hexad (set HEXAD_BIN)")
    return os.path.dirname(found[-1])


def need_root():
    if os.geteuid() != 0:
        skip("needs root")
    try:
        subprocess.run(["unshare", "--net", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        skip("cannot make network namespaces here")


def sh(*args, check=True):
    return subprocess.run(args, check=check, capture_output=True, text=True)


class World:
    def __init__(self, forward_policy="DROP"):
        global _count
        need_root()
        _count += 1
        tag = f"{os.getpid()}x{_count}"
        self.host, self.neighbour = "hxt-h" + tag, "hxt-n" + tag
        atexit.register(self.close)
        sh("ip", "netns", "add", self.host)
        sh("ip", "netns", "add", self.neighbour)
        sh("ip", "-n", self.host, "link", "add", "hxt-up", "type", "veth", "peer", "name", "eth0", "netns", self.neighbour)
        for ns, link, address in ((self.host, "hxt-up", HOST_ADDRESS), (self.neighbour, "eth0", NEIGHBOUR_ADDRESS)):
            sh("ip", "-n", ns, "link", "set", "lo", "up")
            sh("ip", "-n", ns, "addr", "add", address + "/24", "dev", link)
            sh("ip", "-n", ns, "link", "set", link, "up")
        # A host whose administrator forwards nothing by default, as many do.
        self.on_host("iptables", "-P", "FORWARD", forward_policy, check=True)

    def on_host(self, *args, **kw):
        return Engine(None, netns=self.host).host(*args, **kw)

    def on_neighbour(self, *args, **kw):
        return Engine(None, netns=self.neighbour).host(*args, **kw)

    def links(self):
        out = self.on_host("ip", "-o", "link").stdout
        return set(re.findall(r"^\d+: ([^:@]+)", out, re.M))

    def rules(self):
        out = "".join(self.on_host("iptables-save", "-t", t).stdout for t in ("nat", "filter"))
        return [line for line in out.splitlines() if line.startswith("-A")]

    def close(self):
        for ns in (self.host, self.neighbour):
            if os.path.exists("/run/netns/" + ns):
                sh("ip", "netns", "del", ns, check=False)
        atexit.unregister(self.close)


class Daemon(Engine):
    def __init__(self, world=None, bip="172.30.0.1/24", bridge="hxt-br0", args=(), start=True, seed=True):
        self.own_world = world is None
        self.world = world or World()
        self.root = tempfile.mkdtemp(prefix="hxt-d.", dir=os.environ.get("HEXAD_TEST_DIR", "/var/tmp"))
        super().__init__(self.root + "/hexad.sock", find_docker() or "docker", self.world.host)
        self.data, self.exec_root = self.root + "/data", self.root + "/exec"
        self.bridge, self.bip, self.args = bridge, bip, list(args)
        self.log_path = self.root + "/log"
        self.process = None
        self.instances = set()
        atexit.register(self._abandon)
        if start:
            self.launch()
            if seed:
                self.seed()

    # --- life
    def command(self):
        return [bin_dir() + "/hexad", "-H", "unix://" + self.socket, "--data-root", self.data, "--exec-root", self.exec_root,
                "--pidfile", self.root + "/pid", "--bridge", self.bridge, "--bip", self.bip, "--log-level", "debug", *self.args]

    def launch(self, wait=True):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(["nsenter", f"--net=/run/netns/{self.world.host}", *self.command()],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if not wait:
            return
        end = time.monotonic() + 30
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"hexad ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                return self.wait_ready(0.2)
            except TimeoutError:
                if time.monotonic() > end:
                    raise RuntimeError("hexad does not answer:\n" + self.log_tail()) from None

    def terminate(self, seconds=10):
        """SIGTERM; the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(seconds)
        return time.monotonic() - started

    def kill(self):
        self.process.kill()
        self.process.wait()

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def log_tail(self, lines=30):
        try:
            with open(self.log_path, errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""

    def seed(self):
        self.import_image(images.tar("busybox"), "bb", "1", ())
        self.import_image(images.tar("busybox"), "busybox", "latest", images.changes("busybox"))
        self.learn_instance()

    # --- what is there, and what is left
    def learn_instance(self):
        """The eight digits in names of ours, read from where a container runs."""
        ref = self.run(["sleep", "60"], host={"NetworkMode": "none"})
        with open(f"/proc/{self.inspect(ref)['State']['Pid']}/cgroup") as f:
            self.instances |= set(re.findall(r"/hexad-([0-9a-f]{8})/", f.read()))
        self.remove(ref)

    def cgroups(self):
        found = set()
        for instance in self.instances:
            for parent in glob.glob(f"/sys/fs/cgroup/**/hexad-{instance}", recursive=False) + glob.glob(f"/sys/fs/cgroup/*/hexad-{instance}"):
                found |= {os.path.join(parent, d) for d in os.listdir(parent) if os.path.isdir(os.path.join(parent, d))}
        return found

    def processes(self):
        """pid -> name of those with a file of ours open, in our cgroups, or named after our paths."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            base = f"/proc/{pid}"
            try:
                with open(base + "/cgroup") as f:
                    ours = any(f"hexad-{i}/" in line for line in f for i in self.instances)
                if not ours:
                    for link in os.listdir(base + "/fd"):
                        if os.readlink(f"{base}/fd/{link}").startswith(self.root + "/"):
                            ours = True
                            break
                if ours:
                    with open(base + "/comm") as f:
                        found[int(pid)] = f.read().strip()
            except OSError:
                continue
        found.pop(os.getpid(), None)
        if self.process:
            found.pop(self.process.pid, None)
        return found

    def mounts(self):
        with open("/proc/self/mountinfo") as f:
            return [line.strip() for line in f if self.root in line]

    def container_files(self):
        """Folders that belong to containers or to removals under way."""
        found = []
        for folder in (self.exec_root, self.data + "/containers", self.data + "/trash", self.data + "/tmp"):
            if os.path.isdir(folder):
                found += [os.path.join(folder, n) for n in os.listdir(folder)
                          if folder != self.exec_root or re.fullmatch("[0-9a-f]{64}", n)]
        return found

    def leaks(self, seconds=5):
        """What is there although no container is; waits a little for what is done behind the answer."""
        def look():
            left = {"mounts": self.mounts(), "processes": self.processes(), "cgroups": sorted(self.cgroups()),
                    "links": sorted(self.world.links() - {"lo", "hxt-up", self.bridge}) if self.own_world else [],
                    "rules": [r for r in self.world.rules() if "--dport" in r or "--to-destination" in r] if self.own_world else [],
                    "files": self.container_files()}
            return {k: v for k, v in left.items() if v}
        last = {}
        def clean():
            last.clear()
            last.update(look())
            return not last
        eventually(clean, seconds)
        return last

    def clear(self):
        for c in self.api("GET", "/containers/json?all=1"):
            self.remove(c["Id"])

    def close(self, check=True):
        """Ends everything; what was left behind (empty is right)."""
        left = {}
        if self.alive():
            try:
                self.clear()
                left = self.leaks() if check else {}
                took = self.terminate()
                if check and took > 2:
                    left["shutdown"] = f"SIGTERM took {took:.1f} s"
                if check and self.processes():
                    left["after shutdown"] = self.processes()
            except Exception as error:  # noqa: BLE001 - whatever it is, the rest must still be cleaned
                left["close"] = f"{type(error).__name__}: {error}\n{self.log_tail(15)}"
        elif check:
            left["daemon"] = "not running at the end:\n" + self.log_tail(15)
        self._abandon()
        return left

    def _abandon(self):
        """Takes away whatever is there by force; the same at a failed test's exit."""
        if self.alive():
            self.process.kill()
            self.process.wait()
        for _ in range(50):
            left = self.processes()
            if not left:
                break
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            time.sleep(0.02)
        for instance in self.instances:
            for parent in glob.glob(f"/sys/fs/cgroup/*/hexad-{instance}") + glob.glob(f"/sys/fs/cgroup/hexad-{instance}"):
                for folder, _, _ in os.walk(parent, topdown=False):
                    try:
                        os.rmdir(folder)
                    except OSError:
                        pass
        for line in reversed(self.mounts()):
            sh("umount", "-l", line.split()[4], check=False)
        shutil.rmtree(self.root, ignore_errors=True)
        if self.own_world:
            self.world.close()
        atexit.unregister(self._abandon)


def find_docker():
    """The stock client: one on the PATH, or Debian's, unpacked beside the images."""
    wanted = os.environ.get("HEXAD_TEST_DOCKER")
    return wanted or shutil.which("docker") or shutil.which("docker", path=images.CACHE + "/docker/usr/bin")


def docker_version(docker):
    out = subprocess.run([docker, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"version (\d+\.\d+)", out)
    return found.group(1) if found else "?"


class Peer(Engine):
    """A Docker Engine in the daemon's place (HEXAD_TEST_PEER=SOCKET), to see that a test asks for
    what Docker does. Removes only what it created."""

    def __init__(self, *_, **__):
        super().__init__(os.environ["HEXAD_TEST_PEER"], find_docker() or "docker")
        self.created, self.root, self.world = [], "/no/such/root", None

    def request(self, method, path, body=None, headers=None, timeout=60):
        answer = super().request(method, path, body, headers, timeout)
        if "/containers/create" in path and answer[0] == 201:
            self.created.append(json.loads(answer[2])["Id"])
        return answer

    def alive(self):
        return True

    def log_tail(self):
        return ""

    def clear(self):
        for ref in self.created:
            self.request("DELETE", f"/containers/{ref}?force=1&v=1")
        self.created = []

    def leaks(self):
        return {}

    def close(self, check=True):
        self.clear()
        return {}


if os.environ.get("HEXAD_TEST_PEER"):
    Daemon = Peer
