#!/usr/bin/python3
"""Two daemons on one host: what one does, and how one recovers, is nothing to the other."""
import unittest

import _path  # noqa: F401
import harness
from engine import eventually
from hexad_env import Daemon, World
import subprocess


class TwoDaemons(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.one = Daemon(cls.world, bip="172.30.1.1/24", bridge="hxt-br1")
        cls.two = Daemon(cls.world, bip="172.30.2.1/24", bridge="hxt-br2")

    @classmethod
    def tearDownClass(cls):
        left = {**cls.one.close(), **cls.two.close()}
        links = cls.world.links() - {"lo", "hxt-up", "hxt-br1", "hxt-br2"}
        rules = [r for r in cls.world.rules() if "-j DNAT" in r]
        cls.world.close()
        assert not left and not links and not rules, (left, links, rules)

    def tearDown(self):
        self.one.clear()
        self.two.clear()

    def picture(self, daemon):
        """All of a daemon's that another could harm."""
        states = {}
        for c in daemon.api("GET", "/containers/json?all=1"):
            i = daemon.inspect(c["Id"])
            states[c["Id"]] = (i["State"]["Status"], i["State"]["Pid"], i["State"]["StartedAt"], i["NetworkSettings"]["IPAddress"])
        return states, sorted(daemon.cgroups()), sorted(daemon.processes())

    def rules_of(self, subnet):
        return [r for r in self.world.rules() if subnet in r]

    def test_recovery_of_one_leaves_the_other_alone(self):
        for i in range(10):
            self.two.run(["sleep", "1000"], name=f"two{i}", ExposedPorts={"80/tcp": {}}, host={"PortBindings": {"80/tcp": [{"HostPort": str(7000 + i)}]}})
            self.one.run(["sleep", "1000"], name=f"one{i}", ExposedPorts={"80/tcp": {}}, host={"PortBindings": {"80/tcp": [{"HostPort": str(7100 + i)}]}})
        before, rules, links = self.picture(self.two), self.rules_of("172.30.2."), self.world.links()
        self.assertEqual(len(before[0]), 10)
        self.assertGreaterEqual(len([r for r in rules if "-j DNAT" in r]), 10)
        own = self.picture(self.one)

        self.one.kill()
        self.one.launch()
        self.assertEqual(self.picture(self.one), own)
        self.assertEqual(self.picture(self.two), before)
        self.assertEqual(self.rules_of("172.30.2."), rules)
        self.assertEqual(self.world.links(), links)

        # The same when one's containers died meanwhile, and when all of them are removed.
        self.one.terminate()
        for pid, name in self.one.processes().items():
            if name == "sleep":
                subprocess.run(["kill", "-9", str(pid)])
        self.one.launch()
        self.assertTrue(eventually(lambda: not self.one.api("GET", "/containers/json")))
        self.one.clear()
        self.assertEqual(self.picture(self.two), before)
        self.assertEqual(self.rules_of("172.30.2."), rules)
        for i in range(10):
            self.assertEqual(self.two.exec(f"two{i}", "echo here"), (0, "here\n"))

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        command = [c.replace("hexad.sock", "second.sock").replace("/pid", "/pid2") for c in self.one.command()]
        done = subprocess.run(["nsenter", f"--net=/run/netns/{self.world.host}", *command], capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr + done.stdout, r"(?i)(in use|another|already|lock)")
        self.assertEqual(self.one.request("GET", "/_ping")[0], 200)

    def test_names_and_volumes_are_of_one_daemon(self):
        self.one.create(["true"], name="same")
        self.two.create(["true"], name="same")
        self.one.api("POST", "/volumes/create", {"Name": "vol"})
        self.assertNotIn("vol", [v["Name"] for v in self.two.api("GET", "/volumes")["Volumes"] or []])
        self.one.remove("same")
        self.two.remove("same")
        self.one.api("DELETE", "/volumes/vol")


if __name__ == "__main__":
    harness.main()
