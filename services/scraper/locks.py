"""Locks between processes on one state folder; each ends with its process, however that ends."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["hold_running", "hold_sending", "is_running", "locked"]

RUNNING, SENDING = "run.lock", "send.lock"
TRIES, PAUSE = 10, 0.1
"""A `status` command holds the lock for a moment: that is no other scraper."""


@contextlib.contextmanager
def hold_running(state_dir: Path) -> Iterator[bool]:
    """Hold the folder as its one running scraper; False when another does."""
    with _held(state_dir / RUNNING, TRIES) as held:
        yield held


@contextlib.contextmanager
def hold_sending(state_dir: Path) -> Iterator[bool]:
    """Hold the queues as the one that sends, so that their order is kept; False when another does."""
    with _held(state_dir / SENDING, 1) as held:
        yield held


def is_running(state_dir: Path) -> bool:
    """Tell whether a scraper runs on the folder."""
    try:
        descriptor = os.open(state_dir / RUNNING, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _lock(descriptor, 1)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for a lock that everybody holds for a moment only. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _held(path: Path, tries: int) -> Iterator[bool]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _lock(descriptor, tries)
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
