"""What the page's words for a moment say: a span, a time, a day, in any of its languages (pure)."""

import re
from datetime import time, timedelta
from functools import lru_cache

import msgspec

from services.scraper.extract.languages import LANGUAGES
from services.scraper.extract.languages.form import TimeWords

__all__ = ["When", "read_when"]

NOON = 12


class When(msgspec.Struct, frozen=True):
    """What the words say: a span, or a time of day with or without the day it falls on."""

    span: timedelta | None = None
    weekday: int | None = None
    month: int | None = None
    day: int | None = None
    year: int | None = None
    days_on: int | None = None
    at: time | None = None


@lru_cache(maxsize=1024)
def read_when(words: str, language: str = "") -> When | None:
    """Read the words as a whole; None when they have no known form.

    The `language` they stand in (its code) goes first, for `mar. 3` is a Tuesday in French and March in
    English. Then any other: a page may take its phrases from one language and its dates from another.
    """
    text = re.sub(r"\s+", " ", words).strip().rstrip(".").casefold()
    ordered = sorted(LANGUAGES, key=lambda table: table.code != language)
    readings = (_read(text, table.times, own=table.code == language) for table in ordered)
    return next((reading for reading in readings if reading), None)


def _read(text: str, table: TimeWords, *, own: bool) -> When | None:
    for span in table.spans:
        if (match := span.fullmatch(text)) and match.lastgroup:
            found = match.groupdict()
            days, hours, minutes = (int(found[name] or 0) for name in ("days", "hours", "minutes"))
            return When(span=timedelta(days=days, hours=hours, minutes=minutes))
    for form in (*table.own_forms, *table.forms) if own else table.forms:
        if match := form.fullmatch(text):
            return _when(match.groupdict(), table)
    return None


def _when(found: dict[str, str | None], table: TimeWords) -> When | None:
    try:
        at = _time(found) if found.get("hour") else None
    except ValueError:
        return None
    weekday, month, relative = (found.get(name) for name in ("weekday", "month", "relative"))
    day, year = (found.get(name) for name in ("day", "year"))
    return When(
        weekday=table.weekdays[weekday] if weekday else None,
        month=table.months[month] if month else None,
        day=int(day) if day else None,
        year=int(year) if year else None,
        days_on=table.relative_days[relative] if relative else None,
        at=at,
    )


def _time(found: dict[str, str | None]) -> time:
    """Read hour, minute and half of the day; raises ValueError for a time no clock shows."""
    hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
    half = re.sub(r"[. ]", "", found.get("half") or "")
    if not half:
        return time(hour, minute)
    if not 1 <= hour <= NOON:
        raise ValueError("no such hour")
    return time(hour % NOON + (NOON if half == "pm" else 0), minute)
