#!/usr/bin/python3
"""docker-compose 1.29 against our socket, as far as networks that are there reach."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import harness  # noqa: E402
from engine import eventually  # noqa: E402
from hexad_env import Daemon, skip  # noqa: E402

FILE = """
version: "2.4"
services:
  web:
    image: bb:1
    command: sh -c 'echo page >/www/index.html; exec httpd -f -p 80 -h /www'
    network_mode: bridge
    ports: ["8124:80"]
    volumes: ["web-data:/www"]
    read_only: true
    tmpfs: /tmp
    environment: {NAME: web}
    labels: {which: first}
  side:
    image: bb:1
    command: sleep 1000
    network_mode: "service:web"
volumes:
  web-data: {}
"""
daemon = None


def setUpModule():
    global daemon
    if not shutil.which("docker-compose"):
        skip("docker-compose is not installed")
    daemon = Daemon()


def tearDownModule():
    left = daemon.close()
    assert not left, left


class Compose(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hxt-compose.")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(self.folder + "/docker-compose.yml", "w") as f:
            f.write(FILE)

    def compose(self, *args):
        return subprocess.run(["docker-compose", "-p", "hxt", *args], cwd=self.folder, env=daemon.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=90)

    def test_up_again_and_down(self):
        up = self.compose("up", "-d")
        self.assertEqual(up.returncode, 0, up.stderr)
        self.assertTrue(eventually(lambda: daemon.host("curl", "-s", "http://127.0.0.1:8124/").stdout == "page\n"))
        self.assertIn("8124->80/tcp", self.compose("ps").stdout)
        before = [c["Id"] for c in daemon.api("GET", "/containers/json")]
        self.assertEqual(self.compose("up", "-d").returncode, 0)
        self.assertEqual([c["Id"] for c in daemon.api("GET", "/containers/json")], before, "unchanged services are kept")
        run = self.compose("exec", "-T", "side", "wget", "-qO-", "http://127.0.0.1/")
        self.assertEqual(run.stdout, "page\n", run.stderr)
        self.assertEqual(self.compose("stop", "-t", "0").returncode, 0)
        self.assertEqual(self.compose("start").returncode, 0)
        down = self.compose("down", "-v", "-t", "0")
        self.assertEqual(down.returncode, 0, down.stderr)
        self.assertEqual(daemon.api("GET", "/containers/json?all=1"), [])
        self.assertEqual(daemon.api("GET", "/volumes")["Volumes"] or [], [])

    def test_networks_of_its_own_are_refused_clearly(self):
        with open(self.folder + "/docker-compose.yml", "w") as f:
            f.write('version: "2.4"\nservices: {a: {image: "bb:1", command: "true"}}\n')
        up = self.compose("up", "-d")
        if up.returncode == 0:  # they exist by now
            self.assertEqual(self.compose("down").returncode, 0)
        else:
            self.assertIn("not implemented", up.stderr + up.stdout)


if __name__ == "__main__":
    harness.main()
