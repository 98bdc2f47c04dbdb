#!/usr/bin/python3
"""Published ports: who reaches them, from where, and what happens to them. The host's FORWARD policy
is DROP throughout."""
import re
import socket
import subprocess
import unittest

import _path  # noqa: F401
import harness
from engine import ApiError, eventually
from hexad_env import HOST_ADDRESS, Daemon

daemon = None


def setUpModule():
    global daemon
    daemon = Daemon()


def tearDownModule():
    left = daemon.close()
    assert not left, left


def server(port=80, text="page", bindings=None, **options):
    """A container that answers HTTP with `text`, published as `bindings` say."""
    exposed = {f"{port}/tcp": {}}
    return daemon.run(f"echo {text} >/tmp/index.html; exec httpd -f -p {port} -h /tmp", ExposedPorts=exposed,
                      host={"PortBindings": {f"{port}/tcp": bindings or [{"HostPort": ""}]}, **options.pop("host", {})}, **options)


def fetch(where, url):
    return where("curl", "-s", "--max-time", "3", url).stdout.strip()


class Ports(unittest.TestCase):
    def tearDown(self):
        daemon.clear()

    def assert_reached(self, where, url, text="page"):
        self.assertTrue(eventually(lambda: fetch(where, url) == text, 5), f"{url}: {fetch(where, url)!r}")

    def assert_unreached(self, where, url):
        self.assertEqual(where("curl", "-s", "--max-time", "1", url).stdout, "")

    def test_from_everywhere(self):
        ref = server(bindings=[{"HostPort": "8081"}])
        self.assert_reached(daemon.host, "http://127.0.0.1:8081/")
        self.assert_reached(daemon.host, f"http://{HOST_ADDRESS}:8081/")
        self.assert_reached(daemon.world.on_neighbour, f"http://{HOST_ADDRESS}:8081/")
        other = daemon.run(["sleep", "100"])
        for source in (ref, other):  # itself, and a neighbour on the bridge
            code, out = daemon.exec(source, ["timeout", "5", "wget", "-qO-", f"http://{HOST_ADDRESS}:8081/"])
            self.assertEqual((code, out), (0, "page\n"))
        gateway = daemon.inspect(ref)["NetworkSettings"]["Gateway"]
        code, out = daemon.exec(other, ["timeout", "5", "wget", "-qO-", f"http://{gateway}:8081/"])
        self.assertEqual((code, out), (0, "page\n"))

    def test_no_process_stands_behind_a_port(self):
        server(bindings=[{"HostPort": "8082"}])
        self.assert_reached(daemon.host, "http://127.0.0.1:8082/")  # its shell has become the server
        self.assertLessEqual(set(daemon.processes().values()), {"hexad-shim", "httpd"})

    def test_a_port_of_loopback_is_for_loopback(self):
        server(bindings=[{"HostIp": "127.0.0.1", "HostPort": "8083"}])
        self.assert_reached(daemon.host, "http://127.0.0.1:8083/")
        self.assert_unreached(daemon.host, f"http://{HOST_ADDRESS}:8083/")
        self.assert_unreached(daemon.world.on_neighbour, f"http://{HOST_ADDRESS}:8083/")

    def test_a_port_of_loopback_is_not_reached_by_the_containers_address(self):
        ref = server(bindings=[{"HostIp": "127.0.0.1", "HostPort": "8084"}])
        address = daemon.address(ref)
        subnet = re.sub(r"\.\d+$", ".0/24", address)
        daemon.world.on_neighbour("ip", "route", "add", subnet, "via", HOST_ADDRESS)
        self.addCleanup(daemon.world.on_neighbour, "ip", "route", "del", subnet)
        self.assert_unreached(daemon.world.on_neighbour, f"http://{address}/")

    def test_a_free_port_is_chosen(self):
        refs = [server(text=f"page{i}") for i in range(3)]
        ports = [daemon.host_port(ref, "80/tcp") for ref in refs]
        self.assertEqual(len(set(ports)), 3)
        for i, port in enumerate(ports):
            self.assert_reached(daemon.host, f"http://127.0.0.1:{port}/", f"page{i}")

    def test_udp(self):
        ref = daemon.run(["sleep", "100"], ExposedPorts={"5353/udp": {}}, host={"PortBindings": {"5353/udp": [{"HostPort": "5353"}]}})
        # busybox has no UDP server: one of the host's, in the container's network.
        server = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 5353))\nwhile True: s.sendto(*s.recvfrom(100))"
        echo = subprocess.Popen(["nsenter", "--target", str(daemon.inspect(ref)["State"]["Pid"]), "--net", "/usr/bin/python3", "-c", server])
        self.addCleanup(echo.wait)
        self.addCleanup(echo.kill)
        ask = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1); s.sendto(b'hello', ('%s', 5353)); print(s.recv(100).decode())"
        self.assertTrue(eventually(lambda: daemon.world.on_neighbour("/usr/bin/python3", "-c", ask % HOST_ADDRESS).stdout == "hello\n", 5), daemon.logs(ref))

    def test_a_range(self):
        ports = {f"{p}/tcp": [{"HostPort": str(p + 1000)}] for p in range(9000, 9100)}
        ref = daemon.run("mkdir -p /tmp/w; echo page >/tmp/w/index.html; for p in 9000 9050 9099; do httpd -p $p -h /tmp/w; done; sleep 100",
                         ExposedPorts={p: {} for p in ports}, host={"PortBindings": ports})
        for port in (10000, 10050, 10099):
            self.assert_reached(daemon.host, f"http://127.0.0.1:{port}/")
        rules = [r for r in daemon.world.rules() if "-j DNAT" in r]
        self.assertEqual(len(rules), 100)
        daemon.remove(ref)
        self.assertEqual([r for r in daemon.world.rules() if "-j DNAT" in r], [])

    def test_a_held_port_cannot_be_taken(self):
        server(bindings=[{"HostPort": "8085"}])
        code = "import socket; s = socket.socket(); s.bind(('0.0.0.0', 8085)); s.listen()"
        self.assertIn("Address already in use", daemon.host("/usr/bin/python3", "-c", code).stderr)

    def test_a_port_in_use_by_a_process_is_an_error_before_anything_starts(self):
        holder = subprocess.Popen(["nsenter", f"--net=/run/netns/{daemon.world.host}", "/usr/bin/python3", "-c",
                                   "import socket,sys; s = socket.socket(); s.bind(('0.0.0.0', 8086)); s.listen(); print('up', flush=True); sys.stdin.read()"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holder.stdout.readline()
        try:
            with self.assertRaises(ApiError) as caught:
                server(bindings=[{"HostPort": "8086"}], name="hxt-inuse")
            self.assertEqual(caught.exception.status, 500)
            self.assertRegex(caught.exception.message, r"(bind: address already in use|port is already allocated|address already in use)")
            state = daemon.inspect("hxt-inuse")["State"]
            self.assertEqual((state["Status"], state["Running"]), ("created", False))
        finally:
            holder.stdin.close()
            holder.wait()
        daemon.start("hxt-inuse")
        self.assert_reached(daemon.host, "http://127.0.0.1:8086/")

    def test_a_port_in_use_by_a_container_names_it_as_docker_does(self):
        server(bindings=[{"HostPort": "8087"}])
        with self.assertRaises(ApiError) as caught:
            server(bindings=[{"HostPort": "8087"}], name="hxt-second")
        self.assertIn("Bind for 0.0.0.0:8087 failed: port is already allocated", caught.exception.message)

    def test_stop_frees_and_start_takes_again(self):
        ref = server(bindings=[{"HostPort": "8088"}])
        self.assert_reached(daemon.host, "http://127.0.0.1:8088/")
        daemon.api("POST", f"/containers/{ref}/stop?t=0")
        self.assertEqual([r for r in daemon.world.rules() if "8088" in r], [])
        self.assert_unreached(daemon.host, "http://127.0.0.1:8088/")
        with socket.socket() as _:
            code = "import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('0.0.0.0', 8088)); print('free')"
            self.assertEqual(daemon.host("/usr/bin/python3", "-c", code).stdout, "free\n")
        daemon.start(ref)
        self.assert_reached(daemon.host, "http://127.0.0.1:8088/")


class Modes(unittest.TestCase):
    def tearDown(self):
        daemon.clear()

    def test_containers_reach_each_other_and_the_outside_and_are_masqueraded(self):
        listener = subprocess.Popen(["nsenter", f"--net=/run/netns/{daemon.world.neighbour}", "/usr/bin/python3", "-c",
                                     "import socket; s = socket.socket(); s.bind(('0.0.0.0', 7001)); s.listen(); print('up', flush=True); c, a = s.accept(); c.sendall(a[0].encode()); c.close()"],
                                    stdout=subprocess.PIPE)
        listener.stdout.readline()
        ref = daemon.run(["sleep", "100"])
        _, out = daemon.exec(ref, ["timeout", "5", "nc", "198.51.100.2", "7001"])
        listener.wait(5)
        self.assertEqual(out, HOST_ADDRESS)
        other = server(text="beside")
        self.assertTrue(eventually(lambda: daemon.exec(ref, ["timeout", "3", "wget", "-qO-", f"http://{daemon.address(other)}/"]) == (0, "beside\n")))

    def test_none_has_only_loopback(self):
        ref = daemon.run(["sleep", "100"], host={"NetworkMode": "none"})
        self.assertEqual(daemon.exec(ref, "ls /sys/class/net")[1].split(), ["lo"])
        self.assertEqual(daemon.exec(ref, "ip -o -4 addr")[1].split()[3], "127.0.0.1/8")

    def test_host_is_the_hosts(self):
        ref = daemon.run("echo page >/tmp/index.html; exec httpd -f -p 8090 -h /tmp", host={"NetworkMode": "host"})
        self.assertTrue(eventually(lambda: fetch(daemon.host, "http://127.0.0.1:8090/") == "page"))
        self.assertIn("hxt-up", daemon.exec(ref, "ip -o link")[1])

    def test_of_another_container(self):
        main = server(port=8091)
        side = daemon.run(["sleep", "100"], host={"NetworkMode": f"container:{main}"})
        self.assertTrue(eventually(lambda: daemon.exec(side, ["wget", "-qO-", "http://127.0.0.1:8091/"]) == (0, "page\n")))
        self.assertEqual(daemon.exec(side, "hostname")[1], daemon.exec(main, "hostname")[1])

    def test_addresses_are_used_once_and_again(self):
        refs = [daemon.run(["sleep", "100"]) for _ in range(8)]
        addresses = [daemon.address(r) for r in refs]
        self.assertEqual(len(set(addresses)), 8)
        for ref in refs:
            daemon.remove(ref)
        for _ in range(60):  # a /24 holds 253: addresses that were not given back would show here
            refs = [daemon.run(["true"]) for _ in range(5)]
            for ref in refs:
                daemon.remove(ref)

    def test_the_administrators_chain_is_asked_first(self):
        chains = daemon.host("iptables", "-S").stdout
        user = re.search(r"-N (\S*USER\S*)", chains)
        self.assertIsNotNone(user, chains)
        server(bindings=[{"HostPort": "8092"}])
        self.assertTrue(eventually(lambda: fetch(daemon.world.on_neighbour, f"http://{HOST_ADDRESS}:8092/") == "page"))
        daemon.host("iptables", "-I", user[1], "-p", "tcp", "-m", "conntrack", "--ctorigdstport", "8092", "-j", "DROP", check=True)
        try:
            self.assertEqual(daemon.world.on_neighbour("curl", "-s", "--max-time", "1", f"http://{HOST_ADDRESS}:8092/").stdout, "")
        finally:
            daemon.host("iptables", "-D", user[1], "-p", "tcp", "-m", "conntrack", "--ctorigdstport", "8092", "-j", "DROP")

    def test_foreign_rules_stay(self):
        rule = ["-p", "tcp", "--dport", "4242", "-j", "ACCEPT"]
        daemon.host("iptables", "-A", "INPUT", *rule, check=True)
        daemon.remove(server())
        self.assertEqual(daemon.host("iptables", "-C", "INPUT", *rule).returncode, 0)
        daemon.host("iptables", "-D", "INPUT", *rule)


if __name__ == "__main__":
    harness.main()
