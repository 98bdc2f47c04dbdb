"""Talking to a Docker-compatible engine behind a unix socket: over HTTP, and with a command line
client. Knows nothing of how the engine was started; hexad_env.py starts ours."""
import http.client
import json
import os
import socket
import struct
import subprocess
import time
import urllib.parse

API = "/v1.41"  # what Docker 20.10 speaks too, so that a test can be tried on both


class Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class ApiError(Exception):
    def __init__(self, status, message):
        super().__init__(f"{status} {message}")
        self.status, self.message = status, message


class Engine:
    def __init__(self, sock, docker="docker", netns=None):
        self.socket, self.docker, self.netns = sock, docker, netns

    # --- HTTP
    def request(self, method, path, body=None, headers=None, timeout=60):
        """(status, headers, bytes); never raises for a status."""
        connection = Connection(self.socket, timeout)
        head = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, bytearray)) and not hasattr(body, "read"):
            body = json.dumps(body).encode()
            head.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path if path.startswith("/v1.") else API + path, body, head)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def api(self, method, path, body=None, timeout=60, **query):
        """The decoded body; ApiError for 4xx and 5xx."""
        if query:
            path += "?" + urllib.parse.urlencode({k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in query.items()})
        status, _, data = self.request(method, path, body, timeout=timeout)
        if status >= 400:
            try:
                message = json.loads(data)["message"]
            except (ValueError, KeyError, TypeError):
                message = data.decode(errors="replace")
            raise ApiError(status, message)
        if data[:1] in (b"{", b"["):
            try:
                return json.loads(data)
            except ValueError:
                return data  # a stream of objects
        return data

    def create(self, cmd=None, name=None, image="bb:1", host=None, **config):
        body = {"Image": image, "HostConfig": host or {}, **config}
        if cmd is not None:
            body["Cmd"] = cmd if isinstance(cmd, list) else ["sh", "-c", cmd]
        return self.api("POST", "/containers/create" + (f"?name={name}" if name else ""), body)["Id"]

    def start(self, ref):
        self.api("POST", f"/containers/{ref}/start")

    def run(self, cmd=None, **options):
        ref = self.create(cmd, **options)
        self.start(ref)
        return ref

    def wait(self, ref, timeout=60):
        return self.api("POST", f"/containers/{ref}/wait", timeout=timeout)["StatusCode"]

    def inspect(self, ref):
        return self.api("GET", f"/containers/{ref}/json")

    def address(self, ref):
        return self.inspect(ref)["NetworkSettings"]["IPAddress"]

    def host_port(self, ref, port):
        return int(self.inspect(ref)["NetworkSettings"]["Ports"][port][0]["HostPort"])

    def remove(self, ref):
        self.api("DELETE", f"/containers/{ref}?force=1&v=1")

    def logs(self, ref, **query):
        query = {"stdout": 1, "stderr": 1, **query}
        _, _, data = self.request("GET", f"/containers/{ref}/logs?" + urllib.parse.urlencode(query))
        return b"".join(chunk for _, chunk in frames(data))

    def exec(self, ref, cmd, **options):
        """(exit code, output of both streams)"""
        command = cmd if isinstance(cmd, list) else ["sh", "-c", cmd]
        ident = self.api("POST", f"/containers/{ref}/exec", {"Cmd": command, "AttachStdout": True, "AttachStderr": True, **options})["Id"]
        data = self.hijack(f"/exec/{ident}/start", {"Detach": False, "Tty": False})
        code = self.api("GET", f"/exec/{ident}/json")["ExitCode"]
        return code, b"".join(chunk for _, chunk in frames(data)).decode(errors="replace")

    def hijack(self, path, body=None, send=b"", timeout=60):
        """POST with Connection: Upgrade; writes `send`, half-closes, returns all that comes."""
        payload = json.dumps(body).encode() if body is not None else b""
        head = f"POST {API}{path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(timeout)
            s.connect(self.socket)
            s.sendall(head.encode() + payload)
            data = b""
            while b"\r\n\r\n" not in data:
                part = s.recv(65536)
                if not part:
                    raise ApiError(0, f"connection closed: {data!r}")
                data += part
            status = int(data.split(None, 2)[1])
            rest = data.split(b"\r\n\r\n", 1)[1]
            if status >= 400:
                raise ApiError(status, rest.decode(errors="replace"))
            if send is not None:
                try:
                    if send:
                        s.sendall(send)
                    s.shutdown(socket.SHUT_WR)
                except OSError:
                    pass  # it has ended already; what it said is still to be read
            while True:
                part = s.recv(65536)
                if not part:
                    return rest
                rest += part

    def wait_ready(self, seconds=20):
        end = time.monotonic() + seconds
        while True:
            try:
                if self.request("GET", "/_ping", timeout=5)[0] == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > end:
                raise TimeoutError(f"no answer on {self.socket}")
            time.sleep(0.02)

    def import_image(self, tar, repo, tag, changes=()):
        query = urllib.parse.urlencode([("fromSrc", "-"), ("repo", repo), ("tag", tag), *(("changes", c) for c in changes)])
        with open(tar, "rb") as f:
            status, _, data = self.request("POST", "/images/create?" + query, f,
                                           {"Content-Type": "application/x-tar", "Content-Length": str(os.path.getsize(tar))})
        if status != 200 or b"errorDetail" in data:
            raise ApiError(status, data.decode(errors="replace"))

    # --- the command line client
    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("DOCKER_")}
        env["DOCKER_HOST"] = "unix://" + self.socket
        env["PATH"] = os.path.dirname(os.path.abspath(self.docker)) + ":" + env.get("PATH", "") if "/" in self.docker else env["PATH"]
        return env

    def cli(self, *args, stdin=None, timeout=60):
        return subprocess.run([self.docker, *args], input=stdin, capture_output=True, env=self.environment(), timeout=timeout,
                              **({} if isinstance(stdin, bytes) else {"text": True}))

    def host(self, *args, timeout=30, **kw):
        """A command in the network namespace that the engine calls the host's."""
        prefix = ["nsenter", f"--net=/run/netns/{self.netns}"] if self.netns else []
        return subprocess.run([*prefix, *args], capture_output=True, text=True, timeout=timeout, **kw)


def frames(data):
    """The chunks of a multiplexed stream as (stream, bytes)."""
    out, at = [], 0
    while at + 8 <= len(data):
        stream, size = struct.unpack(">BxxxI", data[at:at + 8])
        out.append((stream, data[at + 8:at + 8 + size]))
        at += 8 + size
    return out


def eventually(what, seconds=10, every=0.02):
    """Calls `what` until it returns something true; its last value either way."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(every)
