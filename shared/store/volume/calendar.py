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
    archived = {id(member): member.count for members in others.values() for member in members}
    return Calendar(
        {day: DayMark(there.get(day, ()), others.get(day, ())) for day in sorted({*there, *others})},
        len(ids) + sum(archived.values()),
    )


def _by_day(ids: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    place = 0
    while place < len(ids):
        day = date_of(ids[place])
        end = bisect_left(ids, day + _BEHIND, lo=place)
        yield day, tuple(ids[place:end])
        place = end


def _members(archive: Archive, first: str, last: str) -> dict[str, Sequence[Member]]:
    found: dict[str, Sequence[Member]] = {}
    for name in archive.catalogue.names():
        if month_of(first) <= name <= month_of(last):
            with archive.open(name) as month:
                days = archive.days.of(month.known) if month else {}
                found.update((day, members) for day, members in days.items() if first <= day <= last)
    return found
