#!/usr/bin/python3
"""Attach, exec and logs on the wire: both forms of hijack, half-close, frames, headers in time."""
import glob
import hashlib
import os
import socket
import threading
import time
import unittest

import _path  # noqa: F401
import harness
from engine import API, ApiError, frames
from hexad_env import Daemon

daemon = None


def setUpModule():
    global daemon
    daemon = Daemon()


def tearDownModule():
    left = daemon.close()
    assert not left, left


class Raw:
    """One request by hand; the answer's head apart from what follows."""

    def __init__(self, method, path, body=b"", headers=(), upgrade=True, version=API):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(15)
        self.s.connect(daemon.socket)
        head = [f"{method} {version}{path} HTTP/1.1", "Host: x", *headers, f"Content-Length: {len(body)}"]
        if body:
            head.append("Content-Type: application/json")
        if upgrade:
            head += ["Connection: Upgrade", "Upgrade: tcp"]
        self.s.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            part = self.s.recv(65536)
            if not part:
                break
            self.buffer += part
        self.head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.head = self.head.decode()
        self.status = int(self.head.split()[1])

    def rest(self):
        while True:
            part = self.s.recv(65536)
            if not part:
                return self.buffer
            self.buffer += part

    def until(self, text):
        while text not in self.buffer:
            part = self.s.recv(65536)
            if not part:
                raise AssertionError(f"end before {text!r}: {self.buffer!r}")
            self.buffer += part


class Case(unittest.TestCase):
    def tearDown(self):
        daemon.clear()


class Attach(Case):
    def test_with_upgrade_101_and_without_200(self):
        for upgrade, status in ((True, 101), (False, 200)):
            ref = daemon.create("echo out; echo err >&2", AttachStdout=True, AttachStderr=True)
            stream = Raw("POST", f"/containers/{ref}/attach?stream=1&stdout=1&stderr=1", upgrade=upgrade)
            self.assertEqual(stream.status, status, stream.head)
            daemon.start(ref)
            self.assertEqual(sorted(frames(stream.rest())), [(1, b"out\n"), (2, b"err\n")])

    def test_stdin_and_half_close(self):
        ref = daemon.create(["sh", "-c", "cat; sleep 0.2; echo later"], OpenStdin=True, StdinOnce=True, AttachStdin=True)
        stream = Raw("POST", f"/containers/{ref}/attach?stream=1&stdin=1&stdout=1")
        daemon.start(ref)
        stream.s.sendall(b"typed\n")
        stream.until(b"typed\n")
        stream.s.shutdown(socket.SHUT_WR)
        self.assertEqual(b"".join(d for _, d in frames(stream.rest())), b"typed\nlater\n")

    def test_bytes_sent_with_the_request_are_not_lost(self):
        ref = daemon.create(["cat"], OpenStdin=True, StdinOnce=True)
        daemon.start(ref)
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(15)
        s.connect(daemon.socket)
        s.sendall(f"POST {API}/containers/{ref}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly".encode())
        s.shutdown(socket.SHUT_WR)
        data = b""
        while True:
            part = s.recv(65536)
            if not part:
                break
            data += part
        self.assertEqual(frames(data.split(b"\r\n\r\n", 1)[1]), [(1, b"early")])

    def test_the_content_type_depends_on_terminal_and_version(self):
        for tty, version, kind in ((False, "/v1.43", "multiplexed-stream"), (False, "/v1.41", "raw-stream"), (True, "/v1.43", "raw-stream")):
            ref = daemon.create(["true"], Tty=tty)
            stream = Raw("POST", f"/containers/{ref}/attach?stream=1&stdout=1", version=version)
            self.assertIn(f"application/vnd.docker.{kind}", stream.head)
            stream.s.close()

    def test_two_viewers_see_the_same(self):
        ref = daemon.create("read x; echo both", OpenStdin=True)
        views = [Raw("POST", f"/containers/{ref}/attach?stream=1&stdin=1&stdout=1") for _ in range(2)]
        daemon.start(ref)
        views[0].s.sendall(b"\n")
        for view in views:
            self.assertEqual(frames(view.rest()), [(1, b"both\n")])

    def test_a_viewer_that_stalls_does_not_stop_the_container(self):
        ref = daemon.create("yes 0123456789 | head -n 2000000")
        stalled = Raw("POST", f"/containers/{ref}/attach?stream=1&stdout=1")
        daemon.start(ref)
        self.assertEqual(daemon.wait(ref, timeout=40), 0)
        stalled.s.close()

    def test_logs_with_attach(self):
        ref = daemon.run("echo before; sleep 1; echo after")
        time.sleep(0.4)
        stream = Raw("POST", f"/containers/{ref}/attach?stream=1&stdout=1&logs=1")
        if stream.status == 501:
            stream.s.close()
            self.skipTest("not there yet: " + stream.buffer.decode())
        self.assertEqual(b"".join(d for _, d in frames(stream.rest())), b"before\nafter\n")


class Wait(Case):
    def test_the_head_comes_before_the_exit(self):
        ref = daemon.create(["sleep", "100"])
        waits = {c: Raw("POST", f"/containers/{ref}/wait?condition={c}", upgrade=False) for c in ("next-exit", "removed")}
        self.assertEqual([w.status for w in waits.values()], [200, 200])
        not_running = Raw("POST", f"/containers/{ref}/wait?condition=not-running", upgrade=False)
        not_running.until(b"StatusCode")
        daemon.start(ref)
        daemon.api("POST", f"/containers/{ref}/kill")
        waits["next-exit"].until(b'"StatusCode":137')
        daemon.remove(ref)
        waits["removed"].until(b'"StatusCode":137')

    def test_many_wait_for_one(self):
        ref = daemon.run("sleep 0.5; exit 4")
        codes = []
        threads = [threading.Thread(target=lambda: codes.append(daemon.wait(ref))) for _ in range(40)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(20)
        self.assertEqual(codes, [4] * 40)


class Exec(Case):
    def test_both_forms_of_hijack(self):
        ref = daemon.run(["sleep", "100"])
        for upgrade, status in ((True, 101), (False, 200)):
            ident = daemon.api("POST", f"/containers/{ref}/exec", {"Cmd": ["sh", "-c", "echo o; echo e >&2; exit 6"], "AttachStdout": True, "AttachStderr": True})["Id"]
            stream = Raw("POST", f"/exec/{ident}/start", b'{"Detach":false,"Tty":false}', upgrade=upgrade)
            self.assertEqual(stream.status, status)
            self.assertEqual(sorted(frames(stream.rest())), [(1, b"o\n"), (2, b"e\n")])
            self.assertEqual(daemon.api("GET", f"/exec/{ident}/json")["ExitCode"], 6)

    def test_the_exit_code_is_there_when_the_stream_ends(self):
        ref = daemon.run(["sleep", "100"])
        for i in range(50):
            self.assertEqual(daemon.exec(ref, f"exit {i}")[0], i)

    def test_stdin(self):
        ref = daemon.run(["sleep", "100"])
        ident = daemon.api("POST", f"/containers/{ref}/exec", {"Cmd": ["md5sum"], "AttachStdin": True, "AttachStdout": True})["Id"]
        out = daemon.hijack(f"/exec/{ident}/start", {"Detach": False, "Tty": False}, send=b"x" * 3000000)
        self.assertIn(hashlib.md5(b"x" * 3000000).hexdigest().encode(), out)

    def test_a_second_start_is_refused(self):
        ref = daemon.run(["sleep", "100"])
        ident = daemon.api("POST", f"/containers/{ref}/exec", {"Cmd": ["true"], "AttachStdout": True})["Id"]
        daemon.hijack(f"/exec/{ident}/start", {"Detach": False})
        try:  # Docker tells it in the stream, after 101
            answer = daemon.hijack(f"/exec/{ident}/start", {"Detach": False}).decode()
        except ApiError as error:
            answer = f"{error}"
        self.assertIn("has already run", answer)

    def test_many_at_once(self):
        ref = daemon.run(["sleep", "100"])
        results = []
        threads = [threading.Thread(target=lambda i=i: results.append(daemon.exec(ref, f"echo {i}; exit {i}") == (i, f"{i}\n"))) for i in range(30)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(30)
        self.assertEqual(results, [True] * 30)


class Logs(Case):
    def test_streams_apart_and_together(self):
        ref = daemon.run("echo out; echo err >&2")
        daemon.wait(ref)
        for query, expected in (("stdout=1", [(1, b"out\n")]), ("stderr=1", [(2, b"err\n")]), ("stdout=1&stderr=true", [(1, b"out\n"), (2, b"err\n")])):
            _, _, data = daemon.request("GET", f"/containers/{ref}/logs?{query}")
            self.assertEqual(sorted(frames(data)), expected)

    def test_following_sees_every_line_once_and_ends(self):
        ref = daemon.run("i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done")
        data = daemon.logs(ref, follow=1)
        self.assertEqual(data.split(), [b"%d" % i for i in range(2000)])

    def test_following_over_a_restart_of_the_daemon_loses_nothing(self):
        ref = daemon.run("i=0; while [ $i -lt 40 ]; do echo $i; i=$((i+1)); sleep 0.05; done")
        time.sleep(0.5)
        daemon.kill()
        time.sleep(0.5)
        daemon.launch()
        self.assertEqual(daemon.wait(ref), 0)
        self.assertEqual(daemon.logs(ref).split(), [b"%d" % i for i in range(40)])

    def test_the_log_is_bounded(self):
        ref = daemon.run("yes 0123456789012345678901234567890123456789 | head -c 60000000", host={"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "3"}}})
        self.assertEqual(daemon.wait(ref), 0)
        files = glob.glob(daemon.inspect(ref)["LogPath"] + "*")
        self.assertLessEqual(len(files), 3)
        self.assertLess(sum(os.path.getsize(f) for f in files), 4 << 20)
        self.assertEqual(daemon.logs(ref, tail=10).splitlines()[1], b"0123456789" * 4)


class Terminal(Case):
    def test_size_at_the_start_and_after(self):
        ref = daemon.create(["sh", "-c", "sleep 0.5; stty size; read x; stty size"], Tty=True, OpenStdin=True, StdinOnce=True)
        stream = Raw("POST", f"/containers/{ref}/attach?stream=1&stdin=1&stdout=1")
        daemon.start(ref)
        daemon.request("POST", f"/containers/{ref}/resize?h=33&w=111")
        stream.until(b"33 111")
        daemon.request("POST", f"/containers/{ref}/resize?h=44&w=122")
        stream.s.sendall(b"\n")
        stream.until(b"44 122")

    def test_the_detach_keys(self):
        ref = daemon.run(["cat"], Tty=True, OpenStdin=True)
        stream = Raw("POST", f"/containers/{ref}/attach?stream=1&stdin=1&stdout=1&detachKeys=ctrl-x,q")
        stream.s.sendall(b"\x18q")
        stream.rest()
        self.assertTrue(daemon.inspect(ref)["State"]["Running"])


if __name__ == "__main__":
    harness.main()
