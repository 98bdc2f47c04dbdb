"""Where our answers differ from Docker 20.10's (which the answers were recorded from) on purpose.

TEXTS: (pattern, replacement, reason), applied to both sides before they are compared.
CASES: for client `docker` (or one version of it) and `hexa`: case -> ({what ours is instead}, reason)."""

TEXTS = [
    (r"(OCI runtime (create|exec) failed|failed to create task for container|failed to create (shim )?task|runc (create|run|exec) failed|unable to start container process|starting container process caused): ", "",
     "the words of the runtime below Docker are not ours; what follows them is compared"),
    (r"container_linux\.go:\d+: ", "", "the same"),
    (r": unknown(\.?)(\n|$)", r"\1\2", "Docker appends the kind of an error of its runtime"),
    (r'time="<TIME>" level=error msg="error waiting for container: context canceled"\n', "", "the 20.10 client says so by chance"),
    # Our texts are those of the Engine that speaks 1.51; some begin small since then, or say more.
    (r"\bcontainer (<ID>|<id>) is not running", r"Container \1 is not running", "small letter since Docker 25"),
    (r"Error response from daemon: cannot kill container", "Error response from daemon: Cannot kill container", "small letter since Docker 25"),
    (r"Error response from daemon: invalid filter", "Error response from daemon: Invalid filter", "small letter since Docker 23"),
    (r"Error response from daemon: no command specified", "Error response from daemon: No command specified", "small letter since Docker 25"),
    (r'cannot remove container "[^"]*": container is running: stop the container before removing or force remove',
     "You cannot remove a running container <ID>. Stop the container before attempting removal or force remove", "reworded in Docker 25"),
    (r"logger: no log driver named '(\w+)' is registered", r'error looking up logging plugin \1: plugin "\1" not found', "Docker says the one or the other, by whether it has plugins"),
    (r"no such image: hxc-none: No such image", "No such image", "said once since Docker 25"),
    (r'exec: "/tmp": is a directory', 'exec: "/tmp": permission denied', "newer runtimes tell the two apart"),
    (r"Error processing tar file\(exit status 1\): ", "", "Docker unpacks in another process and says so"),
]

_EXEC = "Docker 20.10 ends with 126 where the command is not there; later ones with 127, as `run` does"
CASES = {
    "docker": {
        "exec of what is not there is 127": ({"code": 127}, _EXEC),
        "no network": ({"out": "lo 127.0.0.1/8\nlo ::1/128\n"}, "lo has its IPv6 address, as from Docker 26 on"),
        "an own name server": ({"out": "nameserver 192.0.2.53\nsearch x.test\noptions ndots:3\n"}, "the order that Docker writes from 25 on"),
    },
    "docker 20.10": {
        "a directory is 126": ({"code": 125}, "this client does not know the words that tell a directory from a forbidden file"),
    },
    "hexa": {
        "swarm is off": ({"err": "docker: unknown command: docker service\n\nRun 'docker --help' for more information\n"
                                 "docker: unknown command: docker node\n\nRun 'docker --help' for more information\n"}, "hexa has no commands for swarms"),
    },
}
CASES["docker 20.10"].update(CASES["docker"])
CASES["hexa"].update(CASES["docker"])
