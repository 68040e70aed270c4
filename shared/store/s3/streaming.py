"""Ranges of versions: history and archive as one, a pack at a time."""

import math
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from shared.schemas.figures import Figures
from shared.store.base import ArchivedMonth, Part, Version
from shared.store.keys import month_of, stamp, stamp_of, time_of
from shared.store.s3.accounts import Accounts
from shared.store.s3.forms import Item
from shared.store.s3.shelves import Shelf, Shelved, in_order

__all__ = ["Streaming"]

_figures = msgspec.json.Decoder(Figures)


class Streaming(Accounts):
    """See Store: what is read in the order of time."""

    async def stream(
        self, account: str, start: datetime | None, end: datetime | None, *, part: Part | None = None
    ) -> AsyncIterator[Version]:
        """See Store.stream; what there is at the beginning is what is given."""
        async for items in self._items(account, start, end, part):
            for item in items:
                yield Version(account, item.id, item.read())

    async def figures(
        self, account: str, start: datetime | None, end: datetime | None
    ) -> AsyncIterator[Sequence[tuple[str, Figures]]]:
        """See Store.figures."""
        async for items in self._items(account, start, end, None):
            yield [(item.id, _figures.decode(item.document)) for item in items]

    async def _items(
        self, account: str, start: datetime | None, end: datetime | None, part: Part | None
    ) -> AsyncIterator[Sequence[Item]]:
        """Yield a range piece by piece, oldest first; where both shelves have a version, the history's."""
        view = await self._view(account, math.inf)
        first, last = (stamp(moment) if moment else None for moment in (start, end))
        shelves = [view.shelf(part)] if part else [view.history, view.archive]
        for begin, behind in _stretches(shelves, first, last):
            pieces = [await self._piece(shelf, begin, behind) for shelf in shelves]
            together = _together(pieces)
            if together:
                yield together

    async def _piece(self, shelf: Shelf, first: str | None, last: str | None) -> list[Item]:
        def ask(shelved: Shelved) -> list[Item]:
            return [item for i in shelved.between(first, last) if (item := shelved.item(i))]

        return await self._settled(lambda held: ask(Shelved(shelf, held)))

    async def archived(self, account: str, month: str) -> Sequence[Version]:
        """See Store.archived."""
        view = await self._view(account, math.inf)
        items = await self._piece(view.archive, month, f"{month}~")
        return [Version(account, item.id, item.read()) for item in sorted(items, key=lambda item: item.id)]

    async def archives(self, account: str) -> Sequence[ArchivedMonth]:
        """See Store.archives: packs know what they hold, none is read."""
        view = await self._view(account, math.inf)
        return [
            ArchivedMonth(
                month=month,
                count=sum(pack.count for pack in packs),
                oldest=time_of(packs[0].first),
                newest=time_of(packs[-1].last),
            )
            for month, those in groupby(view.archive.packs, key=lambda pack: month_of(pack.first))
            if (packs := list(those))
        ]


def _stretches(
    shelves: Sequence[Shelf], first: str | None, last: str | None
) -> Iterator[tuple[str | None, str | None]]:
    """Cut a range where packs begin, so that few packs are needed at a time."""
    starts = {stamp_of(pack.first) for shelf in shelves for pack in shelf.packs}
    cuts = sorted(cut for cut in starts if (first is None or cut > first) and (last is None or cut < last))
    yield from zip([first, *cuts], [*cuts, last], strict=True)


def _together(pieces: Sequence[Sequence[Item]]) -> Sequence[Item]:
    """Merge pieces that are in order; of the same version the first piece's is taken."""
    one, *others = pieces
    if not any(others):
        return one
    items = {item.id: item for piece in reversed(pieces) for item in piece}
    return [items[version_id] for version_id in in_order(items)]
