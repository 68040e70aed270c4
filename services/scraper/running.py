"""One running scraper for each state folder, held by a lock that ends with its process."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["hold_running", "is_running"]

FILE = "run.lock"
TRIES, PAUSE = 10, 0.1
"""A `status` command holds the lock for a moment: that is no other scraper."""


@contextlib.contextmanager
def hold_running(state_dir: Path) -> Iterator[bool]:
    """Hold the folder as its one running scraper; False when another does."""
    descriptor = os.open(state_dir / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _lock(descriptor, TRIES)
    finally:
        os.close(descriptor)


def is_running(state_dir: Path) -> bool:
    """Tell whether a scraper runs on the folder."""
    try:
        descriptor = os.open(state_dir / FILE, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _lock(descriptor, 1)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, tries: int) -> bool:
    for left in reversed(range(tries)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE if left else 0)
        else:
            return True
    return False
