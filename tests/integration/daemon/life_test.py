#!/usr/bin/python3
"""Life and restart: containers go on without the daemon, the next one finds them, SIGTERM is quick."""
import os
import signal
import time
import unittest

import _path  # noqa: F401
import harness
from engine import eventually
from hexad_env import Daemon

daemon = None


def setUpModule():
    global daemon
    daemon = Daemon()


def tearDownModule():
    left = daemon.close()
    assert not left, left


class Life(unittest.TestCase):
    def tearDown(self):
        if not daemon.alive():
            daemon.launch()
        daemon.clear()
        self.assertEqual(daemon.leaks(), {})

    def picture(self):
        out = {}
        for c in daemon.api("GET", "/containers/json?all=1"):
            i = daemon.inspect(c["Id"])
            out[i["Name"]] = (i["State"]["Status"], i["State"]["Pid"], i["State"]["StartedAt"], i["State"]["ExitCode"], i["NetworkSettings"]["IPAddress"])
        return out

    def test_sigterm_is_quick_and_containers_go_on(self):
        for i in range(5):
            daemon.run(["sleep", "1000"], name=f"run{i}")
        daemon.create(["true"], name="created")
        daemon.wait(daemon.run("exit 3", name="exited"))
        before = self.picture()
        self.assertLess(daemon.terminate(), 1.0)
        self.assertEqual(daemon.process.returncode, 0)
        self.assertFalse(os.path.exists(daemon.root + "/pid"))
        for status, pid, *_ in before.values():
            if status == "running":
                os.kill(pid, 0)
        started = time.monotonic()
        daemon.launch()
        self.assertLess(time.monotonic() - started, 3)
        self.assertEqual(self.picture(), before)
        self.assertEqual(daemon.exec("run0", "echo adopted"), (0, "adopted\n"))

    def test_an_exit_while_the_daemon_is_down_is_known_afterwards(self):
        daemon.run("sleep 0.6; echo last words; exit 9", name="down")
        daemon.kill()
        time.sleep(1)
        daemon.launch()
        state = daemon.inspect("down")["State"]
        self.assertEqual((state["Status"], state["ExitCode"]), ("exited", 9))
        self.assertEqual(daemon.logs("down"), b"last words\n")

    def test_a_killed_shim_kills_the_container_with_137(self):
        daemon.run(["sleep", "1000"], name="shim")
        pid = daemon.inspect("shim")["State"]["Pid"]
        with open(f"/proc/{pid}/stat") as f:
            shim = int(f.read().rsplit(")", 1)[1].split()[1])
        with open(f"/proc/{shim}/comm") as f:
            self.assertEqual(f.read(), "hexad-shim\n")
        os.kill(shim, signal.SIGKILL)
        self.assertTrue(eventually(lambda: daemon.inspect("shim")["State"]["Status"] == "exited"))
        self.assertEqual(daemon.inspect("shim")["State"]["ExitCode"], 137)
        self.assertTrue(eventually(lambda: not os.path.exists(f"/proc/{pid}")))
        daemon.start("shim")
        self.assertTrue(daemon.inspect("shim")["State"]["Running"])

    def test_published_ports_work_after_the_rules_were_lost(self):
        daemon.run("echo page >/tmp/index.html; exec httpd -f -h /tmp", name="web", ExposedPorts={"80/tcp": {}}, host={"PortBindings": {"80/tcp": [{"HostPort": "8070"}]}})
        def page():
            return daemon.host("curl", "-s", "--max-time", "2", "http://127.0.0.1:8070/").stdout
        self.assertTrue(eventually(lambda: page() == "page\n"))
        daemon.terminate()
        self.assertEqual(page(), "page\n")
        for table in ("nat", "filter"):
            daemon.host("iptables", "-t", table, "-F")
        daemon.launch()
        self.assertTrue(eventually(lambda: page() == "page\n"))

    def test_restart_policies_after_a_restart_of_the_daemon(self):
        daemon.run("sleep 0.5; exit 1", name="always", host={"RestartPolicy": {"Name": "always"}})
        daemon.run("sleep 0.5; exit 1", name="no")
        daemon.kill()
        time.sleep(1)
        daemon.launch()
        self.assertTrue(eventually(lambda: daemon.inspect("always")["RestartCount"] >= 1))
        self.assertEqual(daemon.inspect("no")["State"]["Status"], "exited")

    def test_auto_remove_after_a_restart_of_the_daemon(self):
        daemon.run("sleep 0.5", name="gone", host={"AutoRemove": True})
        daemon.kill()
        time.sleep(1)
        daemon.launch()
        self.assertTrue(eventually(lambda: daemon.request("GET", "/containers/gone/json")[0] == 404))


if __name__ == "__main__":
    harness.main()
