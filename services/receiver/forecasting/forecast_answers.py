"""From what the receiver keeps to what a forecast is made of (pure)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.insight.forecast.trail import Cut
from shared.insight.told.answers import Newest
from shared.insight.told.folded import FoldedDay
from shared.insight.told.rows import TurnTold
from shared.store.base import Version

__all__ = ["cuts_of", "newest_at", "whole_minute"]

_MINUTE = timedelta(minutes=1)


def whole_minute(read: datetime, now: datetime) -> datetime:
    """Return the last full minute of a reading's age, so that an answer holds for a minute."""
    return read + max(timedelta(0), (now - read) // _MINUTE * _MINUTE)


def newest_at(version: Version, moment: datetime, stale_after: timedelta) -> Newest:
    """Tell how old the newest version was at a moment."""
    age = max(timedelta(0), moment - version.time)
    return Newest(
        version=version.id, time=version.time, age_minutes=age // _MINUTE, is_stale=age > stale_after
    )


def cuts_of(days: Iterable[FoldedDay], dates: set[str]) -> dict[str, dict[str, tuple[Cut, ...]]]:
    """Return the turns of some UTC dates, by limit and date."""
    found: dict[str, dict[str, tuple[Cut, ...]]] = {}
    for day in days:
        for turn in day.turns:
            date = turn.after.time.date().isoformat()
            if date in dates:
                of_limit = found.setdefault(turn.limit, {})
                of_limit[date] = (*of_limit.get(date, ()), _cut(turn))
    return found


def _cut(turn: TurnTold) -> Cut:
    second = int(turn.after.time.timestamp())
    earliest, latest = (int(at.timestamp()) if at else second for at in (turn.at.earliest, turn.at.latest))
    return Cut(second, turn.kind, (earliest + latest) // 2)
