"""The order of versions (pure): which one is the newest, the N-th, the nearest to a moment.

Versions are in the order of their times. An id tells its time to the second only, so the order of versions
of one second comes from `rank`, which is asked when an answer depends on it, and only then: it may have to
read them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from shared.store.keys import digest_part, digest_parts, month_of, stamp, stamp_of, time_of
from shared.store.parts import Parts

__all__ = ["Index", "Rank"]

Rank = Callable[[str], Any]
"""What versions of the same second are sorted by; the same for the same id, always."""

_NEAR = 64
"""So many versions back from its time a reading is found that came while the clock was behind it."""

_NEWEST = 8192
"""Among so many of the newest it is found, however many lie between: a month of one in five minutes."""


def _by_id(version_id: str) -> str:
    return version_id


class Index:
    """Ids of one account's versions, oldest first."""

    def __init__(self, ids: Iterable[str] = (), rank: Rank = _by_id) -> None:
        """Take ids in any order, each once."""
        self._ids = sorted(ids)
        self._rank = rank
        self._ranked: set[str] = set()
        self._parts: Parts | None = None
        self.edition = 0
        """Grows with every change: what was found out at the same edition still holds."""
        self._newest: set[str] | None = None
        """What at least the newest ids took from digests; one that left may still be in it, at no harm."""
        self._given: tuple[str, int] | None = None
        """The id given last and its number, which is what is asked next."""

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, version_id: str) -> bool:
        start, end = self._second(stamp_of(version_id))
        return version_id in self._ids[start:end]

    @property
    def ids(self) -> Sequence[str]:
        """All ids, oldest first, those of one second in any order; not to be changed."""
        return self._ids

    @property
    def newest(self) -> str | None:
        """The newest version by version time, None when there is none."""
        return self.at(-1)

    def add(self, version_id: str) -> None:
        """Put an id in its place in time; an id that is there already stays single."""
        second = stamp_of(version_id)
        start, end = self._second(second)
        if version_id in self._ids[start:end]:
            return
        self._ids.insert(end, version_id)
        self._changed()
        self._ranked.discard(second)
        if self._parts is not None:
            self._parts.add(version_id)
        if self._newest is not None:
            self._newest.add(digest_part(version_id))
            if len(self._newest) > 2 * _NEWEST:
                self._newest = None

    def discard(self, version_id: str) -> None:
        """Take an id out; an id that is not there is no error."""
        start, end = self._second(stamp_of(version_id))
        if version_id in self._ids[start:end]:
            del self._ids[self._ids.index(version_id, start, end)]
            self._changed()

    def number(self, version_id: str) -> int | None:
        """Return a version's number, 1 = oldest, None when it is not here."""
        if self._given is not None and self._given[0] == version_id:
            return self._given[1]
        start, end = self._in_rank(stamp_of(version_id))
        return self._ids.index(version_id, start, end) + 1 if version_id in self._ids[start:end] else None

    def at(self, number: int) -> str | None:
        """Return the id with a number: 1 = oldest, -1 = newest; None outside the history."""
        if number == 0 or not -len(self._ids) <= number <= len(self._ids):
            return None
        place = number - 1 if number > 0 else number + len(self._ids)
        if self._has_company(place):
            self._in_rank(stamp_of(self._ids[place]))
        self._given = self._ids[place], place + 1
        return self._ids[place]

    def as_of(self, moment: datetime) -> str | None:
        """Return the newest version at or before a moment (to the second), None when all are later."""
        return self.at(place) if (place := self._second(stamp(moment))[1]) else None

    def nearest(self, moment: datetime) -> str | None:
        """Return the version nearest in time to a moment; of two equally near, the earlier."""
        place = self._second(stamp(moment))[1]
        around = [self.at(number) for number in (place, place + 1) if number]
        found = [version_id for version_id in around if version_id]
        return min(found, key=lambda version_id: abs(time_of(version_id) - moment), default=None)

    def with_digest(self, fingerprint: str) -> list[str]:
        """Return the ids that can have been made from a digest; looks at each only when there may be some."""
        if self._parts is None:
            self._parts = Parts(self._ids)
        return self._parts.among(self._ids, fingerprint)

    def just_before(self, fingerprint: str, moment: datetime) -> list[str]:
        """Return ids before a moment's second that can have been made from a digest.

        They are looked for among the newest 8,192 of all, and the last 64 before the moment.
        """
        if self._newest is None:
            self._newest = {digest_part(version_id) for version_id in self._ids[-_NEWEST:]}
        parts = digest_parts(fingerprint)
        end = bisect_left(self._ids, stamp(moment))
        newest = len(self._ids) - _NEWEST
        first = max(0, end - _NEAR)
        if not self._newest.isdisjoint(parts):
            first = max(0, min(first, newest))
        elif first >= newest:
            return []
        return [i for i in self._ids[first:end] if digest_part(i) in parts]

    def between(self, start: datetime | None, end: datetime | None) -> Sequence[str]:
        """Return the ids with start <= version time < end, oldest first; None leaves that side open.

        The last of them is the newest; others of one second may come in any order.
        """
        first = bisect_left(self._ids, stamp(start)) if start else 0
        last = bisect_left(self._ids, stamp(end)) if end else len(self._ids)
        if last > first:
            self._in_rank(stamp_of(self._ids[last - 1]))
        return self._ids[first:last]

    def between_stamps(self, first: str, last: str) -> Sequence[str]:
        """Return the ids with first <= stamp < last, oldest first, those of one second in any order."""
        start = bisect_left(self._ids, first)
        return self._ids[start : bisect_left(self._ids, last, lo=start)]

    def months(self) -> list[str]:
        """Return the months that hold versions, oldest first, without looking at every version."""
        found: list[str] = []
        place = 0
        while place < len(self._ids):
            found.append(month_of(self._ids[place]))
            place = bisect_left(self._ids, found[-1] + "~", lo=place)
        return found

    def _has_company(self, place: int) -> bool:
        """Tell whether another id is of the same second."""
        ids, second = self._ids, stamp_of(self._ids[place])
        return (place > 0 and ids[place - 1].startswith(second)) or (
            place + 1 < len(ids) and ids[place + 1].startswith(second)
        )

    def _changed(self) -> None:
        self.edition += 1
        self._given = None

    def _second(self, second: str) -> tuple[int, int]:
        """Return where the ids of a second begin and end.

        An id is its second and more, so it sorts behind its second and before the next one.
        """
        start = end = bisect_left(self._ids, second)
        while end < len(self._ids) and self._ids[end].startswith(second):
            end += 1
        return start, end

    def _in_rank(self, second: str) -> tuple[int, int]:
        """Sort the ids of a second by rank, once; return where they begin and end."""
        start, end = self._second(second)
        if end - start > 1 and second not in self._ranked:
            self._ids[start:end] = sorted(self._ids[start:end], key=self._rank)
            self._ranked.add(second)
        return start, end
