#!/usr/bin/python3
"""Debian's docker-py against our socket."""
import io
import os
import sys
import tarfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import harness  # noqa: E402
import images  # noqa: E402
from hexad_env import Daemon, skip  # noqa: E402

try:
    import docker
except ImportError:
    skip("python3-docker is not installed")

daemon = client = None


def setUpModule():
    global daemon, client
    daemon = Daemon()
    client = docker.DockerClient(base_url="unix://" + daemon.socket, version="auto", timeout=30)


def tearDownModule():
    client.close()
    left = daemon.close()
    assert not left, left


class DockerPy(unittest.TestCase):
    def tearDown(self):
        daemon.clear()

    def test_versions_and_info(self):
        print("docker-py", docker.__version__, "API", client.api._version)
        self.assertTrue(client.ping())
        self.assertIn("ApiVersion", client.version())
        self.assertEqual(client.info()["OSType"], "linux")

    def test_run_gives_the_output(self):
        self.assertEqual(client.containers.run("bb:1", ["echo", "hello"], remove=True), b"hello\n")

    def test_run_raises_for_an_exit_code(self):
        with self.assertRaises(docker.errors.ContainerError) as caught:
            client.containers.run("bb:1", ["sh", "-c", "echo why >&2; exit 3"], remove=True)
        self.assertEqual((caught.exception.exit_status, caught.exception.stderr), (3, b"why\n"))

    def test_errors_have_their_classes(self):
        with self.assertRaises(docker.errors.NotFound):
            client.containers.get("nosuch")
        with self.assertRaises(docker.errors.ImageNotFound):
            client.containers.create("nosuch:1", "true")
        client.containers.create("bb:1", "true", name="taken")
        with self.assertRaises(docker.errors.APIError) as caught:
            client.containers.create("bb:1", "true", name="taken")
        self.assertEqual(caught.exception.status_code, 409)

    def test_life(self):
        c = client.containers.run("bb:1", ["sleep", "100"], detach=True, name="life", labels={"a": "b"}, environment={"X": "1"}, hostname="box", mem_limit="64m")
        self.assertEqual([x.name for x in client.containers.list(filters={"label": "a=b"})], ["life"])
        code, out = c.exec_run(["sh", "-c", "echo $X; hostname"])
        self.assertEqual((code, out), (0, b"1\nbox\n"))
        code, (out, err) = c.exec_run(["sh", "-c", "echo o; echo e >&2; exit 2"], demux=True)
        self.assertEqual((code, out, err), (2, b"o\n", b"e\n"))
        c.rename("renamed")
        c.restart(timeout=0)
        c.reload()
        self.assertEqual((c.name, c.status), ("renamed", "running"))
        c.kill()
        self.assertEqual(c.wait()["StatusCode"], 137)
        c.remove()
        self.assertEqual(client.containers.list(all=True), [])

    def test_logs_in_their_forms(self):
        c = client.containers.run("bb:1", ["sh", "-c", "echo c >&2; sleep 0.2; echo a; sleep 0.3; echo b"], detach=True)
        self.assertEqual(list(c.logs(stream=True, stdout=True, stderr=False)), [b"a\n", b"b\n"])
        self.assertEqual(c.logs(stdout=False, stderr=True), b"c\n")
        self.assertEqual(c.logs(tail=1, stderr=False), b"b\n")
        self.assertRegex(c.logs(timestamps=True, tail=1).decode(), r"^\d{4}-.*Z ")

    def test_attach_socket_with_stdin(self):
        c = client.containers.create("bb:1", ["cat"], stdin_open=True)
        s = c.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
        c.start()
        s._sock.sendall(b"through\n")
        s._sock.settimeout(10)
        data = b""
        while b"through" not in data:
            data += s._sock.recv(1000)
        s.close()

    def test_ports_volumes_and_tmpfs(self):
        client.volumes.create("pyvol")
        c = client.containers.run("bb:1", ["sh", "-c", "echo x >/v/f; sleep 100"], detach=True, ports={"80/tcp": ("127.0.0.1", 8123), "90/udp": None},
                                  volumes={"pyvol": {"bind": "/v", "mode": "rw"}}, tmpfs={"/t": "size=1m"}, cap_drop=["ALL"], read_only=True)
        c.reload()
        self.assertEqual(c.ports["80/tcp"], [{"HostIp": "127.0.0.1", "HostPort": "8123"}])
        self.assertEqual(sorted(m["Type"] for m in c.attrs["Mounts"]), ["volume"])
        c.remove(force=True)
        client.volumes.get("pyvol").remove()
        self.assertEqual(client.volumes.list(), [])

    def test_images(self):
        with open(images.tar("busybox"), "rb") as f:
            client.api.import_image_from_data(f.read(), repository="pyimg", tag="1")
        image = client.images.get("pyimg:1")
        self.assertTrue(image.tag("pyimg", "2"))
        image.reload()
        self.assertEqual(sorted(image.tags), ["pyimg:1", "pyimg:2"])
        for tag in image.tags:
            client.images.remove(tag)
        with self.assertRaises(docker.errors.ImageNotFound):
            client.images.get("pyimg:1")

    def test_load_of_a_broken_archive_is_an_error(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as t:
            info = tarfile.TarInfo("manifest.json")
            info.size = 4
            t.addfile(info, io.BytesIO(b"[{}]"))
        with self.assertRaises((docker.errors.APIError, docker.errors.ImageLoadError)):
            client.images.load(out.getvalue())

    def test_networks_that_are_there(self):
        self.assertLessEqual({"bridge", "host", "none"}, {n.name for n in client.networks.list()})
        self.assertEqual(client.networks.get("bridge").attrs["Driver"], "bridge")


if __name__ == "__main__":
    harness.main()
