"""A proxy between scraper and receiver that does to each request what a bad network, or a bad server, does.

It understands just as much HTTP as our two ends speak: a head, a body of a told length, an answer to its end.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal, NamedTuple, Self, get_args

from tests.ports import free_port

__all__ = ["FAULTS", "Fault", "FaultProxy"]

Fault = Literal[
    "cut before",
    "hang",
    "reset in the request's body",
    "half a request arrives",
    "answer lost after commit",
    "half an answer",
    "500",
    "503 later, in seconds",
    "429 later, in seconds",
    "429 later, as a date",
    "429 later, nonsense",
    "captive portal",
    "plain text",
    "redirect",
    "not HTTP",
    "slow",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)

HANG_SECONDS = 60
SLOW_PIECES, SLOW_PAUSE = 20, 0.01


class Request(NamedTuple):
    """A request as it came: its head with the blank line, and its body."""

    head: bytes
    body: bytes


def _said(status: str, body: bytes, *lines: str, content_type: str = "text/plain") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


def _made_up(fault: Fault) -> bytes:
    """What the proxy answers itself, without asking the receiver."""
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    return {
        "500": _said("500 Internal Server Error", b"{}", content_type="application/json"),
        "503 later, in seconds": _said("503 Service Unavailable", b"", "Retry-After: 1"),
        "429 later, in seconds": _said("429 Too Many Requests", b"", "Retry-After: 1"),
        "429 later, as a date": _said("429 Too Many Requests", b"", f"Retry-After: {moment}"),
        "429 later, nonsense": _said("429 Too Many Requests", b"", "Retry-After: 99999999999"),
        "captive portal": _said("200 OK", b"<html>Log in to the hotel's network", content_type="text/html"),
        "plain text": _said("200 OK", b"Log in to the hotel's network"),
        "redirect": _said("302 Found", b"", "Location: http://127.0.0.1:1/login"),
        "not HTTP": b"220 mail.example.org ESMTP\r\n\r\n",
    }.get(fault, b"")


class FaultProxy:
    """Listens on a port of its own, in a thread; each request gets the next fault, then all go through."""

    def __init__(self, upstream: int) -> None:
        """Take the receiver's port. It refuses connections until it is opened."""
        self.port = free_port()
        self.faults: deque[Fault] = deque()
        self.done: Counter[str] = Counter()
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self) -> None:
        """Take connections from now on."""
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)

    def close(self) -> None:
        """Refuse connections from now on, and cut those there are."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)

    def then(self, faults: Iterable[Fault]) -> None:
        """Do these to the next requests, one each."""
        self.faults.extend(faults)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # for what was cut to be gone

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            async for request in _requests(reader, lambda: self._next_is("reset in the request's body")):
                if not await self._deal_with(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            _cut(writer)

    def _next_is(self, fault: Fault) -> bool:
        return bool(self.faults) and self.faults[0] == fault

    async def _deal_with(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Do with a request what is next; returns whether its connection lives on."""
        fault = self.faults.popleft() if self.faults else None
        self.done[fault or "passed"] += 1
        match fault:
            case "cut before" | "reset in the request's body":
                return False
            case "hang":
                await asyncio.sleep(HANG_SECONDS)
                return False
            case "half a request arrives":
                await self._forward(Request(request.head, request.body[: len(request.body) // 2]))
                return False
            case None | "answer lost after commit" | "half an answer" | "slow":
                return await _give(writer, await self._forward(request), fault)
        writer.write(_made_up(fault))
        await writer.drain()
        return fault != "not HTTP"

    async def _forward(self, request: Request) -> bytes:
        """Hand a request to the receiver; b"" when there is none, or it ends in the middle."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            return b""
        try:
            writer.write(request.head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + request.body)
            await writer.drain()
            if len(request.body) < _length(request.head):
                return b""
            return await reader.read()
        except OSError:
            return b""
        finally:
            _cut(writer)


async def _requests(reader: asyncio.StreamReader, resets: Callable[[], bool]) -> AsyncIterator[Request]:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _length(head)
        body = await reader.readexactly(length // 2 if resets() else length)
        yield Request(head, body)


async def _give(writer: asyncio.StreamWriter, answer: bytes, fault: Fault | None) -> bool:
    """Hand the receiver's answer back, or what is left of it."""
    if not answer or fault == "answer lost after commit":
        return False
    answer = answer.replace(b"Connection: close", b"Connection: keep-alive").replace(
        b"connection: close", b"connection: keep-alive"
    )
    if fault == "half an answer":
        writer.write(answer[: answer.index(b"\r\n\r\n") + 4 + len(answer) // 8])
        await writer.drain()
        return False
    for piece in _pieces(answer, SLOW_PIECES if fault == "slow" else 1):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(SLOW_PAUSE if fault == "slow" else 0)
    return True


def _pieces(data: bytes, count: int) -> Iterator[bytes]:
    step = max(1, len(data) // count)
    return (data[start : start + step] for start in range(0, len(data), step))


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _cut(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crash does, with a reset."""
    with contextlib.suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    writer.transport.abort()
