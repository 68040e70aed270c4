"""The days of the record that were folded lately, in columns, held against the store at every question.

Nothing here is told of changes: the store says which versions a day has now, whoever stored, archived,
deleted or put them back, and a day that has others is read again. Versions that come after all others of
their day are added to it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from services.receiver.lasting import LastingWork
from shared.insight.days import Day, Readable, Stored, day_of, extended
from shared.store import Store
from shared.store.base import DayMark
from shared.store.keys import date_of

__all__ = ["KeptDays"]

_MOST_BYTES = 48 * 1024 * 1024
"""About two years of readings every five minutes."""

_FEW = 32
"""So many new versions are asked for one by one; for more a day is read anew."""

_DAYS_AT_ONCE = 62
"""Days read in one go; what was read is kept, whatever becomes of the rest."""


class _Kept(Struct, frozen=True):
    mark: DayMark
    day: Day


class KeptDays:
    """Days by account and date; those that were not asked for the longest make room."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        """Start empty."""
        self._most = most_bytes
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._bytes = 0
        self._reading: dict[str, asyncio.Lock] = {}
        self._work = LastingWork()

    async def of(
        self, store: Store, account: str, marks: Mapping[str, DayMark], patience: float
    ) -> list[Day]:
        """Return the days that have these marks, oldest first, from memory or from the store.

        Raises TimeoutError when reading them takes longer than `patience` seconds: it goes on, and who asks
        again later finds them. Raises what the store does.
        """
        days = [self._at_hand(account, date, mark) for date, mark in marks.items()]
        there = [day for day in days if day is not None]
        if len(there) == len(days):
            return there
        return await self._work.waited(self._read(store, account, marks), patience)

    async def close(self) -> None:
        """Stop reading."""
        await self._work.close()

    def _at_hand(self, account: str, date: str, mark: DayMark) -> Day | None:
        known = self._kept.pop((account, date), None)
        if known is None:
            return None
        self._kept[account, date] = known
        return known.day if known.mark == mark else None

    async def _read(self, store: Store, account: str, marks: Mapping[str, DayMark]) -> list[Day]:
        """Read what is not at hand, some days at a time: who asks for less meanwhile gets its turn."""
        guard = self._reading.setdefault(account, asyncio.Lock())
        days = {date: self._at_hand(account, date, mark) for date, mark in marks.items()}
        for run in _runs(days):
            async with guard:
                wanted = {date: marks[date] for date in run}
                for date, mark in wanted.items():  # who went before may have read the same
                    at_hand = self._at_hand(account, date, mark)
                    days[date] = at_hand or await self._with_new_ones(store, account, date, mark)
                for missing in _runs({date: days[date] for date in run}):
                    async for day in _days_between(store, account, missing):
                        if day.date in wanted:
                            days[day.date] = day
                            self._keep(account, marks[day.date], day)
        return [day for day in days.values() if day is not None]

    async def _with_new_ones(self, store: Store, account: str, date: str, mark: DayMark) -> Day | None:
        """Return a day that only got versions at its end, None when it has to be read anew."""
        known = self._kept.get((account, date))
        if known is None or known.mark.others != mark.others:
            return None
        count = len(known.mark.ids)
        new = mark.ids[count:]
        if mark.ids[:count] != known.mark.ids or len(new) > _FEW:
            return None
        versions: list[Stored] = []
        for version_id in new:
            found = await store.by_id(account, version_id)
            if found is None:
                return None
            versions.append((version_id, found.version.document))
        day = extended(known.day, versions)
        if day is not None:
            self._keep(account, mark, day)
        return day

    def _keep(self, account: str, mark: DayMark, day: Day) -> None:
        before = self._kept.pop((account, day.date), None)
        self._bytes += day.weight - (before.day.weight if before else 0)
        self._kept[account, day.date] = _Kept(mark, day)
        while self._bytes > self._most and len(self._kept) > 1:
            oldest = self._kept.pop(next(iter(self._kept)))
            self._bytes -= oldest.day.weight


def _runs(days: Mapping[str, Day | None]) -> list[list[str]]:
    """Return the days that are missing, those that follow each other together."""
    runs: list[list[str]] = [[]]
    for date, day in days.items():
        if day is not None or len(runs[-1]) == _DAYS_AT_ONCE:
            runs.append([])
        if day is None:
            runs[-1].append(date)
    return [run for run in runs if run]


async def _days_between(store: Store, account: str, run: Sequence[str]) -> AsyncIterator[Day]:
    """Yield each day of a run and those between that have versions; of the others, those of the run."""
    left = list(run)
    date, versions = run[0], list[Readable]()
    async for piece in store.figures(account, _midnight(run[0]), _midnight_after(run[-1])):
        for version in piece:
            if date_of(version[0]) != date:
                yield day_of(date, versions)
                left = [one for one in left if one != date]
                date, versions = date_of(version[0]), []
            versions.append(version)
    yield day_of(date, versions)
    for one in left:
        if one != date:
            yield day_of(one, ())


def _midnight(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=UTC)


def _midnight_after(date: str) -> datetime | None:
    try:
        return _midnight(date) + timedelta(days=1)
    except OverflowError:
        return None
