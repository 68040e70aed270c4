"""One account's news, followed while somebody listens: a ring of the events written last.

Each event is written once, however many listen; a listener is a place in the ring. Who falls behind by the
whole ring is dropped, so that no listener costs more memory than another.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from msgspec import Struct

from services.receiver.lists.pages import described
from services.receiver.live.events import news
from shared.errors import MarigraphError
from shared.store import Store
from shared.store.arrivals import Arrived
from shared.store.base import Version
from shared.store.reports import StoredReport

__all__ = ["MOST_BYTES", "MOST_EVENTS", "OVERLAP", "Channel", "Piece", "written_news"]

LOOK_SECONDS = 0.5
"""How soon something is told that another process stored; later where the store's pace is slower."""

MOST_EVENTS = 1024
MOST_BYTES = 4 * 1024 * 1024
"""How far behind a listener may be."""

OVERLAP = timedelta(seconds=2)
"""What came shortly before is looked at again: clocks may be set back a little."""

_AT_ONCE = 16
"""Events written before others get their turn."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Piece(Struct, frozen=True):
    """An event as it is sent; `arrived` is what it tells of, None for one that tells of no arrival."""

    data: bytes
    arrived: Arrived | None = None


class Channel:
    """Follows one account from `begin` to `end`."""

    def __init__(
        self, store: Store, account: str, on_news: Callable[[str], None] = lambda _account: None
    ) -> None:
        """Follow nothing yet."""
        self._store = store
        self._account = account
        self._on_news = on_news
        self._ring: deque[Piece] = deque()
        self._bytes = 0
        self._mark = 0
        self._told: deque[Arrived] = deque(maxlen=MOST_EVENTS)
        self._torn = False
        """Whether the last look failed before its end, when some of what it found was told."""
        self._looks: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self.number = 0
        """How many events there ever were."""
        self.at = datetime.min.replace(tzinfo=UTC)
        """When the last look was, by the store's clock."""
        self.changed = asyncio.Event()
        """Set at the next event, once: whoever waits takes the new one afterwards."""
        self.listeners = 0

    async def begin(self) -> None:
        """Take up the store's tail, if that has not been done. Raises the store's errors."""
        async with self._beginning:
            if self._looks is None:
                tail = await self._store.tail(self._account)
                self._mark, self.at = tail.mark, tail.at
                self._looks = asyncio.create_task(self._follow())

    async def end(self) -> None:
        """Follow no more."""
        if self._looks is not None:
            self._looks.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looks

    def after(self, number: int) -> Sequence[Piece] | None:
        """Return the events after the n-th; None when some of them are forgotten."""
        missed = self.number - number
        if missed > len(self._ring):
            return None
        return [self._ring[place] for place in range(len(self._ring) - missed, len(self._ring))]

    def publish(self, piece: Piece) -> None:
        """Tell all who listen."""
        self._ring.append(piece)
        self._bytes += len(piece.data)
        while len(self._ring) > MOST_EVENTS or self._bytes > MOST_BYTES:
            self._bytes -= len(self._ring.popleft().data)
        self.number += 1
        self.wake()

    def wake(self) -> None:
        """Let all who listen look up."""
        self.changed.set()
        self.changed = asyncio.Event()

    async def _follow(self) -> None:
        failing = False
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
                failing = False
            except Exception as error:  # noqa: BLE001 - a fault of our own must not end this for good
                if not failing:  # told when it begins, not twice a second
                    known = isinstance(error, MarigraphError)
                    _log.warning(
                        "events wait for the store",
                        account=self._account,
                        error=str(error),
                        exc_info=not known,
                    )
                failing = True

    async def _look(self) -> None:
        asked_at = time.monotonic() - self._store.pace.listening
        tail = await self._store.tail(self._account, self._mark, asked_at=asked_at)
        came = tail.arrived
        known = set(self._told) if came is None or self._torn else set()
        if came is None:
            since = max((one.at for one in known), default=self.at) - OVERLAP
            came = await self._store.arrivals(self._account, since)
        self._torn = True
        for count, arrived in enumerate(one for one in came if one not in known):
            if data := await written_news(self._store, self._account, arrived):
                self.publish(Piece(data, arrived))
                self._on_news(self._account)
            self._told.append(arrived)
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)
        self._mark, self.at, self._torn = tail.mark, tail.at, False


async def written_news(store: Store, account: str, arrived: Arrived) -> bytes | None:
    """Write what came as an event; None when it is gone or cannot be believed. Raises the store's errors."""
    thing: StoredReport | Version | None
    newest = False
    if arrived.kind == "report":
        kept = await store.reports(account, most=1, before=f"{arrived.id}~")
        thing = kept[0] if kept and kept[0].id == arrived.id else None
    else:
        found = await store.by_id(account, arrived.id)
        thing = found.version if found else None
        latest = await store.latest(account)
        newest = latest is not None and latest.version.id == arrived.id
    return news(account, arrived, described(thing), newest=newest) if thing else None
