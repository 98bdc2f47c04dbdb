#!/usr/bin/python3
"""A real terminal: the client runs in tmux, keys are typed, the screen is read.
   tty_test.py [--socket SOCKET]     an engine that runs already, in place of ours"""
import os
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
import harness  # noqa: E402
from engine import Engine, eventually  # noqa: E402
from hexad_env import Daemon, bin_dir, docker_version, find_docker, skip  # noqa: E402

SOCKET = None
if "--socket" in sys.argv:
    at = sys.argv.index("--socket")
    SOCKET = sys.argv[at + 1]
    del sys.argv[at:at + 2]


class Terminal:
    """A tmux server of its own with one window, in it a shell whose prompt is `$ `."""

    count = 0

    def __init__(self, engine, width=100, height=30):
        Terminal.count += 1
        self.name = f"hxt-{os.getpid()}-{Terminal.count}"
        env = {**engine.environment(), "PS1": "outer$ ", "TERM": "xterm", "DOCKER_CLI_HINTS": "false"}
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), "env PS1='outer$ ' bash --norc --noprofile", env=env)
        self.see("outer$")

    def tmux(self, *args, env=None):
        return subprocess.run(["tmux", "-L", self.name, *args], check=True, capture_output=True, text=True, env=env).stdout

    def type(self, text, enter=True):
        self.tmux("send-keys", "-l", text)
        if enter:
            self.tmux("send-keys", "Enter")

    def key(self, *keys):
        self.tmux("send-keys", *keys)

    def screen(self):
        return self.tmux("capture-pane", "-p", "-S", "-200").rstrip()

    def see(self, text, seconds=15):
        if not eventually(lambda: text in self.screen(), seconds, 0.05):
            raise AssertionError(f"no {text!r} on the screen:\n{self.screen()}")

    def clear(self):
        self.tmux("send-keys", "-R")
        self.tmux("clear-history")

    def close(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True)


class Tty:
    """The cases, for a client."""
    client = None

    @classmethod
    def setUpClass(cls):
        if not shutil.which("tmux"):
            skip("tmux is not installed")
        cls.engine = Engine(SOCKET) if SOCKET else Daemon()
        if SOCKET:
            cls.engine.docker = find_docker()

    @classmethod
    def tearDownClass(cls):
        if not SOCKET:
            left = cls.engine.close()
            assert not left, left

    def setUp(self):
        self.terminal = Terminal(self.engine)
        self.addCleanup(self.terminal.close)
        for c in self.engine.api("GET", "/containers/json?all=1"):
            if c["Names"][0].startswith("/hxt-tty"):
                self.engine.remove(c["Id"])

    def run_it(self, *args):
        self.terminal.type(f"{self.client} run -it --rm -e PS1='in$ ' {' '.join(args)} bb:1 sh")
        self.terminal.see("\nin$")

    def test_a_shell_has_a_terminal_of_the_right_size(self):
        t = self.terminal
        self.run_it()
        t.type("tty; stty size; test -t 0 -a -t 1 -a -t 2 && echo all three")
        t.see("/dev/pts/0")
        t.see("30 100")
        t.see("\nall three")
        t.type("exit 7")
        t.see("\nouter$")
        t.type("echo code=$?")
        t.see("code=7")

    def test_job_control_and_ctrl_c(self):
        t = self.terminal
        self.run_it()
        t.type("sleep 100")
        time.sleep(0.5)
        t.key("C-z")
        t.see("Stopped")
        t.type("jobs | grep -c sleep; fg")
        t.see("\n1")
        time.sleep(0.3)
        t.key("C-c")
        t.type("echo inner=$?")
        t.see("inner=130")
        t.type("sleep 100")
        time.sleep(0.3)
        t.key("C-c")
        t.see("^C\nin$")
        t.type("exit")
        t.see("\nouter$")
        t.type("echo code=$?")
        t.see("code=130")

    def test_ctrl_c_reaches_a_program_without_a_shell(self):
        t = self.terminal
        t.type(f"{self.client} run -it --rm bb:1 sh -c 'trap \"exit 130\" INT; echo ready; while :; do sleep 0.1; done'")
        t.see("\nready")
        t.key("C-c")
        t.see("^Couter$")
        t.type("echo code=$?")
        t.see("code=130")

    def test_exec_it(self):
        t = self.terminal
        self.engine.run(["sleep", "100"], name="hxt-tty-exec")
        t.type(f"{self.client} exec -it -e PS1='ex$ ' hxt-tty-exec sh")
        t.see("\nex$")
        t.type("tty; stty size; cat /proc/1/comm")
        t.see("/dev/pts/")
        t.see("30 100")
        t.see("\nsleep")
        t.type("exit 3")
        t.see("\nouter$")
        t.type("echo code=$?")
        t.see("code=3")

    def test_a_resized_window_is_seen_inside(self):
        t = self.terminal
        self.run_it()
        t.tmux("resize-window", "-x", "77", "-y", "22")
        time.sleep(0.5)
        t.type("stty size")
        t.see("22 77")
        t.type("exit")
        t.see("outer$")

    def test_detach_and_attach_again(self):
        t = self.terminal
        t.type(f"{self.client} run -it --name hxt-tty-detach -e PS1='in$ ' bb:1 sh")
        t.see("\nin$")
        t.type("x=remembered")
        t.key("C-p", "C-q")
        self.assertTrue(eventually(lambda: t.screen().count("outer$") >= 2), t.screen())
        self.assertTrue(self.engine.inspect("hxt-tty-detach")["State"]["Running"])
        t.clear()
        t.type(f"{self.client} attach hxt-tty-detach")
        time.sleep(0.7)
        t.key("Enter")
        t.see("\nin$")
        t.type("echo $x")
        t.see("\nremembered")
        t.type("exit 5")
        t.see("\nouter$")
        t.type("echo code=$?")
        t.see("code=5")

    def test_a_terminal_outlives_the_daemon(self):
        if SOCKET:
            self.skipTest("only of ours")
        t = self.terminal
        self.engine.run(["sleep", "100"], name="hxt-tty-live")
        t.type(f"{self.client} exec -it -e PS1='ex$ ' hxt-tty-live sh")
        t.see("\nex$")
        self.engine.kill()
        t.type("echo without a daemon")
        t.see("\nwithout a daemon")
        self.engine.launch()
        t.type("echo with the next")
        t.see("\nwith the next")
        t.type("exit")
        t.see("outer$")


class Docker(Tty, unittest.TestCase):
    client = "docker"

    @classmethod
    def setUpClass(cls):
        if not find_docker():
            raise unittest.SkipTest("no docker command")
        print("docker CLI", docker_version(find_docker()), flush=True)
        super().setUpClass()
        cls.client = cls.engine.docker


@unittest.skipIf(SOCKET, "hexa is tried on our own daemon")
class Hexa(Tty, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = os.path.abspath(bin_dir() + "/hexa")
        super().setUpClass()


if __name__ == "__main__":
    harness.main()
