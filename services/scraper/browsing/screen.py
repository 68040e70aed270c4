"""A screen that nobody looks at (Xvfb), for a window where there is no other, as in a container."""

import asyncio
import contextlib
import secrets
import shutil
import struct
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from services.scraper.judging.outcome import ScrapeError

__all__ = ["find_screen_server", "own_screen"]

CURE = "Is /tmp writable? Without SCRAPER_BROWSER_MODE=headed no screen is needed."
START_SECONDS = 15
END_SECONDS = 3
LOOK_SECONDS = 0.02
COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
KEY_BYTES = 16
LET_IN = b"\1"
NUMBERS = range(200, 232)
"""Where no other program looks for one first."""

OPTIONS = (
    *("-screen", "0", "1280x1024x24"),
    *("-nolisten", "tcp", "-nolisten", "local"),  # one socket, in /tmp/.X11-unix
    *("-extension", "GLX"),  # nothing is drawn by a graphics card
    "-terminate",  # it ends with its last client, should this process be killed
)


def find_screen_server() -> str | None:
    """Return the program that makes a screen, or None when it is not installed."""
    return shutil.which("Xvfb")


@contextlib.asynccontextmanager
async def own_screen(server: str) -> AsyncIterator[Mapping[str, str]]:
    """Run a screen for the block; yields the variables by which a browser finds it.

    Whoever has not its cookie is not let in. Raises ScrapeError when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="screen-") as folder:
        key = secrets.token_bytes(KEY_BYTES)
        cookie = _cookie_in(Path(folder), key)
        running, number, held = await _first_free(server, cookie, key)
        try:
            yield {"DISPLAY": f":{number}", "XAUTHORITY": str(cookie)}
        finally:
            held.close()
            await _ended(running)


async def _first_free(
    server: str, cookie: Path, key: bytes
) -> tuple[asyncio.subprocess.Process, int, asyncio.StreamWriter]:
    """Start it under the first number that no other screen has; it ends at once under one that is taken.

    Left to choose by itself (-displayfd) it takes another's socket away.
    """
    for number in NUMBERS:
        running = await _started(server, cookie, number)
        try:
            held = await asyncio.wait_for(_held(number, key, running), START_SECONDS)
        except TimeoutError:
            await _ended(running)
            raise _failed(f"it was not ready in {START_SECONDS} s") from None
        except BaseException:
            await _ended(running)
            raise
        if held:
            return running, number, held
    raise _failed(f"it ended with {running.returncode}, as each of the numbers {NUMBERS[0]} to {NUMBERS[-1]}")


async def _started(server: str, cookie: Path, number: int) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(server, f":{number}", "-auth", str(cookie), *OPTIONS),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise _failed(error.strerror or "no reason given") from error


async def _ended(running: asyncio.subprocess.Process) -> None:
    """End the screen; one that does not heed is killed."""
    with contextlib.suppress(ProcessLookupError):
        running.terminate()
    try:
        await asyncio.wait_for(running.wait(), END_SECONDS)
    except TimeoutError:
        running.kill()
        await running.wait()


async def _held(number: int, key: bytes, running: asyncio.subprocess.Process) -> asyncio.StreamWriter | None:
    """Become its client, as soon as it lets one in; returns None when it ended instead.

    Without a client that stays it would end when a browser that looks in first goes again.
    """
    while running.returncode is None:
        if held := await _let_in(number, key):
            return held
        await asyncio.sleep(LOOK_SECONDS)
    return None


async def _let_in(number: int, key: bytes) -> asyncio.StreamWriter | None:
    try:
        reader, writer = await asyncio.open_unix_connection(f"/tmp/.X11-unix/X{number}")  # noqa: S108 - X11's place
        writer.write(_hello(key))
        if await reader.read(1) == LET_IN:
            return writer
    except OSError:
        return None
    writer.close()
    return None


def _hello(key: bytes) -> bytes:
    """How a client begins, in the X11 protocol, version 11.0, least byte first."""
    lengths = struct.pack("<HHHHxx", 11, 0, len(COOKIE_NAME), len(key))
    return b"l\0" + lengths + COOKIE_NAME + bytes(-len(COOKIE_NAME) % 4) + key


def _failed(why: str) -> ScrapeError:
    return ScrapeError("browser_failed", f"no screen could be made: {why}", CURE)


def _cookie_in(folder: Path, key: bytes) -> Path:
    """Write a cookie with this key, good for any screen, in the form of X11; return its file."""
    family = struct.pack(">H", 0xFFFF)
    fields = (b"", b"", COOKIE_NAME, key)  # address, number, name, data
    path = folder / "cookie"
    path.write_bytes(family + b"".join(struct.pack(">H", len(field)) + field for field in fields))
    return path
