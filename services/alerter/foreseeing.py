"""Foresees hits of one account: its weeks are read once, some days a look, then each day as it ends.

Today is read anew for each forecast, so that what is late or corrected counts at once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from services.alerter.rules.habit import BACK, Habit, hits_ahead, with_day
from services.alerter.rules.limits import Expected
from services.alerter.rules.tide import Tide
from shared.insight.days import Stored
from shared.store import Store

__all__ = ["Foresight"]

_DAY = timedelta(days=1)

_EVERY = timedelta(minutes=5)
"""Between two forecasts: they change slowly, and each takes some milliseconds."""

_KEPT = timedelta(days=9)
"""Days that can be gone back to, when something arrives late."""


class Foresight:
    """The habit of one account, and what it leads to."""

    def __init__(self, store: Store, account: str, zone: tzinfo, days_a_look: int) -> None:
        """Begin; habits follow the clock on the wall in `zone`."""
        self._store = store
        self._account = account
        self._zone = zone
        self._days_a_look = days_a_look
        self._habits: dict[date, Habit] = {}
        """How the habit stood before a day."""
        self._next: date | None = None
        self._made: tuple[datetime, datetime] | None = None
        self._found: Mapping[str, Expected] = {}

    def arrived(self, moment: datetime) -> None:
        """Take note of a version of this time: its day is read anew if it was read."""
        day = moment.date()
        if self._next is not None and day < self._next and day >= self._next - BACK:
            self._next = day if day in self._habits else None

    async def look(self, tide: Tide, now: datetime) -> Mapping[str, Expected]:
        """Return hits that may come, none while the weeks are not read. Raises the store's errors."""
        today = now.date()
        if self._next is None or self._next > today:
            self._habits, self._next = {today - BACK: Habit()}, today - BACK
        for _ in range(self._days_a_look):
            if self._next == today:
                break
            await self._read(self._next)
        if self._next < today or tide.read is None:
            return {}
        if self._made and (self._made[0] == tide.read or timedelta(0) <= now - self._made[1] < _EVERY):
            return self._found
        versions = await self._versions(today)
        habit = self._habits[today]
        self._found = hits_ahead(with_day(habit, today, versions), tide, now, self._zone) if versions else {}
        self._made = (tide.read, now)
        return self._found

    async def _read(self, day: date) -> None:
        habit, versions = self._habits[day], await self._versions(day)
        self._next = day + _DAY
        self._habits[self._next] = with_day(habit, day, versions) if versions else habit
        for old in [one for one in self._habits if one < self._next - _KEPT]:
            del self._habits[old]

    async def _versions(self, day: date) -> Sequence[Stored]:
        midnight = datetime.combine(day, time(), UTC)
        return [
            (one.id, one.document)
            async for one in self._store.stream(self._account, midnight, midnight + _DAY)
        ]
