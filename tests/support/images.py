"""The images of the tests, made from Debian packages by packaging/image-from-packages and kept."""
import fcntl
import os
import subprocess

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
TOOL = TOP + "/packaging/image-from-packages"
CACHE = os.environ.get("HEXAD_CACHE", "/var/cache/hexad-images")


def tar(kind):
    """The path of the root file system's archive; made once. None where the packages cannot be had."""
    os.makedirs(CACHE, exist_ok=True)
    path = f"{CACHE}/{kind}.tar"
    with open(CACHE + "/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(TOOL):
            done = subprocess.run([TOOL, kind, path], stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                return None
    return path


def changes(kind):
    return subprocess.run([TOOL, "changes", kind], check=True, capture_output=True, text=True).stdout.splitlines()
