"""A screen that nobody looks at (Xvfb), for a window where there is no other, as in a container."""

import asyncio
import contextlib
import os
import secrets
import shutil
import struct
import tempfile
from collections.abc import AsyncIterator, Mapping
from io import FileIO
from pathlib import Path

from services.scraper.judging.outcome import ScrapeError

__all__ = ["find_screen_server", "own_screen"]

CURE = "Is /tmp writable? Without SCRAPER_BROWSER_MODE=headed no screen is needed."
START_SECONDS = 15
END_SECONDS = 3
COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
KEY_BYTES = 16
LET_IN = b"\1"

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
        reading, writing = os.pipe()
        with FileIO(reading) as told:
            running = await _started(server, cookie, writing)
            try:
                number = await _number(told, running)
                async with _held(number, key):
                    yield {"DISPLAY": f":{number}", "XAUTHORITY": str(cookie)}
            finally:
                await _ended(running)


async def _started(server: str, cookie: Path, writing: int) -> asyncio.subprocess.Process:
    """Start it; it says its number at `writing`, which is its alone afterwards."""
    try:
        return await asyncio.create_subprocess_exec(
            *(server, "-displayfd", str(writing), "-auth", str(cookie), *OPTIONS),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(writing,),
        )
    except OSError as error:
        raise _failed(error.strerror or "no reason given") from error
    finally:
        os.close(writing)


async def _ended(running: asyncio.subprocess.Process) -> None:
    """End the screen; one that does not heed is killed."""
    with contextlib.suppress(ProcessLookupError):
        running.terminate()
    try:
        await asyncio.wait_for(running.wait(), END_SECONDS)
    except TimeoutError:
        running.kill()
        await running.wait()


async def _number(told: FileIO, running: asyncio.subprocess.Process) -> int:
    """Wait for the screen's number, which it tells when it is ready."""
    try:
        said = await asyncio.wait_for(asyncio.to_thread(told.readline), START_SECONDS)
    except TimeoutError:
        raise _failed(f"it was not ready in {START_SECONDS} s") from None
    if not said:
        raise _failed(f"it ended with {await running.wait()}")
    return int(said)


@contextlib.asynccontextmanager
async def _held(number: int, key: bytes) -> AsyncIterator[None]:
    """Be a client for the block: else it would end when a browser that looks in first goes again."""
    try:
        reader, writer = await asyncio.open_unix_connection(f"/tmp/.X11-unix/X{number}")  # noqa: S108 - X11's place
    except OSError as error:
        raise _failed(f"it cannot be reached: {error.strerror}") from error
    try:
        writer.write(_hello(key))
        if await reader.read(1) != LET_IN:
            raise _failed("it does not let its own maker in")
        yield
    finally:
        writer.close()


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
