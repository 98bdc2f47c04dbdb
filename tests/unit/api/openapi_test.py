#!/usr/bin/python3
"""The OpenAPI document lists exactly the routes that the features' tables hold. Both are read as
text: no build, no YAML library."""
import glob
import os
import re
import sys
import unittest

TOP = sys.argv.pop(1) if len(sys.argv) > 1 else os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def documented():
    found, path = set(), None
    for line in read("api/openapi.yaml").split("\ncomponents:")[0].splitlines():
        if match := re.match(r"  (/\S*):$", line):
            path = match[1]
        elif match := re.match(r"    (get|head|post|put|delete):$", line):
            found.add((match[1].upper(), path))
    return found


def served():
    row = re.compile(r'\b(?:unary|instant|hijack|upload|download|async|stream)\(\s*"([A-Z]+)",\s*"([^"]+)"')
    found = set()
    for path in glob.glob(os.path.join(TOP, "daemon/*/*routes*.cpp")):
        for method, pattern in row.findall(read(path)):
            found.add((method, re.sub(r":[^}]*}", "}", pattern)))
    return found


class OpenApi(unittest.TestCase):
    def test_routes_are_documented(self):
        self.assertEqual(served() - documented(), set())

    def test_what_is_documented_is_served(self):
        self.assertEqual(documented() - served(), set())

    def test_references_lead_somewhere(self):
        text = read("api/openapi.yaml")
        for kind, name in set(re.findall(r"#/components/(\w+)/(\w+)", text)):
            section = text.split("\n  %s:\n" % kind)[1]
            self.assertRegex(section, r"(?m)^    %s:" % name)


if __name__ == "__main__":
    unittest.main()
