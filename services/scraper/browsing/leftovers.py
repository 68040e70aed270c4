"""Ends the browsers that a killed scraper left on its profile, and knows them from one the user opened.

A browser names its profile on its command line and so do its child processes; one that a scraper started
takes its orders through a pipe (`--remote-debugging-pipe`), as nobody does by hand. So nothing needs to be
written down that a kill at the wrong moment would leave out, and a process id given out anew is never
mistaken for it.

Call only while holding the profile's lock: then no living scraper uses the browser.
"""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog

__all__ = ["Process", "end_leftovers", "parse_ps", "processes_in", "users_browser"]

GRACE_SECONDS = 3.0
KILL_SECONDS = 5.0
LOOK_SECONDS = 0.05

OURS = "--remote-debugging-pipe"
CHILD = "--type="
PROC = Path("/proc")

log = structlog.get_logger()


class Process(msgspec.Struct, frozen=True):
    """A running program: its id and its command line."""

    pid: int
    arguments: tuple[str, ...]

    @property
    def is_browser(self) -> bool:
        """Whether it is the browser itself and not one of its child processes."""
        return not any(argument.startswith(CHILD) for argument in self.arguments)

    @property
    def is_ours(self) -> bool:
        """Whether a scraper started it."""
        return any(argument.partition(" ")[0] == OURS for argument in self.arguments)


def processes_in(profile: Path) -> list[Process]:
    """Return every process whose command line names the profile's folder."""
    real = os.path.realpath(profile)
    return [process for process in _all() if real in {_real(path) for path in _profiles(process)}]


def users_browser(profile: Path) -> int | None:
    """Return the process id of a browser that somebody else opened on the profile, None without one."""
    found = processes_in(profile)
    return next((one.pid for one in found if one.is_browser and not one.is_ours), None)


async def end_leftovers(profile: Path) -> int:
    """End what the scraper's browsers left running; returns how many processes there were.

    They are asked first, so that the browser can write its cookies, and killed when that does not help.
    """
    found = processes_in(profile)
    if not found:
        return 0
    for wanted, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        for process in processes_in(profile):
            _signal(process, wanted)
        if await _gone(profile, seconds):
            break
    log.info("a browser that an earlier scraper left running was ended", processes=len(found))
    return len(found)


async def _gone(profile: Path, seconds: float) -> bool:
    for _ in range(int(seconds / LOOK_SECONDS)):
        if not processes_in(profile):
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


def _signal(process: Process, number: int) -> None:
    """Send a signal to this very process: were its id given out anew meanwhile, nothing is sent."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if not hasattr(os, "pidfd_open"):
            os.kill(process.pid, number)
            return
        descriptor = os.pidfd_open(process.pid)
        try:
            if _arguments(process.pid) == process.arguments:
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def _profiles(process: Process) -> Iterator[str]:
    for argument in process.arguments:
        name, _, value = argument.partition("=")
        if name == "--user-data-dir":
            yield value


def _real(path: str) -> str:
    return os.path.realpath(path) if path else ""


def _all() -> list[Process]:
    if not PROC.is_dir():
        listed = subprocess.run(
            ["/bin/ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=False
        )
        return parse_ps(listed.stdout)
    pids = [int(name) for name in os.listdir(PROC) if name.isdigit()]  # noqa: PTH208 - only names are needed
    return [Process(pid, arguments) for pid in pids if (arguments := _arguments(pid))]


def _arguments(pid: int) -> tuple[str, ...]:
    try:
        line = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:  # it has ended
        return ()
    text = os.fsdecode(line).rstrip("\0")
    # A child process of Chromium writes its command line anew, with blanks between.
    return tuple(text.split("\0")) if "\0" in text else tuple(_split(text))


def parse_ps(listed: str) -> list[Process]:
    """Read the lines of `ps -o pid=,command=`, for systems without /proc."""
    lines = [line.strip().partition(" ") for line in listed.splitlines() if line.strip()]
    return [Process(int(pid), tuple(_split(command))) for pid, _, command in lines if pid.isdigit()]


def _split(command: str) -> list[str]:
    """Take a command line apart where an option begins: a path may hold blanks."""
    return re.split(r"\s+(?=--)", command.strip()) if command.strip() else []
