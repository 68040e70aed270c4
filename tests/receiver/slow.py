"""Clients that take their time, each in its own way, and for ever."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from tests.receiver.malformed import GOOD, get, post

__all__ = ["WAYS", "Way", "slow_client"]

Way = Callable[[], AsyncIterator[bytes]]


async def nothing() -> AsyncIterator[bytes]:
    """Connect, and say nothing."""
    return
    yield b""


async def head() -> AsyncIterator[bytes]:
    """Send one byte of the head after the other."""
    yield b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: "
    while True:
        await asyncio.sleep(0.2)
        yield b"a"


async def later_head() -> AsyncIterator[bytes]:
    """Be answered once, then send one byte of the next head after the other."""
    yield get()
    async for part in head():
        yield part


async def body() -> AsyncIterator[bytes]:
    """Send one byte of the body after the other, with a key."""
    yield post(b"Content-Length: 60000")
    while True:
        await asyncio.sleep(0.2)
        yield b"a"


async def chunks() -> AsyncIterator[bytes]:
    """Send one small chunk after the other, with a key."""
    yield post(b"Transfer-Encoding: chunked")
    while True:
        await asyncio.sleep(0.2)
        yield b"1\r\na\r\n"


async def unread() -> AsyncIterator[bytes]:
    """Ask for more and more, and read no answer."""
    while True:
        yield get(line=b"GET /login/theme.css HTTP/1.1") * 50
        await asyncio.sleep(0.05)


async def silent() -> AsyncIterator[bytes]:
    """Ask once, read no answer, and stay."""
    yield GOOD.replace(b"Connection: close\r\n", b"")


WAYS: tuple[Way, ...] = (nothing, head, later_head, body, chunks, unread, silent)


async def slow_client(address: str, way: Way, connected: Callable[[], object] = lambda: None) -> None:
    """Behave so until cancelled, or until the receiver has cut the connection."""
    host, port = address.removeprefix("http://").split(":")
    _reader, writer = await asyncio.open_connection(host, int(port), limit=64)
    connected()
    try:
        with contextlib.suppress(ConnectionError):
            async for part in way():
                writer.write(part)
                await writer.drain()
            await asyncio.Event().wait()
    finally:
        writer.transport.abort()
