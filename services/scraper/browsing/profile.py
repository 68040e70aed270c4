"""The browser profile's folder: the user's login lives there, so one program at a time may open it."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal

from services.scraper.browsing.leftovers import end_leftovers, users_browser
from services.scraper.judging.outcome import ScrapeError
from shared.files import private_folder

__all__ = ["Purpose", "hold_browser", "hold_profile", "tidy_profile"]

Purpose = Literal["scrape", "login", "session"]

LOCK = "profile.lock"
SINGLETONS = ("SingletonLock", "SingletonCookie", "SingletonSocket")
"""Chromium's own marks of a profile in use; they outlive a browser that was killed."""

PATIENCE = 45.0
"""Seconds that another scrape is waited for: it ends by itself, a login window does not."""

LOOK_SECONDS = 0.1

WORDS: dict[str, str] = {
    "scrape": "another scrape",
    "login": "a login window",
    "session": "a session command",
}


@contextlib.asynccontextmanager
async def hold_browser(
    state_dir: Path, purpose: Purpose, *, patience: float = PATIENCE
) -> AsyncIterator[None]:
    """Be the one program that browses for this state folder; another scrape is waited for.

    Raises ScrapeError (profile_locked) when somebody else goes on.
    """
    with _opened(state_dir / LOCK) as descriptor:
        await _lock(descriptor, patience)
        _sign(descriptor, purpose)
        yield


@contextlib.asynccontextmanager
async def hold_profile(
    state_dir: Path, purpose: Purpose, *, patience: float = PATIENCE
) -> AsyncIterator[Path]:
    """Hold the profile's folder, cleared of what a killed scraper left. Raises ScrapeError as above."""
    profile = private_folder(state_dir / "profile")
    async with hold_browser(state_dir, purpose, patience=patience):
        await _clear(profile)
        yield profile


async def tidy_profile(state_dir: Path) -> None:
    """End what a killed scraper left, unless the profile is in use: then whoever holds it has done so."""
    with contextlib.suppress(ScrapeError):
        async with hold_profile(state_dir, "scrape", patience=0):
            pass


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def _lock(descriptor: int, patience: float) -> None:
    waited = 0.0
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            if holder == "login" or waited >= patience:
                who = WORDS.get(holder, "another program")
                raise ScrapeError("profile_locked", f"{who} has it open") from None
        else:
            return
        await asyncio.sleep(LOOK_SECONDS)
        waited += LOOK_SECONDS


def _sign(descriptor: int, purpose: Purpose) -> None:
    """Write into the lock what it is held for, for those who wait."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, purpose.encode(), 0)


async def _clear(profile: Path) -> None:
    """Refuse a profile that somebody's own browser has open; else end and take away what the dead left.

    A lock from another host name is one that a container left when it was replaced: the scraper's own lock,
    which works across containers, is held by now.
    """
    if pid := users_browser(profile):
        raise ScrapeError("profile_locked", f"the browser with process id {pid} has it open")
    await end_leftovers(profile)
    for name in SINGLETONS:
        (profile / name).unlink(missing_ok=True)
