"""A listener to server-sent events, as a browser reads them."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from shared.store import Store
from tests.receiver.conftest import SECRET, Receiver
from tests.store.samples import minutes, snapshot

NOW = datetime.now(UTC).replace(microsecond=0)
EVENTS = "/api/v1/accounts/default/events"


@dataclass
class Told:
    kind: str
    data: Any
    id: str


class Stream:
    """One open stream; `last_id` is what a browser would send as Last-Event-ID."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.last_id = ""
        self.retry = 0
        self.comments: list[str] = []

    async def next(self, seconds: float = 5) -> Told:
        """The next event; TimeoutError when none comes, EOFError when the stream has ended."""
        async with asyncio.timeout(seconds):
            return await self._next()

    async def _next(self) -> Told:
        kind, data = "message", ""
        while line := (await self.answer.content.readline()).decode():
            name, _, value = line.rstrip("\n").partition(":")
            value = value.removeprefix(" ")
            if line == "\n" and data:
                return Told(kind, json.loads(data), self.last_id)
            if line == "\n":
                kind = "message"
            elif name == "":
                self.comments.append(value)
            elif name == "event":
                kind = value
            elif name == "data":
                data += value
            elif name == "id":
                self.last_id = value
            elif name == "retry":
                self.retry = int(value)
        raise EOFError

    async def opened(self) -> None:
        """Read on to where the stream has begun: its first id."""
        async with asyncio.timeout(5):
            while not self.last_id:
                line = (await self.answer.content.readline()).decode()
                name, _, value = line.rstrip("\n").partition(": ")
                self.last_id = value if name == "id" else ""
                self.retry = int(value) if name == "retry" else self.retry

    async def some(self, count: int, seconds: float = 5) -> list[Told]:
        return [await self.next(seconds) for _ in range(count)]

    async def ids(self, count: int, seconds: float = 5) -> list[str]:
        return [told.data["id"] for told in await self.some(count, seconds)]

    async def is_silent(self, seconds: float = 0.6) -> bool:
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def listening(
    session: aiohttp.ClientSession, address: str, key: str, *, last_id: str = "", path: str = EVENTS
) -> AsyncIterator[Stream]:
    """Open a stream of events; leaving drops the connection."""
    headers = {"X-API-Key": key, **({"Last-Event-ID": last_id} if last_id else {})}
    async with session.get(address + path, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        yield Stream(answer)


@contextmanager
def silent_reader(address: str, key: str, path: str = EVENTS) -> Iterator[socket.socket]:
    """Ask for a stream and read nothing of it."""
    where = urlsplit(address)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((where.hostname, where.port))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\nX-API-Key: {key}\r\n\r\n".encode())
        yield client


def listen(receiver: Receiver, **more: Any) -> AbstractAsyncContextManager[Stream]:
    """Open a stream of a receiver in this process."""
    return listening(receiver.session, receiver.address, more.pop("key", SECRET), **more)


async def stored(store: Store, back: float = 0, account: str = "default") -> str:
    """Store a reading of some minutes ago, now."""
    return (await store.append(account, snapshot(NOW - minutes(back)), datetime.now(UTC))).version.id
