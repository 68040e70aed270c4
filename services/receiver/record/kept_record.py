"""The record of each account as it was folded, day by day, held against the store at every question.

Nothing here is told of changes: the store says which versions a day has now, whoever stored, archived,
deleted or put them back. A day that has others is folded again, from where the folds stood at the midnight
before, and so are those after it, until they stand as they did.
"""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from services.receiver.lasting import LastingWork
from services.receiver.record.day_reader import DayReader
from shared.insight.days import Readable
from shared.insight.record import Record
from shared.insight.told.folded import FoldedDay, extended, folding
from shared.store import Store
from shared.store.base import DayMark

__all__ = ["KeptRecords"]

_MOST_DAYS = 4000
"""Days kept of all accounts together; those of an account that was not asked for the longest go first."""

_FEW = 32
"""So many new versions are asked for one by one; for more a day is read anew."""

_FIRST, _LAST = "0001-01-01", "9999-12-31"


class _Kept(Struct, frozen=True):
    mark: DayMark
    day: FoldedDay


_Days = dict[str, _Kept]


class KeptRecords:
    """Accounts with their days; of one account one fold runs at a time."""

    def __init__(self, most_days: int = _MOST_DAYS) -> None:
        """Start empty."""
        self._most = most_days
        self._kept: dict[str, _Days] = {}
        self._folding: dict[str, asyncio.Lock] = {}
        self._work = LastingWork()

    async def of(self, store: Store, account: str, patience: float) -> list[FoldedDay]:
        """Return the days of an account, oldest first, as its versions are now.

        Raises TimeoutError when that takes longer than `patience` seconds: it goes on, and who asks again
        later finds it. Raises what the store does.
        """
        return await self._work.waited(self._current(store, account), patience)

    async def close(self) -> None:
        """Stop folding."""
        await self._work.close()

    async def _current(self, store: Store, account: str) -> list[FoldedDay]:
        async with self._folding.setdefault(account, asyncio.Lock()):
            marks = (await store.calendar(account, _FIRST, _LAST)).marks
            known, fresh = self._kept.pop(account, {}), _Days()
            try:
                await _brought_up(DayReader(store, account), known, marks, fresh)
            finally:
                self._kept[account] = fresh  # what was folded is right, even if not all of it was
                self._make_room()
            return [kept.day for kept in fresh.values()]

    def _make_room(self) -> None:
        count = sum(map(len, self._kept.values()))
        while count > self._most and len(self._kept) > 1:
            count -= len(self._kept.pop(next(iter(self._kept))))


async def _brought_up(reader: DayReader, known: _Days, marks: Mapping[str, DayMark], fresh: _Days) -> None:
    """Put the days of the calendar into `fresh`, those that are known and still right as they are.

    `stood` is where the folds stood before each day that is known: as long as they stand there now, a day
    whose versions are the same need not be folded.
    """
    record = stood = Record()
    for date in sorted({*known, *marks}):
        old, mark = known.get(date), marks.get(date)
        same = record is stood or record == stood
        if mark is not None:
            if old and same and old.mark == mark:
                reader.leave()
                fresh[date] = old
            else:
                day = await _with_new_ones(reader, old, mark) if old and same else None
                fresh[date] = _Kept(mark, day or await _folded(record, await reader.day(date)))
            record = fresh[date].day.record
        stood = old.day.record if old else stood


async def _folded(record: Record, versions: Sequence[Readable]) -> FoldedDay:
    """Fold a day; others have their turn every millisecond or so."""
    steps = folding(record, versions)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            day: FoldedDay = done.value
            return day
        await asyncio.sleep(0)


async def _with_new_ones(reader: DayReader, old: _Kept, mark: DayMark) -> FoldedDay | None:
    """Return a day that only got versions at its end, None when it has to be folded anew."""
    count = len(old.mark.ids)
    new: Sequence[str] = mark.ids[count:]
    if old.mark.others != mark.others or mark.ids[:count] != old.mark.ids or not 0 < len(new) <= _FEW:
        return None
    versions: list[Readable] = []
    for version_id in new:
        version = await reader.one(version_id)
        if version is None:
            return None
        versions.append(version)
    return extended(old.day, versions)
