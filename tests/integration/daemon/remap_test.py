#!/usr/bin/python3
"""--userns-remap: root in the container is nobody on the host."""
import os
import tempfile
import unittest

import _path  # noqa: F401
import harness
from engine import eventually
from hexad_env import Daemon

daemon = None
BASE, COUNT = 100000, 65536


def setUpModule():
    global daemon
    daemon = Daemon(args=[f"--userns-remap={BASE}:{COUNT}"])


def tearDownModule():
    left = daemon.close()
    assert not left, left


class Remap(unittest.TestCase):
    def tearDown(self):
        daemon.clear()

    def test_the_maps(self):
        pid = daemon.inspect(daemon.run(["sleep", "100"]))["State"]["Pid"]
        for name in ("uid_map", "gid_map"):
            with open(f"/proc/{pid}/{name}") as f:
                self.assertEqual(f.read().split(), ["0", str(BASE), str(COUNT)])
        self.assertEqual(os.stat(f"/proc/{pid}").st_uid, BASE)

    def test_all_six_namespaces_differ(self):
        pid = daemon.inspect(daemon.run(["sleep", "100"]))["State"]["Pid"]
        for name in ("pid", "net", "mnt", "uts", "ipc", "user"):
            self.assertNotEqual(os.readlink(f"/proc/{pid}/ns/{name}"), os.readlink(f"/proc/self/ns/{name}"), name)

    def test_root_inside_owns_the_image_and_what_it_makes(self):
        ref = daemon.run(["sleep", "100"])
        code, out = daemon.exec(ref, "stat -c %u:%g /bin/busybox /etc/passwd; touch /x && stat -c %u /x; id -u")
        self.assertEqual((code, out.split()), (0, ["0:0", "0:0", "0", "0"]))

    def test_files_in_volumes_belong_to_the_mapped_ids(self):
        with tempfile.TemporaryDirectory(prefix="hxt-bind.", dir=daemon.root) as folder:
            os.chmod(daemon.root, 0o711)
            os.chmod(folder, 0o777)
            ref = daemon.run("touch /mnt/rootfile; umask 0; touch /vol/file", host={"Binds": [folder + ":/mnt", "hxtvol:/vol"]})
            self.assertEqual(daemon.wait(ref), 0, daemon.logs(ref))
            self.assertEqual(os.stat(folder + "/rootfile").st_uid, BASE)
            mountpoint = daemon.api("GET", "/volumes/hxtvol")["Mountpoint"]
            self.assertEqual(os.stat(mountpoint + "/file").st_uid, BASE)
            daemon.remove(ref)
        daemon.api("DELETE", "/volumes/hxtvol")

    def test_exec_and_another_user(self):
        ref = daemon.run(["sleep", "100"], User="1000:1000")
        self.assertEqual(daemon.exec(ref, "id -u; id -g")[1].split(), ["1000", "1000"])
        self.assertEqual(os.stat(f"/proc/{daemon.inspect(ref)['State']['Pid']}").st_uid, BASE + 1000)

    def test_a_published_port(self):
        daemon.run("echo page >/tmp/index.html; exec httpd -f -h /tmp", ExposedPorts={"80/tcp": {}}, host={"PortBindings": {"80/tcp": [{"HostPort": "8071"}]}})
        self.assertTrue(eventually(lambda: daemon.host("curl", "-s", "--max-time", "2", "http://127.0.0.1:8071/").stdout == "page\n"))


if __name__ == "__main__":
    harness.main()
