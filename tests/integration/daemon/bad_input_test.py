#!/usr/bin/python3
"""Bad input over the socket: the right status with {"message"}, no crash, no leak, and others are
served meanwhile."""
import io
import json
import os
import resource
import socket
import tarfile
import threading
import time
import unittest

import _path  # noqa: F401
import harness
import images
from engine import API, ApiError, eventually
from hexad_env import Daemon

daemon = None


def setUpModule():
    global daemon
    daemon = Daemon()


def tearDownModule():
    left = daemon.close()
    assert not left, left


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(daemon.socket)
    return s


def raw(data, close=True):
    """What the daemon answers to these bytes, until it closes or is quiet."""
    with connect() as s:
        try:
            s.sendall(data)
            if close:
                s.shutdown(socket.SHUT_WR)
            out = b""
            while True:
                part = s.recv(65536)
                if not part:
                    return out
                out += part
        except (ConnectionResetError, BrokenPipeError, TimeoutError):
            return locals().get("out", b"")


def post(path, text, kind="application/json"):
    status, _, body = daemon.request("POST", path, text if isinstance(text, bytes) else text.encode(), {"Content-Type": kind})
    return status, body


class Base(unittest.TestCase):
    def tearDown(self):
        self.assertTrue(daemon.alive(), daemon.log_tail())
        self.assertEqual(daemon.request("GET", "/_ping")[0], 200)
        daemon.clear()

    def refused(self, answer, *statuses):
        status, body = answer[0], answer[-1]
        self.assertIn(status, statuses or (400,), body)
        self.assertEqual(list(json.loads(body)), ["message"])
        self.assertTrue(json.loads(body)["message"])
        return json.loads(body)["message"]


class Http(Base):
    def status(self, answer):
        self.assertTrue(answer.startswith(b"HTTP/1.1 "), answer[:200])
        return int(answer.split()[1])

    def test_malformed_requests(self):
        for text in (b"\0\1\2\3\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /_ping HTTP/1.1\r\nHost x\r\n\r\n",
                     b"POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                     b"POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                     b"POST /containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n",
                     b"POST /containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n{}\n"):
            answer = raw(text)
            if answer:  # closing without a word is allowed where the request cannot be told apart from noise
                self.assertIn(self.status(answer), (400, 411, 413, 501, 505), text)

    def test_an_oversized_header(self):
        answer = raw(b"GET /_ping HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n")
        if answer:
            self.assertIn(self.status(answer), (400, 431))

    def test_many_headers(self):
        answer = raw(b"GET /_ping HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(20000)) + b"\r\n")
        if answer:
            self.assertIn(self.status(answer), (200, 400, 431))

    def test_an_oversized_body(self):
        with connect() as s:
            s.sendall(f"POST {API}/containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {1 << 30}\r\n\r\n".encode())
            sent, answer = 0, b""
            try:
                while sent < (256 << 20):
                    sent += s.send(b" " * (1 << 16))
            except (ConnectionResetError, BrokenPipeError, TimeoutError):
                pass
            try:
                answer = s.recv(65536)
            except OSError:
                pass
            if answer:
                self.assertIn(self.status(answer), (400, 413))
        with open(f"/proc/{daemon.process.pid}/status") as f:
            resident = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
        self.assertLess(resident, 100 << 10, "KiB: a body is refused by its length, not kept")

    def test_a_request_cut_off_half_way(self):
        for text in (b"GET /_pi", b"POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{\"Image\":",
                     b"POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{"):
            answer = raw(text)
            if answer:
                self.assertEqual(self.status(answer), 400)
        self.assertEqual(daemon.api("GET", "/containers/json?all=1"), [])

    def test_keep_alive_and_pipelining(self):
        one = b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n"
        answer = raw(one * 3)
        self.assertEqual(answer.count(b"HTTP/1.1 200"), 3)
        self.assertEqual(raw(b"GET /_ping HTTP/1.0\r\n\r\n", close=False).count(b" 200 "), 1)

    def test_expect_100_continue(self):
        body = b'{"Image":"bb:1","Cmd":["true"]}'
        answer = raw(f"POST {API}/containers/create HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        self.assertTrue(answer.startswith(b"HTTP/1.1 100 Continue") or answer.startswith(b"HTTP/1.1 201"), answer)
        self.assertIn(b"HTTP/1.1 201", answer)

    def test_a_thousand_idle_and_half_sent_connections_harm_nobody(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(1000, (hard if hard > 0 else 4096) // 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 500) if hard > 0 else count + 500, hard))
        held = []
        try:
            for i in range(count):
                s = connect()
                if i % 2:
                    s.sendall(b"GET /_ping HT")
                held.append(s)
            started = time.monotonic()
            self.assertEqual(daemon.wait(daemon.run(["true"])), 0)
            self.assertLess(time.monotonic() - started, 5)
        finally:
            for s in held:
                s.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

        def descriptors():
            return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
        self.assertTrue(eventually(lambda: descriptors() < 100, 10), descriptors())

    def test_a_half_sent_header_is_not_kept_for_ever(self):
        with connect() as s:
            s.settimeout(90)
            s.sendall(b"GET /_ping HTTP/1.1\r\nHost:")
            while s.recv(65536):
                pass  # the answer 408, or nothing; then the end

    def test_unknown_paths_and_methods(self):
        self.refused(daemon.request("GET", "/no/such/path"), 404)
        self.refused(daemon.request("PATCH", "/containers/json"), 404, 405)
        self.refused(daemon.request("GET", "/v1.99/_ping"), 400)
        self.assertIn("too new", json.loads(daemon.request("GET", "/v1.99/info")[2])["message"])
        self.assertIn("too old", json.loads(daemon.request("GET", "/v1.1/info")[2])["message"])
        self.refused(daemon.request("GET", "/v1.x/info"), 400, 404)


class Json(Base):
    def test_malformed(self):
        for text in ("", "{", "[]", "null", '"x"', "{\"Image\":}", "\xff", "{} trailing", "{\"Image\":\"bb:1\"", "nul", "{'Image':'bb:1'}"):
            self.refused(post("/containers/create", text), 400)

    def test_wrong_types_name_the_key(self):
        for body, key in (({"Image": 5}, "Image"), ({"Image": "bb:1", "Cmd": 5}, "Cmd"), ({"Image": "bb:1", "Env": {"A": "b"}}, "Env"),
                          ({"Image": "bb:1", "HostConfig": []}, "HostConfig"), ({"Image": "bb:1", "HostConfig": {"Memory": "lots"}}, "Memory"),
                          ({"Image": "bb:1", "HostConfig": {"PortBindings": 1}}, "PortBindings"), ({"Image": "bb:1", "Labels": ["x"]}, "Labels"),
                          ({"Image": "bb:1", "HostConfig": {"Memory": 1.5}}, "Memory"), ({"Image": "bb:1", "HostConfig": {"Binds": [5]}}, "Binds")):
            self.assertIn(key, self.refused(post("/containers/create", json.dumps(body)), 400), body)

    def test_deep_and_huge(self):
        self.refused(post("/containers/create", '{"Labels":' + "[" * 100000 + "]" * 100000 + "}"), 400, 413)
        self.refused(post("/containers/create", '{"x":' * 100000 + "1" + "}" * 100000), 400, 413)
        labels = {f"key{i}": "v" * 50 for i in range(20000)}
        status, body = post("/containers/create", json.dumps({"Image": "bb:1", "Cmd": ["true"], "Labels": labels}))
        self.assertIn(status, (201, 400, 413), body)

    def test_numbers_at_the_edges(self):
        for value in (-1, 1, 2 ** 63, -2 ** 63, 10 ** 400, 1e308):
            status, body = post("/containers/create", json.dumps({"Image": "bb:1", "Cmd": ["true"], "HostConfig": {"Memory": value}}))
            self.assertIn(status, (400, 201) if value == -1 else (400,), (value, body))

    def test_unknown_keys_are_ignored_and_unicode_is_kept(self):
        body = {"Image": "bb:1", "Cmd": ["true"], "NoSuchKey": {"x": [1]}, "Labels": {"k\u00fc": "\u65e5\u672c \U0001f600", "nul": "a\u0000b"}}
        status, answer = post("/containers/create", json.dumps(body))
        self.assertEqual(status, 201, answer)
        self.assertEqual(daemon.inspect(json.loads(answer)["Id"])["Config"]["Labels"], body["Labels"])

    def test_a_wrong_content_type(self):
        self.refused(post("/containers/create", '{"Image":"bb:1"}', "text/plain"), 400, 415)


class Values(Base):
    def create(self, query="", **body):
        return post("/containers/create" + query, json.dumps({"Image": "bb:1", "Cmd": ["true"], **body}))

    def test_unknown_ids(self):
        for method, path in (("GET", "/containers/nosuch/json"), ("POST", "/containers/nosuch/start"), ("DELETE", "/containers/nosuch"),
                             ("GET", "/containers/nosuch/logs?stdout=1"), ("POST", "/containers/nosuch/wait"), ("POST", "/containers/nosuch/exec"),
                             ("GET", "/exec/nosuch/json"), ("POST", "/exec/nosuch/start"), ("GET", "/images/nosuch/json"), ("DELETE", "/images/nosuch"),
                             ("GET", "/volumes/nosuch"), ("GET", "/networks/nosuch"), ("POST", "/containers/nosuch/attach?stream=1&stdout=1")):
            self.refused(daemon.request(method, path, {"Cmd": ["true"]} if path.endswith("/exec") else {} if "/exec/" in path and method == "POST" else None), 404)

    def test_invalid_names(self):
        for name in ("a%2Fb", "..", "%2E%2E%2Fx", "-a", "a" * 5000, "a%00b", "a%0Ab", "%C3%BC"):
            answer = self.create("?name=" + name)
            if answer[0] == 201 and name == "a" * 5000:
                continue
            self.refused(answer, 400)

    def test_path_traversal(self):
        for path in ("/containers/..%2F..%2Fetc/json", "/volumes/..%2F..%2F..%2Fetc", "/containers/%2e%2e/json", "/images/..%2F..%2Fx/json",
                     "/containers/../../etc/passwd", "/volumes/%2e%2e"):
            self.assertIn(daemon.request("GET", path)[0], (301, 400, 404), path)
        self.refused(post("/volumes/create", '{"Name":"../../x"}'), 400)
        self.refused(self.create(HostConfig={"Binds": ["../x:/y"]}), 400)
        self.assertFalse(os.path.exists(daemon.data + "/../x"))

    def test_conflicting_options(self):
        for host in ({"NetworkMode": "container:nosuch", "PortBindings": {"80/tcp": [{"HostPort": "80"}]}}, {"AutoRemove": True, "RestartPolicy": {"Name": "always"}},
                     {"Memory": 64 << 20, "MemorySwap": 32 << 20}, {"RestartPolicy": {"Name": "nosuch"}}, {"Binds": ["/a:/b", "/c:/b"]}, {"Mounts": [{"Type": "nosuch", "Target": "/x"}]},
                     {"CapAdd": ["NOSUCH"]}, {"SecurityOpt": ["nosuch"]}, {"PortBindings": {"x/tcp": [{"HostPort": "1"}]}}, {"PortBindings": {"80/tcp": [{"HostPort": "99999"}]}},
                     {"Memory": 1}, {"NanoCpus": -1}, {"CpusetCpus": "999"}, {"CpusetCpus": "x"}, {"PidMode": "nosuch"}, {"Ulimits": [{"Name": "nosuch", "Soft": 1, "Hard": 1}]}):
            answer = self.create(HostConfig=host)
            if answer[0] == 201:  # Docker finds some of them only at the start
                answer = daemon.request("POST", f"/containers/{json.loads(answer[1])['Id']}/start")
            self.refused(answer, 400, 404, 409, 500)

    def test_bad_queries(self):
        for path in ("/containers/json?filters=x", "/containers/json?filters={\"nosuch\":[\"a\"]}", "/containers/json?filters=[1]", "/containers/json?limit=x",
                     "/images/json?filters={", "/volumes?filters=x", "/networks?filters=x"):
            self.refused(daemon.request("GET", path), 400)
        ref = daemon.run(["sleep", "100"])
        for path in ("kill?signal=NOSUCH", "stop?t=x", "resize?h=x&w=y", "wait?condition=nosuch", "rename?name="):
            self.refused(daemon.request("POST", f"/containers/{ref}/{path}"), 400)
        self.refused(daemon.request("GET", f"/containers/{ref}/logs"), 400)  # neither stream asked for
        self.refused(daemon.request("GET", f"/containers/{ref}/logs?stdout=1&since=x"), 400)

    def test_bad_archives(self):
        def tar(*members):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as t:
                for name, kind, link in members:
                    info = tarfile.TarInfo(name)
                    info.type, info.linkname = kind, link
                    t.addfile(info)
            return out.getvalue()
        outside = daemon.root + "/outside"
        for archive in (b"no archive at all" * 100, tar(("../../../outside", tarfile.REGTYPE, "")), tar(("/" + outside, tarfile.REGTYPE, "")),
                        tar(("l", tarfile.SYMTYPE, daemon.root), ("l/outside", tarfile.REGTYPE, "")), tar(("h", tarfile.LNKTYPE, "../../../../hexad.db"))):
            status, _, body = daemon.request("POST", "/images/create?fromSrc=-&repo=hxt-bad&tag=1", archive, {"Content-Type": "application/x-tar"})
            self.assertFalse(os.path.exists(outside))
            daemon.request("DELETE", "/images/hxt-bad:1?force=1")
        with open(images.tar("busybox"), "rb") as f:
            whole = f.read()
        daemon.request("POST", "/images/create?fromSrc=-&repo=hxt-bad&tag=1", whole[:len(whole) // 2], {"Content-Type": "application/x-tar"})
        self.assertEqual(os.listdir(daemon.data + "/tmp"), [])


class Races(Base):
    def test_two_clients_start_stop_and_remove_the_same_container(self):
        allowed = {"start": (204, 304, 404, 409), "stop": (204, 304, 404, 409), "kill": (204, 404, 409), "rm": (204, 404, 409), "inspect": (200, 404)}
        for _ in range(15):
            ref = daemon.create(["sleep", "100"], host={"NetworkMode": "none"})
            bad = []

            def client(steps):
                for step in steps:
                    if step == "rm":
                        status, _, body = daemon.request("DELETE", f"/containers/{ref}?force=1")
                    elif step == "inspect":
                        status, _, body = daemon.request("GET", f"/containers/{ref}/json")
                    else:
                        status, _, body = daemon.request("POST", f"/containers/{ref}/{step}" + ("?t=0" if step == "stop" else ""))
                    if status not in allowed[step] and not (status == 500 and b"removal" in body):
                        bad.append((step, status, body))
            threads = [threading.Thread(target=client, args=(s,)) for s in (["start", "stop", "start", "rm"], ["start", "kill", "inspect", "stop", "rm"], ["inspect", "stop", "start", "inspect", "rm"])]
            for t in threads:
                t.start()
            for t in threads:
                t.join(60)
            self.assertEqual(bad, [])
            with self.assertRaises(ApiError):
                daemon.inspect(ref)
        self.assertEqual(daemon.leaks(), {})

    def test_one_name_is_won_by_one_client(self):
        statuses = []

        def go():
            statuses.append(post("/containers/create?name=hxt-won", '{"Image":"bb:1","Cmd":["true"]}')[0])
        threads = [threading.Thread(target=go) for _ in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(sorted(statuses), [201] + [409] * 15)


if __name__ == "__main__":
    harness.main()
