#!/usr/bin/python3
"""Images over the API and through the stock client: what is written on the wire, what stays in
memory and on the disk, and the same archives in a Docker Engine (HEXAD_TEST_DOCKER_SOCKET=SOCKET)."""
import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import tarfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
import harness
from engine import ApiError, Connection, Engine, eventually
from hexad_env import Daemon, find_docker

TAR = {"Content-Type": "application/x-tar"}
daemon = None


def setUpModule():
    global daemon
    daemon = Daemon()


def tearDownModule():
    left = daemon.close()
    assert not left, left


def tree(**files):
    buf = io.BytesIO()
    with tarfile.open(fileobj=buf, mode="w") as t:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return buf.getvalue()


def docker(*args, engine=None, stdin=None):
    sock = (engine or daemon).socket
    return subprocess.run([find_docker(), "-H", "unix://" + sock, *args], capture_output=True, input=stdin)


class Wire(unittest.TestCase):
    def tearDown(self):
        for image in daemon.api("GET", "/images/json"):
            if not any(t.startswith(("bb:", "busybox:")) for t in image["RepoTags"]):
                daemon.api("DELETE", f"/images/{image['Id']}?force=1")

    def post(self, path, body):
        return daemon.request("POST", path, body, TAR)

    def test_import_answers_with_the_id_as_a_status_line(self):
        status, headers, body = self.post("/images/create?fromSrc=-&repo=hxt&tag=1&message=why&changes=ENV%20A%3D1&changes=CMD%20x", tree(f=b"1"))
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        self.assertTrue(body.endswith(b"\r\n"))
        image = daemon.api("GET", "/images/hxt:1/json")
        self.assertEqual(json.loads(body), {"status": image["Id"]})
        self.assertEqual((image["Comment"], image["Config"]["Env"], image["Config"]["Cmd"], image["Os"]), ("why", ["A=1"], ["/bin/sh", "-c", "x"], "linux"))
        self.assertEqual(image["Size"], 1)

    def test_a_broken_import_is_an_error_answer(self):
        for body in (b"garbage", tree(f=b"1" * 5000)[:2000], b"\x1f\x8b\x08 no gzip"):
            status, _, answer = self.post("/images/create?fromSrc=-&repo=hxt", body)
            self.assertEqual(status, 400, answer)
            self.assertIn("message", json.loads(answer))

    def test_a_broken_load_is_a_line_of_the_stream(self):
        for body in (b"", b"garbage", tree(f=b"1"), tree(**{"manifest.json": b"{}"})):
            status, _, answer = self.post("/images/load?quiet=1", body)
            self.assertEqual(status, 200)
            line = json.loads(answer)
            self.assertEqual(line["error"], line["errorDetail"]["message"])

    def test_what_is_not_there_yet_is_501_and_the_client_fails_with_125(self):
        with self.assertRaises(ApiError) as caught:
            daemon.api("POST", "/images/create?fromImage=hxt-nope&tag=3")
        self.assertEqual(caught.exception.status, 501)
        self.assertIn("hxt-nope:3", caught.exception.message)
        run = docker("run", "--rm", "hxt-nope:3", "true")
        self.assertEqual(run.returncode, 125)
        self.assertIn(b"not implemented", run.stderr)

    def test_tag_list_history_and_remove(self):
        self.post("/images/create?fromSrc=-&repo=hxt&tag=1", tree(f=b"12"))
        self.assertEqual(daemon.request("POST", "/images/hxt:1/tag?repo=docker.io/library/hxt-b&tag=2")[0], 201)
        for reference, count in (("hxt*", 2), ("hxt", 1), ("*:2", 1), ("none", 0)):
            listed = daemon.api("GET", "/images/json", filters={"reference": [reference]})
            self.assertEqual(sum(len(i["RepoTags"]) for i in listed), count, reference)
        self.assertEqual(daemon.api("GET", "/images/hxt:1/history")[0]["Size"], 2)
        for name, status, text in (("hxt:9", 404, "No such image: hxt:9"), ("HXT", 400, "invalid reference format"), ("0" * 64, 404, "No such image: sha256:" + "0" * 64)):
            with self.assertRaises(ApiError) as caught:
                daemon.api("GET", f"/images/{name}/json")
            self.assertEqual(caught.exception.status, status)
            self.assertIn(text, caught.exception.message)
        identity = daemon.api("GET", "/images/hxt:1/json")["Id"]
        with self.assertRaises(ApiError) as caught:
            daemon.api("DELETE", "/images/" + identity)
        self.assertIn("(must be forced) - image is referenced in multiple repositories", caught.exception.message)
        self.assertEqual(daemon.api("DELETE", "/images/hxt-b:2"), [{"Untagged": "hxt-b:2"}])
        gone = daemon.api("DELETE", "/images/hxt:1")
        self.assertEqual(gone[:2], [{"Untagged": "hxt:1"}, {"Deleted": identity}])

    def test_an_upload_cut_off_leaves_nothing(self):
        body = tree(f=b"x" * 3_000_000)
        connection = Connection(daemon.socket)
        connection.putrequest("POST", "/v1.41/images/create?fromSrc=-&repo=hxt-cut")
        connection.putheader("Content-Type", "application/x-tar")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        connection.send(body[:1_000_000])
        connection.close()
        self.assertTrue(eventually(lambda: not os.listdir(daemon.data + "/tmp"), 5))
        with self.assertRaises(ApiError):
            daemon.api("GET", "/images/hxt-cut/json")

    def test_two_clients_load_and_remove_the_same_image(self):
        self.post("/images/create?fromSrc=-&repo=hxt&tag=1", tree(**{f"f{i}": b"x" for i in range(50)}))
        saved = daemon.request("GET", "/images/hxt:1/get")[2]
        seen = []

        def client():
            for _ in range(8):
                seen.append(self.post("/images/load?quiet=1", saved)[0:3:2])
                seen.append((daemon.request("DELETE", "/images/hxt:1")[0], b""))
        threads = [threading.Thread(target=client) for _ in range(3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertLessEqual({s for s, _ in seen}, {200, 404})
        self.assertFalse([a for _, a in seen if b"errorDetail" in a])

    def test_a_large_archive_passes_through_little_memory(self):
        def peak():
            with open(f"/proc/{daemon.process.pid}/status") as f:
                return next(int(line.split()[1]) for line in f if line.startswith("VmHWM:")) // 1024
        self.post("/images/create?fromSrc=-&repo=hxt&tag=warm", tree(f=b"1"))
        before = peak()
        size = 300 << 20

        def chunks():
            info = tarfile.TarInfo("big")
            info.size = size
            yield info.tobuf()
            for _ in range(size >> 20):
                yield bytes(1 << 20)
            yield bytes(10240)
        connection = Connection(daemon.socket, 300)
        connection.request("POST", "/v1.41/images/create?fromSrc=-&repo=hxt&tag=big", chunks(), TAR, encode_chunked=True)
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200, answer.read())
        answer.read()
        self.assertLess(peak() - before, 30, "MiB more at the peak")


def files_of(root):
    found = {}
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            attributes = tuple(sorted((k, os.getxattr(path, k, follow_symlinks=False)) for k in os.listxattr(path, follow_symlinks=False)))
            content = None
            if stat.S_ISREG(st.st_mode):
                with open(path, "rb") as f:
                    content = hashlib.sha256(f.read()).hexdigest()
            elif stat.S_ISLNK(st.st_mode):
                content = os.readlink(path)
            size = 0 if stat.S_ISDIR(st.st_mode) else st.st_size
            found[os.path.relpath(path, root)] = (oct(st.st_mode), st.st_uid, st.st_gid, size, st.st_mtime_ns, st.st_rdev, attributes, content)
    return found


@unittest.skipUnless(os.environ.get("HEXAD_TEST_DOCKER_SOCKET"), "no Docker Engine to compare with (HEXAD_TEST_DOCKER_SOCKET)")
class BesideDocker(unittest.TestCase):
    """An image goes from Docker to us and back; all that is told of it, and all its files, are the same."""

    def test_there_and_back(self):
        peer = Engine(os.environ["HEXAD_TEST_DOCKER_SOCKET"])
        names = [t for i in peer.api("GET", "/images/json") for t in i["RepoTags"][:1] if not t.startswith(("<none>", "bb:", "busybox:"))][:4]
        for name in names:
            saved = docker("save", name, engine=peer).stdout
            self.assertEqual(docker("load", stdin=saved).stdout.decode().strip(), "Loaded image: " + name)
            theirs, ours = peer.api("GET", f"/images/{name}/json"), daemon.api("GET", f"/images/{name}/json")
            their_files, our_files = theirs["GraphDriver"]["Data"]["UpperDir"], ours["GraphDriver"]["Data"]["UpperDir"]
            for key in ("Container", "ContainerConfig", "GraphDriver", "Metadata"):
                theirs.pop(key, None), ours.pop(key, None)
            theirs["RepoTags"] = ours["RepoTags"] = [t for t in theirs["RepoTags"] if t == name]
            self.assertEqual(ours, theirs)
            if os.path.isdir(their_files):
                self.assertEqual(files_of(our_files), files_of(their_files))
            back = daemon.request("GET", f"/images/{name}/get")[2]
            self.assertEqual(docker("load", stdin=back, engine=peer).stdout.decode().strip(), "Loaded image: " + name)
            self.assertEqual(peer.api("GET", f"/images/{name}/json")["Id"], ours["Id"])
            daemon.api("DELETE", f"/images/{name}")


if __name__ == "__main__":
    harness.main()
