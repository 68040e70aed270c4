"""Which days hold versions, and what tells them from any others, without reading a version. Blocking.

Of the history a day's mark holds the ids. Of the archive it holds the gzip members that may hold versions of
that day: a month's file that grows keeps those it had.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from shared.store.base import Calendar, DayMark
from shared.store.keys import date_of, month_of
from shared.store.volume.archive.archive import Archive
from shared.store.volume.archive.months import Member
from shared.store.volume.history import History

__all__ = ["calendar"]

_BEHIND = "~"
"""Sorts behind whatever an id may hold."""


def calendar(history: History, first: str, last: str) -> Calendar:
    """Return the days from `first` to `last` that may hold versions. Raises OSError.

    The history is looked at first: what moves to the archive meanwhile is then found in both, or there.
    """
    ids = history.look(lambda index: index.between_stamps(first, last + _BEHIND))
    there = dict(_by_day(ids))
    others = _members(history.archive, first, last)
    archived = {member for members in others.values() for member in members}
    return Calendar(
        {day: DayMark(there.get(day, ()), tuple(others.get(day, ()))) for day in sorted({*there, *others})},
        len(ids) + sum(member.count for member in archived),
    )


def _by_day(ids: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    place = 0
    while place < len(ids):
        day = date_of(ids[place])
        end = bisect_left(ids, day + _BEHIND, lo=place)
        yield day, tuple(ids[place:end])
        place = end


def _members(archive: Archive, first: str, last: str) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for name in archive.catalogue.names():
        if month_of(first) <= name <= month_of(last):
            with archive.open(name) as month:
                for member in month.known.members if month else ():
                    for day in _days_of(member):
                        if first <= day <= last:
                            found.setdefault(day, []).append(member)
    return found


def _days_of(member: Member) -> Iterator[str]:
    """Yield the days from a member's first version to its last, which are of one month."""
    month, first, last = member.first[:8], int(member.first[8:10]), int(member.last[8:10])
    return (f"{month}{day:02}" for day in range(first, last + 1))
