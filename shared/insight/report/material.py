"""What a report of resets is made of (pure): the turns of a range, its gaps, and how much was observed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from shared.insight.told.copies import without_copies
from shared.insight.told.rows import GapTold, TurnTold
from shared.insight.told.telling import overlaps

__all__ = ["Asked", "Material", "between", "gathered"]


class Asked(Struct, frozen=True, kw_only=True):
    """What a report is to be about; `made` is when, `zone` is people's: every time is told in UTC, too.

    `start` belongs to the range, `end` does not.
    """

    account: str
    start: datetime
    end: datetime
    made: datetime
    zone: tzinfo
    zone_name: str
    limits: Sequence[str]


class Material(Struct, frozen=True, kw_only=True):
    """What the range of a report holds; `end` is no later than its making.

    `first` and `last` are the times of the account's first and last reading of all, None without one. `turns`
    and `gaps` are in order of time. `observed` is the time of the range that lies between readings close to
    each other. `is_whole` is false when the range holds older turns that are left out.
    """

    asked: Asked
    end: datetime
    first: datetime | None
    last: datetime | None
    turns: Sequence[TurnTold]
    gaps: Sequence[GapTold]
    observed: timedelta
    is_whole: bool = True

    @property
    def observed_share(self) -> float | None:
        """Which share of the range was observed, 0 to 1; None for a range that is still to come."""
        whole = self.end - self.asked.start
        return self.observed / whole if whole > timedelta(0) else None


def gathered(
    asked: Asked,
    turns: Iterable[TurnTold],
    gaps: Iterable[GapTold],
    read: tuple[datetime, datetime] | None,
    *,
    is_whole: bool = True,
) -> Material:
    """Gather what belongs into a report; `turns` and `gaps` may reach beyond its range.

    `read` is when the account was first and last read; `is_whole` is false when older turns of the range were
    left out, there are so many. A limit that is not asked for is left out.
    """
    end = max(asked.start, min(asked.end, asked.made))
    touching = [
        gap
        for gap in gaps
        if (gap.limit is None or gap.limit in asked.limits) and overlaps(gap, asked.start, end)
    ]
    return Material(
        asked=asked,
        end=end,
        first=read[0] if read else None,
        last=read[1] if read else None,
        turns=sorted(
            (turn for turn in turns if turn.limit in asked.limits and _within(turn, asked.start, end)),
            key=lambda turn: (turn.after.time, turn.limit),
        ),
        gaps=sorted(without_copies(touching), key=lambda gap: (gap.start, gap.limit or "")),
        observed=_observed(asked.start, end, read, touching),
        is_whole=is_whole,
    )


def between(turn: TurnTold) -> tuple[datetime, datetime]:
    """Return no earlier and no later than when a turn happened."""
    return turn.at.earliest or turn.before.time, turn.at.latest or turn.after.time


def _within(turn: TurnTold, start: datetime, end: datetime) -> bool:
    earliest, latest = between(turn)
    return latest >= start and earliest < end


def _observed(
    start: datetime, end: datetime, read: tuple[datetime, datetime] | None, gaps: Iterable[GapTold]
) -> timedelta:
    """Return how much of the range lies between readings of the account that are no gap from each other."""
    if read is None:
        return timedelta(0)
    begin, until = max(start, read[0]), min(end, read[1])
    hidden = (min(until, gap.end or until) - max(begin, gap.start) for gap in gaps if gap.limit is None)
    lost = sum((time for time in hidden if time > timedelta(0)), timedelta(0))
    return max(timedelta(0), until - begin - lost)
