"""The order of versions (pure): which one is the newest, the N-th, the nearest to a moment."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.store.keys import matches_digest, stamp, time_of

__all__ = ["Index"]

_AFTER_ANY_TAIL = "-g"
"""Sorts behind every `-{hex}` of the same second."""


class Index:
    """Ids of one account's versions, oldest first."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        """Take ids in any order."""
        self._ids = sorted(ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, version_id: str) -> bool:
        return self.number(version_id) is not None

    @property
    def ids(self) -> Sequence[str]:
        """All ids, oldest first; not to be changed."""
        return self._ids

    @property
    def newest(self) -> str | None:
        """The newest version by version time, None when there is none."""
        return self._ids[-1] if self._ids else None

    def add(self, version_id: str) -> None:
        """Put an id in its place in time; an id that is there already stays single."""
        if version_id not in self:
            insort(self._ids, version_id)

    def discard(self, version_id: str) -> None:
        """Take an id out; an id that is not there is no error."""
        number = self.number(version_id)
        if number is not None:
            del self._ids[number - 1]

    def number(self, version_id: str) -> int | None:
        """Return a version's number, 1 = oldest, None when it is not here."""
        place = bisect_left(self._ids, version_id)
        found = place < len(self._ids) and self._ids[place] == version_id
        return place + 1 if found else None

    def at(self, number: int) -> str | None:
        """Return the id with a number: 1 = oldest, -1 = newest; None outside the history."""
        if number == 0 or not -len(self._ids) <= number <= len(self._ids):
            return None
        return self._ids[number - 1 if number > 0 else number]

    def as_of(self, moment: datetime) -> str | None:
        """Return the newest version at or before a moment, None when all are later."""
        place = bisect_right(self._ids, stamp(moment) + _AFTER_ANY_TAIL)
        return self._ids[place - 1] if place else None

    def nearest(self, moment: datetime) -> str | None:
        """Return the version nearest in time to a moment; of two equally near, the earlier."""
        place = bisect_right(self._ids, stamp(moment) + _AFTER_ANY_TAIL)
        around = self._ids[max(place - 1, 0) : place + 1]
        return min(around, key=lambda version_id: abs(time_of(version_id) - moment), default=None)

    def with_digest(self, fingerprint: str) -> list[str]:
        """Return the ids that can have been made from a digest; looks at every one."""
        return [version_id for version_id in self._ids if matches_digest(version_id, fingerprint)]

    def between(self, start: datetime | None, end: datetime | None) -> Sequence[str]:
        """Return the ids with start <= version time < end, oldest first; None leaves that side open."""
        first = bisect_left(self._ids, stamp(start)) if start else 0
        last = bisect_left(self._ids, stamp(end)) if end else len(self._ids)
        return self._ids[first:last]
