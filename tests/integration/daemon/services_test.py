#!/usr/bin/python3
"""nginx and redis from Debian's packages, isolated, behind published ports; and what a process in a
container sees of the machine: nothing but its own."""
import os
import shutil
import subprocess
import unittest

import _path  # noqa: F401
import harness
import images
from engine import eventually
from hexad_env import HOST_ADDRESS, Daemon, skip

daemon = None


def setUpModule():
    global daemon
    daemon = Daemon()
    for kind in ("nginx", "redis"):
        tar = images.tar(kind)
        if not tar:
            daemon.close(check=False)
            skip(f"the packages of {kind} cannot be had")
        daemon.import_image(tar, kind, "latest", images.changes(kind))


def tearDownModule():
    left = daemon.close()
    assert not left, left


def page(url):
    return daemon.host("curl", "-s", "--max-time", "5", url).stdout


class Case(unittest.TestCase):
    def tearDown(self):
        daemon.clear()


class Nginx(Case):
    def test_a_published_port_answers_on_loopback_and_the_hosts_address(self):
        ref = daemon.run(None, image="nginx", ExposedPorts={"80/tcp": {}}, host={"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}})
        for address in ("127.0.0.1", HOST_ADDRESS):
            self.assertTrue(eventually(lambda: "isolated process" in page(f"http://{address}:8080/")), address)
        rules = daemon.host("iptables", "-t", "nat", "-S").stdout
        self.assertRegex(rules, r"--dport 8080 .*-j DNAT --to-destination " + daemon.address(ref) + ":80")
        log = daemon.logs(ref).decode()
        self.assertIn("GET / HTTP/1.1", log)

    def test_a_user_without_capabilities_but_one_binds_port_80(self):
        ref = daemon.run(None, image="nginx", User="1000", host={"CapDrop": ["ALL"], "CapAdd": ["NET_BIND_SERVICE"], "NetworkMode": "bridge"})
        address = daemon.address(ref)
        self.assertTrue(eventually(lambda: "isolated process" in page(f"http://{address}/")), daemon.logs(ref))
        code, out = daemon.exec(ref, "id -u; grep CapBnd /proc/1/status")
        self.assertEqual((code, out.split()), (0, ["1000", "CapBnd:", "0000000000000400"]))

    def test_two_containers_listen_on_the_same_port(self):
        conf = "printf 'events{}\\nhttp{server{listen 443;return 200 %s;}}' >/tmp/c; exec nginx -c /tmp/c -g 'daemon off;'"
        refs = [daemon.run(conf % name, image="nginx") for name in ("first", "second")]
        for ref, name in zip(refs, ("first", "second")):
            self.assertTrue(eventually(lambda: page(f"http://{daemon.address(ref)}:443/") == name))

    def test_stop_ends_it_cleanly(self):
        ref = daemon.run(None, image="nginx")
        self.assertTrue(eventually(lambda: "isolated process" in page(f"http://{daemon.address(ref)}/")))
        daemon.api("POST", f"/containers/{ref}/stop")
        self.assertEqual(daemon.inspect(ref)["State"]["ExitCode"], 0)


class Redis(Case):
    def test_redis_is_reached_from_the_host_and_keeps_its_data(self):
        if not shutil.which("redis-cli"):
            self.skipTest("redis-cli is not installed")
        ref = daemon.run(None, image="redis", host={"PortBindings": {"6379/tcp": [{"HostIp": "", "HostPort": ""}]}}, ExposedPorts={"6379/tcp": {}})
        port = daemon.host_port(ref, "6379/tcp")
        for address in ("127.0.0.1", HOST_ADDRESS):
            cli = ("redis-cli", "-h", address, "-p", str(port))
            self.assertTrue(eventually(lambda: daemon.host(*cli, "ping").stdout == "PONG\n"), address)
            self.assertEqual(daemon.host(*cli, "set", "key", address).stdout, "OK\n")
            self.assertEqual(daemon.host(*cli, "get", "key").stdout, address + "\n")
        daemon.host("redis-cli", "-p", str(port), "save")
        daemon.api("POST", f"/containers/{ref}/restart?t=2")
        port = daemon.host_port(ref, "6379/tcp")
        self.assertTrue(eventually(lambda: daemon.host("redis-cli", "-p", str(port), "get", "key").stdout == HOST_ADDRESS + "\n"))
        self.assertEqual([(m["Type"], m["Destination"]) for m in daemon.inspect(ref)["Mounts"]], [("volume", "/data")])


class Isolation(Case):
    """Everything that the container sees is its own."""

    def setUp(self):
        self.ref = daemon.run(["sleep", "1000"], image="nginx", Hostname="box")
        self.pid = daemon.inspect(self.ref)["State"]["Pid"]

    def inside(self, script):
        code, out = daemon.exec(self.ref, script)
        self.assertEqual(code, 0, out)
        return out

    def test_processes(self):
        names = self.inside("for p in /proc/[0-9]*; do cat $p/comm; done 2>/dev/null").split()
        self.assertEqual(names[0], "sleep")
        self.assertLessEqual(set(names), {"sleep", "sh", "cat"})
        self.assertEqual(daemon.exec(self.ref, f"kill -0 {os.getpid()}")[0], 1)

    def test_kill_9_of_pid_1_from_inside_does_nothing(self):
        daemon.exec(self.ref, "kill -9 1")
        self.assertTrue(daemon.inspect(self.ref)["State"]["Running"])

    def test_hostname(self):
        self.assertEqual(self.inside("hostname; cat /etc/hostname").split(), ["box", "box"])
        self.assertEqual(daemon.exec(self.ref, "hostname other")[0], 1)
        self.assertNotEqual(os.uname().nodename, "box")

    def test_interfaces(self):
        self.assertEqual(self.inside("ls /sys/class/net").split(), ["eth0", "lo"])

    def test_mounts(self):
        lines = self.inside("cat /proc/mounts").splitlines()
        self.assertEqual(len([line for line in lines if line.startswith("overlay / overlay ")]), 1, lines)
        types = {line.split()[2] for line in lines}
        self.assertLessEqual(types, {"overlay", "proc", "tmpfs", "devpts", "sysfs", "cgroup", "cgroup2", "mqueue", "ext4", "ext3", "xfs", "btrfs"})
        # (options of / name the layers; nothing else may show where the daemon lives)
        self.assertFalse([line for line in lines if daemon.root in line and not line.startswith("overlay / ")])

    def test_ipc(self):
        made = subprocess.run(["ipcmk", "-M", "1024"], capture_output=True, text=True)
        self.assertEqual(made.returncode, 0, made.stderr)
        ident = made.stdout.split()[-1]
        try:
            self.assertNotIn(f" {ident} ", self.inside("cat /proc/sysvipc/shm"))
            self.assertEqual(len(self.inside("cat /proc/sysvipc/shm").splitlines()), 1)
        finally:
            subprocess.run(["ipcrm", "-m", ident], check=True)

    def test_namespaces_differ_from_the_hosts(self):
        for name in ("pid", "net", "mnt", "uts", "ipc", "cgroup"):
            self.assertNotEqual(os.readlink(f"/proc/{self.pid}/ns/{name}"), os.readlink(f"/proc/self/ns/{name}"), name)
            other = daemon.run(["sleep", "100"])
            self.assertNotEqual(os.readlink(f"/proc/{daemon.inspect(other)['State']['Pid']}/ns/{name}"), os.readlink(f"/proc/{self.pid}/ns/{name}"), name)
            daemon.remove(other)

    def test_nsenter_joins_all_of_them(self):
        out = subprocess.run(["nsenter", "--target", str(self.pid), "--all", "sh", "-c", "hostname; cat /proc/1/comm; ls /sys/class/net"],
                             capture_output=True, text=True)
        self.assertEqual(out.stdout.split(), ["box", "sleep", "eth0", "lo"], out.stderr)

    def test_pid_1_has_only_its_own_descriptors(self):
        links = [os.readlink(f"/proc/{self.pid}/fd/{n}") for n in os.listdir(f"/proc/{self.pid}/fd")]
        self.assertEqual(len(links), 3, links)
        self.assertFalse([x for x in links if daemon.root in x], links)

    def test_an_execd_process_has_only_its_own_descriptors(self):
        self.assertEqual(self.inside("ls /proc/self/fd | wc -l").strip(), "4")  # 0 1 2 and ls's own

    def test_limits_are_in_the_cgroup(self):
        ref = daemon.run(["sleep", "100"], host={"Memory": 32 << 20, "PidsLimit": 40, "NetworkMode": "none"})
        pid = daemon.inspect(ref)["State"]["Pid"]
        with open(f"/proc/{pid}/cgroup") as f:
            paths = {c: line.strip().split(":")[2] for line in f for c in line.split(":")[1].split(",")}
        if "pids" in paths:
            self.assertEqual(open(f"/sys/fs/cgroup/pids{paths['pids']}/pids.max").read().strip(), "40")
            self.assertEqual(open(f"/sys/fs/cgroup/memory{paths['memory']}/memory.limit_in_bytes").read().strip(), str(32 << 20))
        else:
            self.assertEqual(open(f"/sys/fs/cgroup{paths['']}/pids.max").read().strip(), "40")
            self.assertEqual(open(f"/sys/fs/cgroup{paths['']}/memory.max").read().strip(), str(32 << 20))


if __name__ == "__main__":
    harness.main()
