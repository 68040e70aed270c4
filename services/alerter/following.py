"""Follows the store: each account's newest days are folded once, and then what arrives, as it arrives.

What is late or corrected has its day and those after folded anew, from the midnight before.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic

import structlog

from services.alerter.foreseeing import Foresight
from services.alerter.rules.account import State
from services.alerter.rules.limits import Expected
from services.alerter.rules.tide import LimitsAsked, Tide, followed
from shared.errors import PermanentError, TemporaryError
from shared.insight.days import Stored, counting
from shared.insight.readings import is_correction
from shared.schemas.codec import decode_report
from shared.schemas.reports import Report
from shared.store import Store
from shared.store.arrivals import Arrived
from shared.store.base import Version
from shared.store.keys import stamp, stamp_of, time_of
from shared.store.urls import store_exists

__all__ = ["Follower"]

LOOK_BACK = timedelta(days=9)
"""A week's window, and a little: what lies before matters to no alert."""

_MOST_REPORTS = 50
_ONE_BY_ONE = 100
"""Versions that are read one by one; beyond them their days are read anew."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Follower:
    """The accounts of one store."""

    def __init__(
        self,
        store: Store,
        url: str,
        now: Callable[[], datetime],
        thresholds: Callable[[str], LimitsAsked],
        rearm: float,
        foresight: Callable[[str], Foresight] | None = None,
    ) -> None:
        """Take an open store and its URL, what to look out for, and what foresees hits of an account."""
        self._store = store
        self._url = url
        self._now = now
        self._thresholds = thresholds
        self._rearm = rearm
        self._foresight = foresight
        self._accounts: dict[str, _Account] = {}
        self._damaged: set[str] = set()

    async def look(self) -> dict[str, State]:
        """Return how every account stands. Raises the store's errors."""
        if not store_exists(self._url):
            raise TemporaryError("there is no store yet")
        for name in await self._store.accounts(asked_at=monotonic() - self._store.pace.idle):
            if name not in self._accounts:
                self._accounts[name] = _Account(
                    self._store,
                    name,
                    self._now,
                    (self._thresholds(name), self._rearm),
                    self._foresight(name) if self._foresight else None,
                )
            try:
                await self._accounts[name].look()
                self._damaged.discard(name)
            except PermanentError as error:  # the other accounts are followed all the same
                if name not in self._damaged:
                    _log.error("an account cannot be followed", account=name, error=str(error))
                self._damaged.add(name)
        return {name: account.state for name, account in self._accounts.items() if account.begun}


class _Account:
    """One account that is followed."""

    def __init__(
        self,
        store: Store,
        name: str,
        now: Callable[[], datetime],
        looked_for: tuple[LimitsAsked, float],
        foresight: Foresight | None,
    ) -> None:
        self._store = store
        self._name = name
        self._now = now
        self._thresholds, self._rearm = looked_for
        self._foresight = foresight
        self._ahead: Mapping[str, Expected] = {}
        self._mark: int | None = None
        self._midnights: dict[date, Tide] = {}
        """How things stood before the first version of a day."""
        self._tide = Tide()
        self._reports: Sequence[Report] = ()

    @property
    def begun(self) -> bool:
        return self._mark is not None

    @property
    def state(self) -> State:
        return State(self._tide, self._reports, self._ahead)

    async def look(self) -> None:
        tail = await self._store.tail(self._name, self._mark)
        arrived = tail.arrived
        if self._mark is None or arrived is None:
            await self._anew(self._now().date() - LOOK_BACK)
            await self._read_reports()
        elif arrived:
            await self._take(arrived)
        if self._foresight:
            for one in arrived or ():
                if one.kind == "version":
                    self._foresight.arrived(time_of(one.id))
            self._ahead = await self._foresight.look(self._tide, self._now())
        self._mark = tail.mark  # at the end: what failed is looked at again

    async def _take(self, arrived: Sequence[Arrived]) -> None:
        ids = sorted(one.id for one in arrived if one.kind == "version")
        if len(ids) < len(arrived):
            await self._read_reports()
        horizon = stamp(datetime.combine(self._now().date() - LOOK_BACK, time(), UTC))
        ids = [one for one in ids if stamp_of(one) >= horizon]
        if not ids:
            return
        versions = await self._in_order(ids)
        if versions is None:
            await self._anew(time_of(ids[0]).date())
            return
        for version in versions:
            self._add(version)

    async def _in_order(self, ids: Sequence[str]) -> list[Stored] | None:
        """Return versions that come after all others, None when a day has to be folded anew."""
        newest = self._tide.read
        moments = [time_of(one) for one in ids]
        in_order = newest is None or moments[0] > newest
        if len(ids) > _ONE_BY_ONE or not in_order or len(set(moments)) < len(moments):
            return None
        found = [await self._store.by_id(self._name, one) for one in ids]
        versions: list[Stored] = [(one.version.id, one.version.document) for one in found if one]
        return None if any(is_correction(document) for _, document in versions) else versions

    async def _anew(self, first: date) -> None:
        """Fold a day and all after it anew, from how things stood before."""
        horizon = self._now().date() - LOOK_BACK
        first = max(first, horizon)
        self._midnights = {day: tide for day, tide in self._midnights.items() if horizon <= day <= first}
        start = max(self._midnights, default=None)
        self._tide = self._midnights.pop(start) if start is not None else Tide()
        begin = datetime.combine(start or first, time(), UTC)
        async for versions in _days(self._store.stream(self._name, begin, None)):
            for version in counting(versions):
                self._add(version)

    def _add(self, version: Stored) -> None:
        day = time_of(version[0]).date()
        if self._tide.read is None or self._tide.read.date() < day:
            self._midnights[day] = self._tide
            for old in [one for one in self._midnights if one < day - LOOK_BACK]:
                del self._midnights[old]
        self._tide = followed(self._tide, version, self._thresholds, self._rearm)

    async def _read_reports(self) -> None:
        stored = await self._store.reports(self._name, most=_MOST_REPORTS)
        reports = [decode_report(one.document) for one in stored]
        self._reports = sorted(reports, key=lambda report: report.at, reverse=True)


async def _days(versions: AsyncIterator[Version]) -> AsyncIterator[list[Stored]]:
    """Yield the versions of one UTC day after another."""
    day: list[Stored] = []
    async for version in versions:
        if day and time_of(day[0][0]).date() != version.time.date():
            yield day
            day = []
        day.append((version.id, version.document))
    if day:
        yield day
