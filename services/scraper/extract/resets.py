"""When a limit resets: the page's words turned into a moment in UTC (pure).

The page writes a span (`2 hr 7 min`), a weekday and time (`Thu, 3:50 PM`), a time (`at 2:00 PM`) or a day
(`Mar 1`). Words that are not understood as a whole, a time the clock skips or shows twice, and a moment the
limit cannot have are answered with None: no reset is better than a wrong one.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.scraper.extract.when import When, read_when

__all__ = ["Horizon", "contradicts", "parse_reset", "passed", "understood"]

Horizon = Literal["session", "weekly", "monthly"]

SLACK = timedelta(minutes=10)
"""How far a moment may miss what its limit allows: the page's clock and ours differ, and its data ages."""

WITHIN: dict[Horizon, timedelta] = {
    "session": timedelta(hours=5),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
}

JUST_PASSED = timedelta(minutes=1)
"""A moment passed this recently may close the last window or be a whole window away: nobody can tell."""

A_DAY = timedelta(hours=25)
TWICE = timedelta(hours=2)
"""Two moments closer than this are one reading of the clock on the day it is put back."""


def understood(words: str, language: str = "") -> bool:
    """Tell whether the words have one of the known forms, from the first to the last."""
    return read_when(words, language) is not None


def parse_reset(
    words: str, base: datetime, zone: ZoneInfo, horizon: Horizon, language: str = ""
) -> datetime | None:
    """Return the moment in UTC, seen from `base`, at which the figures were true.

    A session's time means its nearest occurrence, any other the next one. None when it cannot be told.
    """
    when = read_when(words, language)
    if when is None or (when.span is None and when.at is None and horizon != "monthly"):
        return None
    if when.span is not None:
        return base + when.span if when.span <= WITHIN[horizon] + SLACK else None
    moments = sorted(set(_moments(when, base.astimezone(zone))))
    chosen = _nearest(moments, base) if horizon == "session" else _next(moments, base)
    return chosen if chosen and chosen - base <= WITHIN[horizon] + SLACK else None


def contradicts(words: str, base: datetime, zone: ZoneInfo, horizon: Horizon, language: str = "") -> bool:
    """Tell whether the words, though understood, cannot be of a limit whose windows are this long."""
    when = read_when(words, language)
    if when is None:
        return False
    spans = (
        [when.span] if when.span is not None else [at - base for at in _moments(when, base.astimezone(zone))]
    )
    return not any(-SLACK <= span <= WITHIN[horizon] + SLACK for span in spans)


def passed(words: str, now: datetime, zone: ZoneInfo, language: str = "") -> datetime | None:
    """Return the last moment up to `now` that the words fit; None when there are none, or two as good."""
    when = read_when(words, language)
    if when is None or when.at is None:
        return None
    moments = sorted({one for one in _moments(when, now.astimezone(zone)) if one - now <= JUST_PASSED})
    if not moments or (len(moments) > 1 and moments[-1] - moments[-2] <= TWICE):
        return None
    return min(moments[-1], now)


def _nearest(moments: list[datetime], base: datetime) -> datetime | None:
    near = [moment for moment in moments if -SLACK <= moment - base <= WITHIN["session"] + SLACK]
    return near[0] if len(near) == 1 else None


def _next(moments: list[datetime], base: datetime) -> datetime | None:
    if any(-JUST_PASSED <= moment - base <= timedelta(0) for moment in moments):
        return None
    ahead = [moment for moment in moments if moment > base]
    return ahead[0] if ahead and not _ambiguous(ahead, base) else None


def _ambiguous(ahead: list[datetime], base: datetime) -> bool:
    """Tell whether the second moment is as good as the first.

    The clock shows both on the day it is put back; and when it is put forward within the week, the same
    weekday and time may come twice within seven days.
    """
    if len(ahead) < 2:  # noqa: PLR2004 - first and second
        return False
    apart = ahead[1] - ahead[0]
    return apart <= TWICE or (apart > A_DAY and ahead[1] - base <= WITHIN["weekly"])


def _moments(when: When, local: datetime) -> Iterator[datetime]:
    """Yield each moment around `local` that fits: none that the clock skips, both if it shows it twice."""
    for day in _days(when, local.date()):
        wall = datetime.combine(day, when.at or time(0))
        for fold in (0, 1):
            moment = wall.replace(tzinfo=local.tzinfo, fold=fold).astimezone(UTC)
            if moment.astimezone(local.tzinfo).replace(tzinfo=None, fold=0) == wall:
                yield moment


def _days(when: When, today: date) -> Iterator[date]:
    if when.month is not None and when.day is not None:
        yield from _dates(when, when.month, when.day, today)
        return
    if when.days_on is not None:
        yield today + timedelta(days=when.days_on)
        return
    for offset in range(-8, 10) if when.day is None else range(-8, 32):
        day = today + timedelta(days=offset)
        if when.weekday in {None, day.weekday()} and when.day in {None, day.day}:
            yield day


def _dates(when: When, month: int, day: int, today: date) -> Iterator[date]:
    for year in [when.year] if when.year else (today.year - 1, today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:  # the 29th of February, in most years
            continue
        if when.weekday in {None, found.weekday()}:
            yield found
