#!/usr/bin/python3
"""Coroutine frames have their resume function at offset 0.

g++ 12.2 lays out some frames wrongly (seen where a co_await is the condition that leaves a loop):
the resume and destroy functions come 8 bytes late, std::coroutine_handle looks for them at 0, and
the program jumps anywhere. The objects of an unoptimised build show it by their relocations alone:
the start of a coroutine stores the address of its actor, then of its destroyer, and the first store
is a byte longer where it does not go to offset 0.

    frames_test.py BUILD_DIR
"""
import pathlib
import re
import subprocess
import sys

ENTRY = re.compile(r"^([0-9a-f]+) \S+\s+(\S+?)([-+]0x[0-9a-f]+)?$")
RIGHT, WRONG = 14, 15  # lea 7 bytes, mov 3, mov 4 | lea 7, mov 4, mov 4


def bad_frames(archive):
    """Coroutines whose frame is wrong, and how many frames were seen."""
    text = subprocess.run(["objdump", "-r", str(archive)], capture_output=True, text=True, check=True).stdout
    actor, at, bad, seen = None, 0, [], 0
    for line in text.splitlines():
        found = ENTRY.match(line)
        if not found:
            actor = None
            continue
        offset, symbol = int(found.group(1), 16), found.group(2)
        if symbol.endswith(".Frame.actor"):
            actor, at = symbol[: -len(".actor")], offset
        elif actor and symbol == actor + ".destroy" and offset - at in (RIGHT, WRONG):
            seen += 1
            if offset - at == WRONG:
                bad.append(actor)
            actor = None
    return bad, seen


def main():
    build = pathlib.Path(sys.argv[1])
    cache = (build / "CMakeCache.txt").read_text()
    if re.search(r"^CMAKE_CXX_FLAGS:.*-O[123s]", cache, re.M) or "HEXAD_SANITIZE:STRING=\n" not in cache:
        print("SKIPPED: only an unoptimised build without sanitizers shows the frames")
        return 77
    total, wrong = 0, []
    for folder in ("async", "http", "containers", "exec", "events", "system"):
        for archive in (build / "daemon" / folder).glob("*.a"):
            bad, seen = bad_frames(archive)
            wrong += [f"{archive.name}: {b}" for b in bad]
            total += seen
    print(f"{total} frames")
    for line in wrong:
        print("wrong frame:", subprocess.run(["c++filt", line], capture_output=True, text=True).stdout.strip())
    if total < 20:
        print("too few frames found: has the compiler changed its code?")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
