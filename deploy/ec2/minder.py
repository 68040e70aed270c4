"""Runs on the host, as root, as long as a deployment: it alone may ship; what it shipped is used or removed.

    python3 -c SOURCE RELEASE

It is told what to do by lines on standard input: `alive` every few seconds, `switch` when everything has been
shipped, `leave` when nothing is to be switched. When the lines end before that, or come no more for 30 s, the
link was cut: what was shipped is removed. The switch itself goes on whatever becomes of the link. Exit codes:
the switch's; 5 another deployment is at work; 3 the link was cut before the switch.

Python 3.9 and its standard library are enough.
"""

import contextlib
import fcntl
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

HOME = Path("/opt/marigraph")
RUN = Path("/run/marigraph")
CUT, BUSY = 3, 5
SILENT_SECONDS = 30.0
RELEASE = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]+")
PATIENCE_SECONDS, LOOKS = 60.0, 2
SHIPS = b"MARIGRAPH_" + b"SHIPS=1"
"""Marks the processes that take what is shipped; in two parts, for this very text is in a command line."""


def main(release: str) -> int:
    """Hold the locks, wait for the word, switch or clean up; return the exit code."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # not SIG_IGN, which the switch would inherit
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (RUN / "deploy.lock").open("a+") as deploying, (RUN / "switch.lock").open("a+") as switching:
        for file in (deploying, switching):
            if not taken(file):
                file.seek(0)
                say(file.read().strip() or "just begun")
                return BUSY
        fcntl.flock(switching, fcntl.LOCK_UN)  # it was free; nobody else begins one while we ship
        now = time.strftime("%H:%M:%S", time.gmtime())
        deploying.truncate(0)
        deploying.write(f"deploy of {release}, process {os.getpid()}, since {now} UTC\n")
        deploying.flush()
        sweep()
        say("ready")
        code = act(word(), release)
        deploying.truncate(0)
        return code


def act(told: str, release: str) -> int:
    """Switch, or remove what was shipped; return the exit code."""
    code = 0 if told == "leave" else CUT
    if told == "switch":
        program = [sys.executable, str(HOME / "releases" / release / "host"), "switch"]
        code = subprocess.run(program, stdin=subprocess.DEVNULL, check=False).returncode  # noqa: S603 - our own
    else:
        end_shipping()
    sweep()
    return code


def taken(file: "IO[str]") -> bool:
    """Take a lock, if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def say(text: str) -> None:
    """Tell the developer; that nobody listens any more ends nothing."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def word() -> str:
    """Wait for a word that is not `alive`; empty when none comes any more."""
    heard = b""
    while True:
        ready, _, _ = select.select([0], [], [], SILENT_SECONDS)
        piece = os.read(0, 4096) if ready else b""
        if not piece:
            return ""
        *words, heard = (heard + piece).split(b"\n")
        for one in words:
            if one != b"alive":
                return one.decode()


def end_shipping() -> None:
    """Wait until nothing takes what was shipped any more; end what waits for bytes that never come.

    What is cut has read to its end, and ends by itself: were `docker load` ended before, the engine might go
    on, and the image come when all has been swept. One that was only about to begin is waited for, too.
    """
    start, empty = time.monotonic(), 0
    while empty < LOOKS and time.monotonic() - start < 2 * PATIENCE_SECONDS:
        at_work = shipping()
        empty = 0 if at_work else empty + 1
        if time.monotonic() - start > PATIENCE_SECONDS:
            for number in at_work:
                with contextlib.suppress(OSError):
                    os.kill(number, signal.SIGKILL)
        time.sleep(0.2)


def shipping() -> "list[int]":
    """Return the processes that take what is shipped, or are about to."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(SHIPS in (process / name).read_bytes() for name in ("cmdline", "environ")):
                found.append(int(process.name))
    return found


def sweep() -> None:
    """Remove what deployments that were cut had shipped: folders that never served, and their images."""
    releases = HOME / "releases"
    kept = {name_of(HOME / "current"), under_way()}
    for folder in releases.iterdir():
        if folder.name not in kept and not (folder / "served").exists():
            shutil.rmtree(str(folder), ignore_errors=True)
    for image in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split():
        repository, _, tag = image.rpartition(":")
        if repository.startswith("marigraph-") and RELEASE.fullmatch(tag) and not (releases / tag).exists():
            docker("image", "rm", image)


def name_of(link: Path) -> str:
    """Return the name of what a link leads to; empty when it is none."""
    try:
        return link.readlink().name
    except OSError:
        return ""


def under_way() -> str:
    """Return the release of a switch that was cut: the next switch finishes or undoes it."""
    try:
        return str(json.loads((HOME / "switch.json").read_text())["after"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def docker(*words: str) -> str:
    """Return what the docker command prints."""
    asked = ["docker", *words]
    return subprocess.run(  # noqa: S603 - our own command
        asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
    ).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
