"""Quiet hours (pure): from a time of day to another, by the clock on the wall of a zone.

A night in which the clock is changed is an hour longer or shorter, as it is for people. Of an hour that the
clock shows twice the first counts; one that it leaves out begins when the clock goes on.
"""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from msgspec import Struct

__all__ = ["Quiet", "quiet_from"]

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")


class Quiet(Struct, frozen=True):
    """Quiet hours: `start` counts, `end` does not; with a start after the end they go over midnight."""

    start: time
    end: time

    def covers(self, moment: datetime, zone: tzinfo) -> bool:
        """Tell whether a moment lies within the quiet hours: they began later than they last ended."""
        return _last(self.start, moment, zone) > _last(self.end, moment, zone)


def _last(clock: time, moment: datetime, zone: tzinfo) -> datetime:
    """Return when the clock on the wall last showed a time of day, at or before a moment."""
    today = moment.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in range(3))
    shown = (datetime.combine(day, clock, zone).astimezone(UTC) for day in days)
    return next(instant for instant in shown if instant <= moment)


def quiet_from(text: str) -> Quiet | None:
    """Read `22:00-07:00`; None for nothing. Raises ValueError that says what is wrong."""
    if not text.strip():
        return None
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} are no hours: write them as 22:00-07:00")
    first, second, third, fourth = (int(part) for part in match.groups())
    if (first, second) == (third, fourth):
        raise ValueError(f"{text!r} would be quiet for ever, or never")
    return Quiet(time(first, second), time(third, fourth))
