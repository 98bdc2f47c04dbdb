#!/usr/bin/python3
"""Every route that `hexad --routes` prints has a case: it is asked here with an id that is not there
and a body that says little, and must answer as the API says (never 501, never 5xx), or be listed
with the test that covers it. What Docker has and we do not answers 501 and names the operation."""
import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import harness  # noqa: E402
from hexad_env import Daemon, bin_dir  # noqa: E402

# (method, pattern) -> (body, statuses). {id}, {name} become `nosuch`.
MISSING = {
    "GET": ((404,), None), "HEAD": ((404,), None), "DELETE": ((404,), None), "POST": ((404,), {}), "PUT": ((404,), None),
}
EXACT = {
    ("GET", "/_ping"): (200,), ("HEAD", "/_ping"): (200,), ("GET", "/version"): (200,), ("GET", "/info"): (200,),
    ("GET", "/containers/json"): (200,), ("GET", "/images/json"): (200,), ("GET", "/volumes"): (200,), ("GET", "/networks"): (200,),
    ("POST", "/containers/create"): (400,), ("POST", "/images/create"): (400, 404, 501), ("POST", "/images/load"): (400, 500, 200), ("POST", "/volumes/create"): (201,),
    ("POST", "/volumes/prune"): (200,), ("POST", "/containers/prune"): (200,), ("POST", "/images/prune"): (200,), ("GET", "/system/df"): (200,),
    ("POST", "/exec/{id}/resize"): (400, 404), ("GET", "/images/get"): (400,), ("GET", "/plugins"): (200,), ("POST", "/networks/prune"): (200,),
}
STREAMS = {("GET", "/events"), ("GET", "/containers/{id}/stats")}
NOT_YET = [("POST", "/build"), ("POST", "/commit"), ("POST", "/networks/create"), ("GET", "/containers/x/top"), ("POST", "/containers/x/pause"),
           ("GET", "/containers/x/archive?path=/"), ("GET", "/distribution/x/json"), ("POST", "/auth"), ("GET", "/images/search")]
SWARM = [("GET", "/swarm"), ("GET", "/nodes"), ("GET", "/services"), ("GET", "/tasks"), ("GET", "/secrets"), ("GET", "/configs")]


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        out = subprocess.run([bin_dir() + "/hexad", "--routes"], check=True, capture_output=True, text=True).stdout
        cls.routes = re.findall(r"\b(GET|HEAD|POST|PUT|DELETE)\s+(/\S*)", out)
        cls.daemon = Daemon(seed=False)

    @classmethod
    def tearDownClass(cls):
        left = cls.daemon.close()
        assert not left, left

    def test_every_route_answers(self):
        self.assertGreater(len(self.routes), 30)
        for method, pattern in self.routes:
            if (method, pattern) in STREAMS:
                continue
            statuses, body = MISSING[method]
            statuses = EXACT.get((method, pattern), statuses)
            if pattern in ("/_ping", "/version", "/info") or "{" not in pattern:
                body = {} if method == "POST" else None
            path = re.sub(r"\{[^}]*\}", "nosuch", pattern)
            if pattern.endswith("/exec"):
                body = {"Cmd": ["true"]}
            if pattern.endswith("/attach"):
                path += "?stream=1&stdout=1"
            if pattern.endswith("/logs"):
                path += "?stdout=1"
            if pattern.endswith("/rename"):
                path += "?name=other"
            if pattern.endswith("/tag"):
                path += "?repo=x&tag=y"
            if pattern.endswith("/start") and "containers" in pattern:
                body = None
            if pattern.endswith("/archive"):
                path += "?path=/"
            with self.subTest(route=f"{method} {pattern}"):
                status, _, answer = self.daemon.request(method, path, body)
                self.assertIn(status, statuses, answer)
                if status >= 400 and method != "HEAD":
                    self.assertTrue(json.loads(answer)["message"])

    def test_what_is_not_there_yet_says_so(self):
        known = {(m, re.sub(r"\{[^}]*\}", "x", p)) for m, p in self.routes}
        for method, path in NOT_YET:
            if (method, path.split("?")[0]) in known:
                continue
            status, _, answer = self.daemon.request(method, path)
            self.assertEqual(status, 501, (method, path, answer))
            self.assertTrue(json.loads(answer)["message"])

    def test_swarm_is_refused_in_dockers_words(self):
        for method, path in SWARM:
            status, _, answer = self.daemon.request(method, path)
            self.assertEqual(status, 503, path)
            self.assertTrue(json.loads(answer)["message"].startswith("This node is not a swarm manager."))

    def test_versions_and_unversioned(self):
        for prefix in ("/v1.24", "/v1.41", "/v1.51"):
            self.assertEqual(self.daemon.request("GET", prefix + "/_ping")[0], 200)
        status, head, _ = self.daemon.request("HEAD", "/_ping")
        head = {k.lower(): v for k, v in head.items()}
        self.assertEqual((status, head["api-version"], head["ostype"]), (200, "1.51", "linux"))
        self.assertIn("docker-experimental", head)


if __name__ == "__main__":
    harness.main()
