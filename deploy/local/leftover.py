"""Processes that an earlier `make run-local` left behind, when supervisord was killed and they were not.

Each process that supervisord starts inherits MARK, which names the folder of its set-up: a process is ours
only when it is our user's and its own environment says so. Nothing else is ever stopped.
"""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

__all__ = ["MARK", "Leftover", "end", "leftovers", "listed"]

MARK = "MARIGRAPH_RUN_LOCAL"
"""The variable that supervisord's processes carry; its value is the set-up's folder."""

SUPERVISOR = "supervisord"
_PROCESSES = Path("/proc")
_STOP_SECONDS, _KILL_SECONDS = 15.0, 5.0
"""A service stops within 10 s by itself; what was killed is gone at once, or waits for its disk."""


class Leftover(NamedTuple):
    """A process that is proven to be of this set-up; what a program started itself has the program's name."""

    pid: int
    name: str


def leftovers(folder: Path) -> list[Leftover]:
    """Find what lives of the set-up in a folder, in the order of their ids; none where there is no /proc."""
    ids = sorted(int(entry.name) for entry in _PROCESSES.glob("[0-9]*"))
    return [found for pid in ids if pid != os.getpid() and (found := _proven(pid, folder))]


def _proven(pid: int, folder: Path) -> Leftover | None:
    try:
        if (_PROCESSES / str(pid)).stat().st_uid != os.getuid():
            return None
        carried = (_PROCESSES / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # it ended meanwhile, or is none of ours to look into
        return None
    variables = dict(entry.partition(b"=")[::2] for entry in carried)
    if variables.get(MARK.encode()) != os.fsencode(folder):
        return None
    return Leftover(pid, variables.get(b"SUPERVISOR_PROCESS_NAME", SUPERVISOR.encode()).decode())


def listed(found: list[Leftover]) -> str:
    """Name them for a person, each program once with all its process ids."""
    names = dict.fromkeys(one.name for one in found)
    ids = {name: ", ".join(str(one.pid) for one in found if one.name == name) for name in names}
    return "; ".join(f"{name} (pid {ids[name]})" for name in names)


def end(folder: Path) -> list[Leftover]:
    """Stop what is left, as supervisord would; return what could not be stopped.

    A supervisord that still lives stops its programs itself. What does not stop is killed.
    """
    found = leftovers(folder)
    _signal([one for one in found if one.name == SUPERVISOR] or found, folder, signal.SIGTERM)
    if not _gone(folder, _STOP_SECONDS):
        _signal(leftovers(folder), folder, signal.SIGKILL)
        _gone(folder, _KILL_SECONDS)
    return leftovers(folder)


def _signal(found: list[Leftover], folder: Path, number: signal.Signals) -> None:
    for one in found:
        with contextlib.suppress(ProcessLookupError):
            held = os.pidfd_open(one.pid)
            try:
                # Looked at again while it is held: its number cannot have gone to another process since.
                if _proven(one.pid, folder):
                    signal.pidfd_send_signal(held, number)
            finally:
                os.close(held)


def _gone(folder: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while leftovers(folder):
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)
    return True
