"""A series of one limit (pure): every reading of a range, or first, least, greatest, last and count per step.

Steps are counted from Monday 1970-01-05, midnight UTC: hours, days and weeks begin as they do on a UTC
calendar. A step without a reading is there, with nothing in it: unknown is never zero.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter

from msgspec import Struct

from shared.insight.days import NO_RESET, Column, Day, Percents, Unread

__all__ = [
    "DAY",
    "Bucket",
    "Point",
    "Span",
    "buckets",
    "count_of_buckets",
    "edge_before",
    "limits_in",
    "parts_of",
    "points",
]

DAY = 86400
_MONDAY = 4 * DAY
"""Seconds from the beginning of 1970 to its first Monday, from which steps are counted."""

_MONTH = 30 * DAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Span(Struct, frozen=True):
    """A range of time in seconds since 1970: `start` belongs to it, `end` does not."""

    start: int
    end: int


class Bucket(Struct, frozen=True, gc=False):
    """What was read of a limit within one step; percentages are null when nothing was.

    `start` is the step's beginning. `count` is of readings, `unread` of versions in which this limit could
    not be read, `reason` the last reason given for that.
    """

    start: str
    first: float | None
    min: float | None
    max: float | None
    last: float | None
    count: int
    unread: int = 0
    reason: str | None = None


class Point(Struct, frozen=True, gc=False, rename="camel"):
    """One reading of a limit. Where it could not be read the percentage is null, and `reason` may say why.

    `version` is the id of the version that says so.
    """

    time: str
    percentage: float | None
    resets_at: str | None
    state: str | None
    version: str
    reason: str | None = None


def limits_in(days: Sequence[Day]) -> set[str]:
    """Return the limits of which there is at least one reading, on the whole of these days."""
    return {limit for day in days for limit, column in day.columns.items() if column.places}


def parts_of(span: Span, step: int) -> Iterator[Span]:
    """Cut a range at midnights, or, where a day is no whole number of steps, every month or so at an edge.

    So that a long series is made piece by piece, and whole days of it can be made once.
    """
    if DAY % step == 0:
        start, length = edge_before(span.start, DAY), DAY
    else:
        start, length = edge_before(span.start, step), max(1, _MONTH // step) * step
    for begin in range(start, span.end, length):
        yield Span(max(span.start, begin), min(span.end, begin + length))


def edge_before(second: int, step: int) -> int:
    """Return the beginning of the step that a second lies in."""
    return second - (second - _MONDAY) % step


def count_of_buckets(span: Span, step: int) -> int:
    """Return how many steps a range touches."""
    return -(-(span.end - edge_before(span.start, step)) // step)


def buckets(days: Sequence[Day], limit: str, span: Span, step: int) -> list[Bucket]:
    """Fold the readings of a limit; the first and the last step hold what of them lies in the range."""
    columns = [day.columns[limit] for day in days if limit in day.columns]
    seconds = _joined([column.seconds for column in columns])
    percents = _joined([column.percents for column in columns])
    unread = [one for column in columns for one in column.unread if span.start <= one.second < span.end]
    missed = _missed_by_edge(unread, step)
    made = []
    is_whole = percents.typecode != "d"
    place = bisect_left(seconds, span.start)
    last = bisect_left(seconds, span.end)
    edge = edge_before(span.start, step)
    while edge < span.end:
        begin, place = place, bisect_left(seconds, edge + step, place, last)
        start, missing = _written(edge), missed.get(edge, _NOTHING_MISSED)
        if place > begin:
            part = percents[begin:place]
            four = part[0], min(part), max(part), part[-1]
            first, least, most, latest = four if is_whole else map(_number, four)
            made.append(Bucket(start, first, least, most, latest, place - begin, *missing))
        else:
            made.append(Bucket(start, None, None, None, None, 0, *missing))
        edge += step
    return made


_NOTHING_MISSED: tuple[int, str | None] = (0, None)


def _missed_by_edge(unread: Sequence[Unread], step: int) -> dict[int, tuple[int, str | None]]:
    missed: dict[int, tuple[int, str | None]] = {}
    for one in unread:
        edge = edge_before(one.second, step)
        count, reason = missed.get(edge, _NOTHING_MISSED)
        missed[edge] = (count + 1, one.reason or reason)
    return missed


def _joined(parts: Sequence[Percents]) -> Percents:
    """Join arrays; whole numbers stay whole unless others are among them."""
    if len(parts) == 1:
        return parts[0]
    codes = {part.typecode for part in parts} or {"q"}
    joined: array[float] = array(codes.pop() if len(codes) == 1 else "d" if "d" in codes else "q")
    for part in parts:
        if part.typecode == joined.typecode:
            joined.frombytes(part.tobytes())  # ten times as fast as number by number
        else:
            joined.extend(part.tolist())
    return joined


def _numbers(percents: Percents) -> Sequence[float]:
    return [_number(value) for value in percents] if percents.typecode == "d" else percents.tolist()


def _number(value: float) -> float:
    """Return a whole number as such: how it is written must not depend on what else the day holds."""
    return int(value) if value.is_integer() else value


def points(day: Day, limit: str, span: Span) -> list[Point]:
    """Return every reading of a limit on a day within a range, and where it could not be read."""
    column = day.columns.get(limit)
    if column is None:
        return []
    first, last = bisect_left(column.seconds, span.start), bisect_left(column.seconds, span.end)
    places = column.places[first:last]
    ids = [day.ids[place] for place in places]
    read = list(
        map(
            Point,
            map(_time_in, ids),
            _numbers(column.percents[first:last]),
            map(_reset, column.resets[first:last]),
            column.states[first:last],
            ids,
        )
    )
    return _with_unread(day, column, span, list(zip(places, read, strict=True))) if column.unread else read


def _with_unread(day: Day, column: Column, span: Span, read: list[tuple[int, Point]]) -> list[Point]:
    unread = [
        (one.place, Point(_written(one.second), None, None, None, day.ids[one.place], one.reason))
        for one in column.unread
        if span.start <= one.second < span.end
    ]
    return [point for _, point in sorted([*read, *unread], key=itemgetter(0))]


def _time_in(version_id: str) -> str:
    return f"{version_id[:13]}:{version_id[14:16]}:{version_id[17:19]}Z"


@lru_cache(maxsize=4096)  # a reset is shown by every reading of its window
def _reset(millis: int) -> str | None:
    if millis == NO_RESET:
        return None
    moment = _EPOCH + timedelta(milliseconds=millis)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")[:-6] + "Z"


def _written(second: int) -> str:
    day, rest = divmod(second, DAY)
    return _date(day) + _clock(rest)


@lru_cache(maxsize=1024)
def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).date().isoformat()


@lru_cache(maxsize=4096)
def _clock(second: int) -> str:
    return f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"
