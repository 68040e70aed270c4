"""One switch at a time on a host."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from marigraph_host.errors import BusyError

__all__ = ["free", "held"]


@contextlib.contextmanager
def held(path: Path, verb: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock; wait for it, or raise BusyError, with who has it, when another does."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if wait:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        elif not _taken(file.fileno()):
            file.seek(0)
            who = file.read().strip() or "just begun"
            raise BusyError(f"another one is at work here ({who}). Try again when it is done")
        file.truncate(0)
        now = datetime.now(timezone.utc)
        file.write(f"{verb}, process {os.getpid()}, since {now:%H:%M:%S} UTC\n")
        file.flush()
        yield
        file.truncate(0)


def free(path: Path) -> bool:
    """Tell whether nobody holds the lock."""
    try:
        with path.open("a+", encoding="utf-8") as file:
            return _taken(file.fileno())
    except FileNotFoundError:
        return True


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
