"""What the versions of a bucket answer."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from shared.store.base import Calendar, DayMark, Found, Metadata, Version
from shared.store.choosing import nearest_of, newest_of
from shared.store.keys import date_of, stamp
from shared.store.metadata import described
from shared.store.s3.accounts import Accounts
from shared.store.s3.shelves import Shelved
from shared.store.s3.views import View

__all__ = ["Asking"]

_SECOND = timedelta(seconds=1)


class _Both:
    """An account's history and archive."""

    def __init__(self, account: str, history: Shelved, archive: Shelved) -> None:
        self.account = account
        self.history = history
        self.archive = archive

    def found(self, version_id: str | None) -> Found | None:
        """Return a version of the history."""
        item = self.history.item(version_id) if version_id else None
        if version_id is None or item is None:
            return None
        version = Version(self.account, version_id, item.read())
        return Found(version, self.history.number(version_id), len(self.history))

    def archived(self, version_id: str | None) -> Found | None:
        """Return a version of the archive."""
        item = self.archive.item(version_id) if version_id else None
        if version_id is None or item is None:
            return None
        return Found(Version(self.account, version_id, item.read()), None, len(self.history))


class Asking(Accounts):
    """See Store: the questions by number, id and time."""

    async def _ask(
        self, account: str, question: Callable[[_Both], Found | None], asked_at: float = math.inf
    ) -> Found | None:
        view = await self._view(account, asked_at)
        return await self._settled(
            lambda held: question(_Both(account, Shelved(view.history, held), Shelved(view.archive, held)))
        )

    async def latest(self, account: str, *, asked_at: float = math.inf) -> Found | None:
        """See Store.latest."""
        return await self._ask(account, lambda both: both.found(both.history.at(-1)), asked_at)

    async def by_number(self, account: str, number: int, *, asked_at: float = math.inf) -> Found | None:
        """See Store.by_number."""
        return await self._ask(account, lambda both: both.found(both.history.at(number)), asked_at)

    async def by_id(self, account: str, version_id: str) -> Found | None:
        """See Store.by_id."""
        return await self._ask(account, lambda both: both.found(version_id) or both.archived(version_id))

    async def nearest(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:
        """See Store.nearest; the archive is looked into only when it can hold a nearer one."""

        def question(both: _Both) -> Found | None:
            here = both.found(both.history.nearest(moment))
            away = abs(here.version.time - moment) + _SECOND if here else None
            if not both.archive.may_hold(_stamp(moment, away, -1), _stamp(moment, away, 1)):
                return here
            return nearest_of([here, both.archived(both.archive.nearest(moment))], moment)

        return await self._ask(account, question, asked_at)

    async def as_of(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:
        """See Store.as_of; the archive is looked into only when it can hold a newer one."""

        def question(both: _Both) -> Found | None:
            here = both.found(both.history.as_of(moment))
            if not both.archive.may_hold(stamp(here.version.time) if here else None, stamp(moment)):
                return here
            return newest_of([here, both.archived(both.archive.as_of(moment))])

        return await self._ask(account, question, asked_at)

    async def between(self, account: str, start: datetime | None, end: datetime | None) -> Sequence[str]:
        """See Store.between."""
        view = await self._view(account, math.inf)
        first, last = (stamp(moment) if moment else None for moment in (start, end))
        return await self._settled(lambda held: Shelved(view.history, held).between(first, last))

    async def count(self, account: str) -> int:
        """See Store.count."""
        return len(Shelved((await self._view(account, math.inf)).history, {}))

    async def metadata(self, account: str) -> Metadata:
        """See Store.metadata."""
        view = await self._view(account, math.inf)

        def ends(history: Shelved) -> tuple[str | None, str | None]:
            return history.at(1), history.at(-1)

        oldest, newest = await self._settled(lambda held: ends(Shelved(view.history, held)))
        return described(len(Shelved(view.history, {})), oldest, newest, view.lifetime)

    async def calendar(self, account: str, first: str, last: str) -> Calendar:
        """See Store.calendar."""
        view = await self._view(account, math.inf)
        behind = f"{last}~"
        ids = await self._settled(lambda held: Shelved(view.history, held).between(first, behind))
        there = {day: list(those) for day, those in groupby(ids, key=date_of)}
        others: dict[str, list[str]] = {}
        for pack in view.archive.packs:
            for day in pack.days:
                if first <= day <= last:
                    others.setdefault(day, []).append(pack.key)
        marks = {
            day: DayMark(tuple(there.get(day, ())), tuple(others.get(day, ())))
            for day in sorted({*there, *others})
        }
        return Calendar(marks, len(ids) + _archived(view, first, last))


def _archived(view: View, first: str, last: str) -> int:
    days = sum((Counter(pack.days) for pack in view.archive.packs), Counter[str]())
    return sum(count for day, count in days.items() if first <= day <= last)


def _stamp(moment: datetime, away: timedelta | None, sign: int) -> str | None:
    if away is None:
        return None
    try:
        return stamp(moment + sign * away)
    except OverflowError:
        return None
