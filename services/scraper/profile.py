"""The browser profile's folder: the user's login lives there, so one program at a time may open it."""

import contextlib
import fcntl
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

from services.scraper.outcome import ScrapeError
from shared.files import private_folder

__all__ = ["hold_profile"]

SINGLETONS = ("SingletonLock", "SingletonCookie", "SingletonSocket")
"""Chromium's own marks of a profile in use; the lock is a link to `host-pid`."""


@contextlib.contextmanager
def hold_profile(state_dir: Path) -> Iterator[Path]:
    """Hold the profile's folder while a browser runs in it; raises ScrapeError when another has it open."""
    profile = private_folder(state_dir / "profile")
    descriptor = os.open(state_dir / "profile.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ScrapeError("profile_locked", "another scrape or a login window has it open") from None
        _check_singleton(profile)
        yield profile
    finally:
        os.close(descriptor)


def _check_singleton(profile: Path) -> None:
    """Refuse a profile that a live browser has open; take away what a dead one left.

    A lock from another host name is one that a container left when it was replaced: only scrapers use this
    folder, and the scraper's own lock, which works across containers, is held by now.
    """
    try:
        owner = os.readlink(profile / "SingletonLock")  # noqa: PTH115 - the target is no path
    except OSError:
        return
    host, _, pid = owner.rpartition("-")
    if host == socket.gethostname() and re.fullmatch(r"\d+", pid) and _has_open(int(pid), profile):
        raise ScrapeError("profile_locked", f"the browser with process id {pid} has it open")
    for name in SINGLETONS:
        (profile / name).unlink(missing_ok=True)


def _has_open(pid: int, profile: Path) -> bool:
    """Tell whether the process lives and, where that can be seen, is a browser in this profile."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True
    return os.fsencode(profile) in command or os.fsencode(profile.resolve()) in command
