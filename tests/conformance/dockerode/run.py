#!/usr/bin/python3
"""dockerode (Node.js) against our socket: installs it below the build folder, then runs cases.js."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/../../support")
from hexad_env import Daemon, bin_dir, skip  # noqa: E402

if not shutil.which("npm") or not shutil.which("node"):
    skip("npm is not installed")
folder = os.path.join(os.path.dirname(os.path.abspath(bin_dir())), "dockerode")
os.makedirs(folder, exist_ok=True)
if not os.path.isdir(folder + "/node_modules/dockerode"):
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, "dockerode@4"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200)
    if done.returncode != 0:
        skip("npm cannot get dockerode: " + done.stderr.strip()[-200:])
daemon = Daemon()
code = subprocess.run(["node", HERE + "/cases.js", daemon.socket], env={**os.environ, "NODE_PATH": folder + "/node_modules"},
                      stdin=subprocess.DEVNULL, timeout=120).returncode
left = daemon.close()
if left:
    print("left behind:", left)
sys.exit(1 if left else code)
