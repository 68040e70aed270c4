"""One UTC day of an account's record in columns (pure): what is left of its versions for folding.

A fold over a year reads a hundred thousand readings; as columns they take a tenth of the room of their
documents and a thousandth of the time.
"""

import hashlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from sys import intern
from typing import TypeAlias, TypeVar

from msgspec import Struct

from shared.insight.readings import Fields, LimitReading, in_utc, is_correction, moment_of, readings_of
from shared.schemas.figures import Figures, figures_of
from shared.store.keys import stamp_of, time_of

__all__ = [
    "NO_RESET",
    "Column",
    "Day",
    "Percents",
    "Readable",
    "Stored",
    "Unread",
    "counting",
    "day_of",
    "extended",
]

Stored = tuple[str, Fields]
"""A version: its id and its document."""

Readable = tuple[str, Fields | Figures]
"""A version: its id, and its document or only what that says of limits."""

Content = TypeVar("Content", bound=Fields | Figures)

Whole: TypeAlias = "array[int]"
Percents: TypeAlias = "array[int] | array[float]"

NO_RESET = -(2**62)
"""Stands where a reading has no reset; others are milliseconds since 1970."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_SMALL = 2**15 - 1


class Unread(Struct, frozen=True):
    """A version in which a limit could not be read: its place in the day, its second, and why, if known."""

    place: int
    second: int
    reason: str | None


class Column(Struct, frozen=True):
    """The readings of one limit within a day, oldest first; `places` are those of their versions.

    `seconds` are since 1970; `percents` are whole numbers when all of them are.
    """

    places: Whole
    seconds: Whole
    percents: Percents
    resets: Whole
    states: Sequence[str | None]
    unread: Sequence[Unread]


class Day(Struct, frozen=True):
    """The versions of one UTC day that count, oldest first, and their readings by limit.

    `start` is its midnight in seconds since 1970. `tag` is another for other versions. A version that was
    corrected does not count; `corrected` tells that there is a correction. `weight` is about how many bytes
    all this takes.
    """

    date: str
    start: int
    ids: Sequence[str]
    seconds: Whole
    columns: Mapping[str, Column]
    tag: bytes
    corrected: bool
    weight: int


def day_of(date: str, versions: Iterable[Readable]) -> Day:
    """Make a day (`2026-11-22`) of all its versions, oldest first."""
    every = list(versions)
    counted = counting(every)
    return _day(date, counted, corrected=len(counted) < len(every) or _has_correction(counted))


def extended(day: Day, versions: Sequence[Readable]) -> Day | None:
    """Return a day with versions more, None when it has to be made of all of them anew.

    That is so when they do not come after all others, and when a correction is among old or new.
    """
    if day.corrected or _has_correction(versions):
        return None
    if day.ids and versions and stamp_of(versions[0][0]) <= stamp_of(day.ids[-1]):
        return None
    return _joined(day, _day(day.date, versions, corrected=False))


def _has_correction(versions: Iterable[Readable]) -> bool:
    return any(is_correction(document) for _, document in versions)


def counting(versions: Sequence[tuple[str, Content]]) -> Sequence[tuple[str, Content]]:
    """Leave out what was corrected: of one moment the correction that arrived last counts, alone."""
    if not _has_correction(versions):
        return versions
    best: dict[datetime, tuple[datetime, str]] = {}
    for version_id, document in versions:
        if is_correction(document):
            moment, arrived = moment_of(document), (_arrived(document), version_id)
            best[moment] = max(best.get(moment, arrived), arrived)
    return [
        (version_id, document)
        for version_id, document in versions
        if (winner := best.get(moment_of(document))) is None or winner[1] == version_id
    ]


def _arrived(document: Fields | Figures) -> datetime:
    arrived = figures_of(document).received_at
    return moment_of(document) if arrived is None else in_utc(arrived)


def _day(date: str, versions: Sequence[Readable], *, corrected: bool) -> Day:
    ids = tuple(version_id for version_id, _ in versions)
    seconds = array("q", [_seconds(time_of(version_id)) for version_id in ids])
    readings: dict[str, list[tuple[int, LimitReading]]] = {}
    for place, (_, document) in enumerate(versions):
        for limit, reading in readings_of(document).items():
            readings.setdefault(limit, []).append((place, reading))
    columns = {limit: _column(found, seconds) for limit, found in readings.items()}
    return _weighed(date, ids, seconds, columns, corrected=corrected)


def _weighed(
    date: str, ids: Sequence[str], seconds: Whole, columns: dict[str, Column], *, corrected: bool
) -> Day:
    cells = sum(len(column.places) + 4 * len(column.unread) for column in columns.values())
    tag = hashlib.sha256("".join((date, *ids)).encode()).digest()[:16]
    start = _seconds(datetime.fromisoformat(date).replace(tzinfo=UTC))
    return Day(date, start, ids, seconds, columns, tag, corrected, 1000 + 90 * len(ids) + 36 * cells)


def _column(found: Sequence[tuple[int, LimitReading]], seconds: Whole) -> Column:
    read = [(place, reading) for place, reading in found if reading.percentage is not None]
    return Column(
        places=array("I", [place for place, _ in read]),
        seconds=array("q", [seconds[place] for place, _ in read]),
        percents=_percents([reading.percentage or 0 for _, reading in read]),
        resets=array("q", [_millis(reading.resets_at) for _, reading in read]),
        states=tuple(intern(reading.state) if reading.state else None for _, reading in read),
        unread=tuple(
            Unread(place, seconds[place], intern(reading.reason) if reading.reason else None)
            for place, reading in found
            if reading.percentage is None
        ),
    )


def _percents(values: Sequence[float]) -> Percents:
    """Keep percentages as whole numbers where they are, so that 47 is answered as 47."""
    if all(value == int(value) for value in values):
        whole = [int(value) for value in values]
        return array("h" if max(whole, default=0) <= _LARGEST_SMALL else "q", whole)
    return array("d", values)


def _seconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return since.days * 86400 + since.seconds


def _millis(moment: datetime | None) -> int:
    if moment is None:
        return NO_RESET
    since = moment - _EPOCH
    return (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000


def _joined(day: Day, more: Day) -> Day:
    before = len(day.ids)
    limits = [*day.columns, *(limit for limit in more.columns if limit not in day.columns)]
    columns = {
        limit: _joined_columns(day.columns.get(limit), more.columns.get(limit), before) for limit in limits
    }
    return _weighed(day.date, (*day.ids, *more.ids), day.seconds + more.seconds, columns, corrected=False)


_NONE = Column(array("I"), array("q"), array("h"), array("q"), (), ())


def _joined_columns(first: Column | None, second: Column | None, before: int) -> Column:
    one, two = first or _NONE, second or _NONE
    later = tuple(Unread(each.place + before, each.second, each.reason) for each in two.unread)
    return Column(
        places=one.places + array("I", [place + before for place in two.places]),
        seconds=one.seconds + two.seconds,
        percents=_percents([*one.percents, *two.percents]),
        resets=one.resets + two.resets,
        states=(*one.states, *two.states),
        unread=(*one.unread, *later),
    )
