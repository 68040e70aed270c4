"""Times for people (pure): in their zone, which is named; ages and lengths of time that never sound surer."""

import math
from datetime import datetime, timedelta, tzinfo

__all__ = ["ago", "ahead", "between", "exact", "length", "lengths", "minutes_ago", "moment"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    """Write a moment to the minute; the date is left out when it is today's."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == here.date() else f"{_dated(there, here)} {there:%H:%M}"


def _dated(there: datetime, here: datetime) -> str:
    year = "" if there.year == here.year else f"{there:%Y-}"
    return f"{_DAYS[there.weekday()]} {year}{there:%m-%d}"


def exact(at: datetime, zone: tzinfo) -> str:
    """Write a moment with date and zone: `2026-11-22 10:05 CET`."""
    there = at.astimezone(zone)
    return f"{there:%Y-%m-%d %H:%M} {there.tzname()}"


def between(earliest: datetime | None, latest: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Write when something happened that is only known to lie between two times."""
    if earliest is None and latest is not None:
        return f"by {moment(latest, zone, now)}"
    if latest is None and earliest is not None:
        return f"after {moment(earliest, zone, now)}"
    if earliest is None or latest is None:
        return "unknown when"
    first, last = moment(earliest, zone, now), moment(latest, zone, now)
    if first == last:
        return first
    begin, end = earliest.astimezone(zone), latest.astimezone(zone)
    if begin.date() == end.date():
        return f"{first}-{end:%H:%M}"
    here = now.astimezone(zone)
    return f"{_dated(begin, here)} {begin:%H:%M} - {_dated(end, here)} {end:%H:%M}"


def length(time: timedelta, *, up: bool = False) -> str:
    """Write a length of time by its two largest parts from minutes up: `2 d 3 h`, `42 min`, `< 1 min`.

    What it cuts off makes it a little short; with `up` a little long.
    """
    minutes = int(time.total_seconds() // 60)
    if up:
        least = 60 if time >= timedelta(days=1) else 1
        minutes = math.ceil(time.total_seconds() / 60 / least) * least
    if minutes < 1:
        return "< 1 min"
    parts = []
    for unit, size in (("d", 1440), ("h", 60), ("min", 1)):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def lengths(least: float | None, most: float | None) -> str:
    """Write a length of time in minutes that is only known to lie between two; None is not bounded."""
    if least is None:
        return "unknown how long" if most is None else f"at most {length(timedelta(minutes=most), up=True)}"
    low = length(timedelta(minutes=least))
    if most is None:
        return f"at least {low}"
    high = length(timedelta(minutes=most), up=True)
    return low if low == high else f"{low} to {high}"


def ago(at: datetime, now: datetime) -> str:
    """Say how old something is."""
    return minutes_ago((now - at).total_seconds() / 60)


def minutes_ago(minutes: float) -> str:
    """Say how old something is that is so many minutes old."""
    return "just now" if minutes < 1 else f"{length(timedelta(minutes=minutes))} ago"


def ahead(at: datetime, now: datetime) -> str:
    """Say how far ahead something is."""
    return f"in {length(at - now)}" if at > now else "over"
