"""Who listens to the events of which account, and what each gets: what was missed first, then what comes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from services.receiver.live.channel import OVERLAP, Channel, Piece, written_news
from services.receiver.live.events import HEARTBEAT, KEY_ENDED, NOT_KNOWN, Cursor, event, opening
from shared.store import Store

__all__ = ["FullHouseError", "Hub", "Listener"]

HEARTBEAT_SECONDS = 15.0
CHECK_SECONDS = 2.0
"""How often it is asked whether a listener may still listen."""

LONGEST_COMMIT = timedelta(seconds=60)
"""What the store took in so long ago has been acknowledged, or never will be."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOGETHER = 64 * 1024
"""Bytes sent at a time."""

Standing = Callable[[str], Awaitable[Sequence[bytes]]]
"""Writes the events that tell how an account stands, for those who begin to listen."""


async def _nothing(_account: str) -> Sequence[bytes]:
    return ()


class FullHouseError(Exception):
    """As many listen as may."""


class Hub:
    """All listeners of one receiver."""

    def __init__(self, store: Store, *, most: int, standing: Standing = _nothing) -> None:
        """Let at most so many listen at a time."""
        self._store = store
        self._most = most
        self._standing = standing
        self._channels: dict[str, Channel] = {}
        self.listeners = 0
        self.dropped = 0
        """How many were dropped because they read too slowly."""
        self.closed = False
        self.on_drop: Callable[[], None] = lambda: None
        """Hears of each."""
        self.on_news: Callable[[str], None] = lambda _account: None
        """Hears of the accounts somebody listens to when something of them came, wherever it did."""
        self._sending: set[asyncio.Timeout] = set()

    @asynccontextmanager
    async def listening(self, account: str) -> AsyncIterator["Listener"]:
        """Take a place among the listeners. Raises FullHouseError, and the store's errors."""
        if self.listeners >= self._most:
            raise FullHouseError
        channel = self._channels.setdefault(account, Channel(self._store, account, self.on_news))
        self.listeners += 1
        channel.listeners += 1
        try:
            await channel.begin()
            yield Listener(self, channel, account)
        finally:
            self.listeners -= 1
            channel.listeners -= 1
            if not channel.listeners:
                self._channels.pop(account, None)
                await channel.end()

    def drop(self) -> None:
        """Count a listener that read too slowly."""
        self.dropped += 1
        self.on_drop()

    def publish(self, account: str, data: bytes) -> None:
        """Tell an account's listeners something that is no arrival."""
        if channel := self._channels.get(account):
            channel.publish(Piece(data))

    def close(self) -> None:
        """End every stream at once, and let none begin."""
        self.closed = True
        for channel in self._channels.values():
            channel.wake()
        for limit in self._sending:
            limit.reschedule(0)

    @asynccontextmanager
    async def sending(self, seconds: float) -> AsyncIterator[None]:
        """Give a block so much time, and none when the receiver stops. Raises TimeoutError."""
        async with asyncio.timeout(0 if self.closed else seconds) as limit:
            self._sending.add(limit)
            try:
                yield
            finally:
                self._sending.discard(limit)

    async def missed(self, account: str, cursor: Cursor) -> AsyncIterator[Piece]:
        """Yield what came since a cursor, oldest arrival first. Raises the store's errors."""
        for arrived in await self._store.arrivals(account, max(cursor.at, _EPOCH) - OVERLAP):
            if arrived.id == cursor.id:
                continue
            if data := await written_news(self._store, account, arrived):
                yield Piece(data, arrived)

    async def standing(self, account: str) -> Sequence[bytes]:
        """Return the events that tell how an account stands."""
        return await self._standing(account)


class Listener:
    """One who listens to one account."""

    def __init__(self, hub: Hub, channel: Channel, account: str) -> None:
        """Be told what comes from now on."""
        self._hub = hub
        self._channel = channel
        self._account = account
        self._number = channel.number
        self._sent: set[str] = set()
        self._begun = channel.at

    async def pieces(
        self, cursor: Cursor | None, allowed: Callable[[], bool], *, lost: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """Yield what to send, a heartbeat when nothing comes; ends when the receiver stops or `allowed` ends.

        With `lost` the listener named a place that nobody knows; a cursor that lies ahead of the store was
        never given by it either. That something may be missing is then told.
        """
        if cursor and cursor.at > self._begun + OVERLAP:
            cursor, lost = None, True
        yield opening(cursor or Cursor(self._begun - LONGEST_COMMIT))
        if lost:
            yield event("gap", {"account": self._account, "reason": NOT_KNOWN})
        for data in await self._hub.standing(self._account):
            yield data
        if cursor:
            async for piece in self._hub.missed(self._account, cursor):
                if not self._goes_on(allowed):
                    break
                yield self._noted(piece)
        async for data in self._live(allowed):
            yield data

    async def _live(self, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        spoke = clock()
        while self._goes_on(allowed):
            changed = self._channel.changed
            came = self._channel.after(self._number)
            if came is None:
                self._hub.drop()
                yield event("reconnect", {"account": self._account, "reason": "too much came too fast"})
                return
            self._number += len(came)
            for data in _joined(came, self._sent):
                yield data
                spoke = clock()
            if not came:
                left = spoke + HEARTBEAT_SECONDS - clock()
                if left <= 0:
                    yield HEARTBEAT
                    spoke = clock()
                else:
                    await _either(changed, min(left, CHECK_SECONDS))
        if not self._hub.closed:
            yield event("key-ended", {"account": self._account, "reason": KEY_ENDED})

    def _goes_on(self, allowed: Callable[[], bool]) -> bool:
        return not self._hub.closed and allowed()

    def _noted(self, piece: Piece) -> bytes:
        """Remember what the channel may tell once more: it came while this listener was told of the past."""
        if piece.arrived and piece.arrived.at >= self._begun - LONGEST_COMMIT:
            self._sent.add(piece.arrived.id)
        return piece.data


def _joined(pieces: Sequence[Piece], sent: set[str]) -> Iterator[bytes]:
    """Put events together that were not sent yet, so that few writes carry many."""
    together = b""
    for piece in pieces:
        if piece.arrived and piece.arrived.id in sent:
            sent.remove(piece.arrived.id)
            continue
        if together and len(together) + len(piece.data) > _TOGETHER:
            yield together
            together = b""
        together += piece.data
    if together:
        yield together


async def _either(changed: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return
