#!/usr/bin/python3
"""Flags, daemon.json, the socket's owner and mode, socket activation and readiness."""
import grp
import json
import os
import socket
import stat
import subprocess
import tempfile
import unittest

import _path  # noqa: F401
import harness
from engine import Engine
from hexad_env import Daemon, World, bin_dir

HEXAD = bin_dir() + "/hexad"


def hexad(*args):
    return subprocess.run([HEXAD, *args], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)


class Config(unittest.TestCase):
    def file(self, content):
        f = tempfile.NamedTemporaryFile("w", prefix="hxt-json.", delete=False)
        self.addCleanup(os.unlink, f.name)
        f.write(content if isinstance(content, str) else json.dumps(content))
        f.close()
        return f.name

    def validate(self, content, *args):
        return hexad("--validate", "--config-file", self.file(content), *args)

    def test_a_good_file(self):
        done = self.validate({"data-root": "/var/tmp/x", "log-level": "debug", "live-restore": True, "no-new-privileges": True})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("configuration OK", done.stdout + done.stderr)

    def test_bad_files(self):
        for content, word in (({"no-such-key": 1}, "no-such-key"), ("{", ""), ('{"log-level":"debug","log-level":"info"}', "log-level"),
                              ({"log-level": 5}, "log-level"), ({"bip": "nonsense"}, "bip"), ("[]", "")):
            done = self.validate(content)
            self.assertNotEqual(done.returncode, 0, content)
            self.assertIn(word, done.stderr)

    def test_a_key_given_twice_is_an_error(self):
        done = self.validate({"data-root": "/var/tmp/x"}, "--data-root", "/var/tmp/y")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("data-root", done.stderr)

    def test_bad_flags(self):
        for args in (["--no-such-flag"], ["--log-level", "loud", "--validate"], ["--bip", "1.2.3", "--validate"], ["-H", "nonsense", "--validate"]):
            self.assertNotEqual(hexad(*args).returncode, 0, args)

    def test_version_routes_and_help(self):
        self.assertRegex(hexad("--version").stdout, r"(?i)hexad.*\d+\.\d+")
        self.assertIn("/containers/create", hexad("--routes").stdout)
        self.assertIn("--data-root", hexad("--help").stdout)


class Socket(unittest.TestCase):
    def test_owner_and_mode(self):
        daemon = Daemon(seed=False)
        try:
            info = os.stat(daemon.socket)
            try:
                group, mode = grp.getgrnam("docker").gr_gid, 0o660
            except KeyError:
                group, mode = 0, 0o600
            self.assertEqual((info.st_uid, info.st_gid), (0, group))
            self.assertEqual(stat.S_IMODE(info.st_mode) | (0o060 if group == 0 else 0), mode | (0o060 if group == 0 else 0))
        finally:
            self.assertEqual(daemon.close(), {})

    def test_activation_and_readiness(self):
        world = World()
        folder = tempfile.mkdtemp(prefix="hxt-act.", dir="/var/tmp")
        listener, notify = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(folder + "/s")
        listener.listen()
        notify.bind(folder + "/n")
        notify.settimeout(15)
        fd = listener.fileno()
        script = f'exec 3<&{fd}; [ {fd} = 3 ] || exec {fd}<&-; LISTEN_FDS=1 LISTEN_PID=$$ NOTIFY_SOCKET={folder}/n exec "$@"'
        process = subprocess.Popen(["nsenter", f"--net=/run/netns/{world.host}", "bash", "-c", script, "-", HEXAD, "-H", "fd://", "--data-root", folder + "/data",
                                    "--exec-root", folder + "/exec", "--pidfile", folder + "/pid", "--bridge", "hxt-br0", "--bip", "172.30.0.1/24"],
                                   pass_fds=[fd], stdin=subprocess.DEVNULL)
        try:
            self.assertIn(b"READY=1", notify.recv(1000))
            self.assertEqual(Engine(folder + "/s").request("GET", "/_ping")[0], 200)
        finally:
            process.terminate()
            process.wait(10)
            world.close()
            subprocess.run(["rm", "-rf", folder])
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    harness.main()
