"""Questions to a volume: answered from memory when that needs no disk, else in a thread."""

import math
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TypeVar

from shared.store.base import ArchivedMonth, Calendar, Found, Part, Version
from shared.store.errors import translated
from shared.store.index import Index
from shared.store.keys import is_version_id
from shared.store.metadata import Metadata
from shared.store.volume import spanning, upkeep
from shared.store.volume.archive.figuring import Pair
from shared.store.volume.calendar import calendar
from shared.store.volume.figuring import figures
from shared.store.volume.history import Choose, History, NotAtHand, newest
from shared.store.volume.layout import accounts_of
from shared.store.volume.opened import OpenVolume
from shared.store.volume.spanning import as_of_span, nearest_span

__all__ = ["Reading"]

T = TypeVar("T")

_FIRST_SLICE, _SLICE = 16, 256
"""Versions of a stream that are in memory at a time: few at first, for many want no more."""


class Reading(OpenVolume):
    """The store's questions."""

    async def _find(self, account: str, choose: Choose, asked_at: float) -> Found | None:
        history = self._histories.get(account) or self._history(account)
        at_hand = self._peek(history, choose, asked_at)
        if not isinstance(at_hand, NotAtHand):
            return at_hand
        return await self._read(history, lambda: history.find(choose, place=at_hand.place))

    @staticmethod
    def _peek(history: History, choose: Choose, asked_at: float = math.inf) -> Found | NotAtHand | None:
        try:
            return history.peek(choose, asked_at)
        except OSError:  # entering a context at every question would cost more than the question
            with translated(f"reading account {history.account}"):
                raise

    async def latest(self, account: str, *, asked_at: float = math.inf) -> Found | None:
        """See Store.latest."""
        return await self._find(account, newest, asked_at)

    async def by_number(self, account: str, number: int, *, asked_at: float = math.inf) -> Found | None:
        """See Store.by_number."""
        return await self._find(account, lambda index: index.at(number), asked_at)

    async def by_id(self, account: str, version_id: str) -> Found | None:
        """See Store.by_id."""
        history = self._history(account)
        if not is_version_id(version_id):
            return None
        at_hand = self._peek(history, lambda index: version_id if version_id in index else None)
        if isinstance(at_hand, Found):
            return at_hand
        return await self._read(history, lambda: spanning.by_id(history, version_id))

    async def nearest(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:
        """See Store.nearest."""
        history = self._history(account)
        at_hand = self._peek(history, lambda index: index.nearest(moment), asked_at)
        if isinstance(at_hand, Found) and spanning.settles(
            history, lambda: nearest_span(at_hand, moment), asked_at
        ):
            return at_hand
        place = at_hand.place if isinstance(at_hand, NotAtHand) else None
        return await self._read(history, lambda: spanning.nearest(history, moment, place))

    async def as_of(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:
        """See Store.as_of."""
        history = self._history(account)
        at_hand = self._peek(history, lambda index: index.as_of(moment), asked_at)
        if isinstance(at_hand, Found) and spanning.settles(
            history, lambda: as_of_span(at_hand, moment), asked_at
        ):
            return at_hand
        place = at_hand.place if isinstance(at_hand, NotAtHand) else None
        return await self._read(history, lambda: spanning.as_of(history, moment, place))

    async def stream(
        self, account: str, start: datetime | None, end: datetime | None, *, part: Part | None = None
    ) -> AsyncIterator[Version]:
        """See Store.stream."""
        history = self._history(account)
        versions = spanning.stream(history, start, end, part)
        size = _FIRST_SLICE
        while some := await self._read(history, partial(list[Version], islice(versions, size))):
            for version in some:
                yield version
            size = min(2 * size, _SLICE)

    async def figures(
        self, account: str, start: datetime | None, end: datetime | None
    ) -> AsyncIterator[Sequence[Pair]]:
        """See Store.figures."""
        pieces = figures(self._history(account), start, end)
        while piece := await self._read(self._history(account), partial(next, pieces, None)):
            yield piece

    async def calendar(self, account: str, first: str, last: str) -> Calendar:
        """See Store.calendar."""
        history = self._history(account)
        return await self._read(history, lambda: calendar(history, first, last))

    async def _look(self, account: str, ask: Callable[[Index], T]) -> T:
        history = self._history(account)
        return await self._reading(f"reading account {account}", lambda: history.look(ask))

    async def between(self, account: str, start: datetime | None, end: datetime | None) -> Sequence[str]:
        """See Store.between."""
        return await self._look(account, lambda index: list(index.between(start, end)))

    async def count(self, account: str) -> int:
        """See Store.count."""
        return await self._look(account, len)

    async def archived(self, account: str, month: str) -> Sequence[Version]:
        """See Store.archived."""
        archive = self._history(account).archive
        return await self._reading(
            f"reading the archive of account {account}",
            lambda: list(archive.between(month, month, month + "~")),
        )

    async def archives(self, account: str) -> Sequence[ArchivedMonth]:
        """See Store.archives."""
        archive = self._history(account).archive
        return await self._reading(
            f"reading the archive of account {account}", lambda: list(archive.months())
        )

    async def metadata(self, account: str) -> Metadata:
        """See Store.metadata."""
        history = self._history(account)
        return await self._reading(f"reading account {account}", lambda: upkeep.metadata(history))

    async def accounts(self, *, asked_at: float = math.inf) -> Sequence[str]:  # noqa: ARG002 - a look costs nothing
        """See Store.accounts."""
        return await self._reading("listing accounts", lambda: accounts_of(self._root))
