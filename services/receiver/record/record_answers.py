"""From an account's folded days to answers: windows, hits, resets, gaps, what expired unused (pure)."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, structs

from services.receiver.giving.answers import STALE_AFTER
from services.receiver.record.record_question import Asked
from shared.insight.gaps import Gap, open_gaps
from shared.insight.limits import in_order
from shared.insight.readings import Fields
from shared.insight.record import LimitRecord, Record, unsettled
from shared.insight.told.answers import (
    GapsTold,
    HitCounts,
    HitsTold,
    Newest,
    TurnsTold,
    UnusedTold,
    WindowsTold,
)
from shared.insight.told.folded import FoldedDay
from shared.insight.told.knowing import Knowledge, hit_counts, known_days
from shared.insight.told.rows import GapTold, HitTold, TurnTold, WindowTold
from shared.insight.told.telling import gap_told, hit_told, is_open_at, overlaps, turn_told, window_told
from shared.insight.told.unused import unused_told, use_of
from shared.store.keys import time_of

__all__ = ["MOST_ROWS", "Told", "gaps", "hits", "resets", "told_of", "unused", "windows"]

MOST_ROWS = 20_000
"""Rows of one answer; of more the newest are given."""

_MOST_KNOWN = timedelta(days=4000)
"""Days of which it is told how much is known: a clock that was wrong may have recorded the year 1."""

_MINUTE = timedelta(minutes=1)


class Told(Struct, frozen=True):
    """What is known of an account at a moment: its days, and what its newest readings say if they are right.

    `as_of` is the last full minute of the newest reading's age, so that an answer holds for a minute.
    """

    account: str
    days: Sequence[FoldedDay]
    as_of: datetime
    newest: Newest | None
    record: Record
    doubtful: FoldedDay
    reports: Sequence[Fields] = ()
    reports_since: datetime | None = None

    @property
    def tag(self) -> bytes:
        """Another for other versions, reports or another minute."""
        return b"".join([day.tag for day in self.days]) + repr((self.as_of, self.reports)).encode()

    def begin(self) -> dict[str, Any]:
        """Return what every answer begins with."""
        return {"account": self.account, "as_of": self.as_of, "newest": self.newest}


def told_of(
    account: str,
    days: Sequence[FoldedDay],
    now: datetime,
    reports: Sequence[Fields] = (),
    reports_since: datetime | None = None,
) -> Told:
    """Say what is known of an account at a moment; of `reports` none has left since `reports_since`."""
    settled = days[-1].record if days else Record()
    record, found = unsettled(settled)
    doubtful = FoldedDay(
        record=record,
        turns=[turn_told(turn, doubtful=True) for turn in found.turns],
        windows=[window_told(limit, window, doubtful=True) for limit, window in found.windows],
        hits=[hit_told(limit, hit, doubtful=True) for limit, hit in found.hits],
    )
    last = next((day.last for day in reversed(days) if day.last), None)
    if last is None:
        return Told(
            account,
            days,
            now.replace(second=0, microsecond=0),
            None,
            record,
            doubtful,
            reports,
            reports_since,
        )
    time = time_of(last)
    age = max(0, (now - time) // _MINUTE)
    newest = Newest(version=last, time=time, age_minutes=age, is_stale=now - time > STALE_AFTER)
    return Told(account, days, time + age * _MINUTE, newest, record, doubtful, reports, reports_since)


def windows(told: Told, asked: Asked) -> tuple[WindowsTold, Sequence[WindowTold]]:
    """Answer the windows, those that run at the end; returns the answer without its rows, and these."""
    every = [window for day in _days(told) for window in day.windows]
    for limit, known in _in_order(told):
        if (window := known.windows.window) is not None:
            runs = is_open_at(known.course, told.as_of)
            every.append(
                window_told(limit, window, told.as_of, runs=runs, doubtful=_is_in_doubt(told, limit))
            )
    rows, begin = _cut(told, asked, [one for one in every if _wanted_window(asked, one)])
    return WindowsTold(windows=[], **begin), rows


def hits(told: Told, asked: Asked) -> tuple[HitsTold, Sequence[HitTold]]:
    """Answer the hits and how many there were by day, week and month."""
    every = [hit for day in _days(told) for hit in day.hits]
    for limit, known in _in_order(told):
        if (hit := known.hits.hit) is not None:
            lasts, doubtful = is_open_at(known.course, told.as_of), _is_in_doubt(told, limit)
            every.append(hit_told(limit, hit, told.as_of, lasts=lasts, doubtful=doubtful))
    wanted = [
        hit
        for hit in every
        if asked.wants(hit.limit)
        and asked.touches(hit.reached.earliest or hit.first.time, hit.left.latest if hit.left else None)
    ]
    rows, begin = _cut(told, asked, wanted)
    knowledge = _knowledge(told, asked)
    of_limits = {
        limit: shown
        for limit in told.record.limits
        if asked.wants(limit) and (shown := _knowledge(told, asked, limit))
    }
    days, weeks, months = (
        hit_counts(wanted, unit, knowledge, of_limits, asked.zone) if knowledge else []
        for unit in ("day", "week", "month")
    )
    counts = HitCounts(zone=asked.zone_name, days=days, weeks=weeks, months=months)
    return HitsTold(counts=counts, hits=[], **begin), rows


def resets(told: Told, asked: Asked) -> tuple[TurnsTold, Sequence[TurnTold]]:
    """Answer the resets and other turns, each with the gaps in which its moment may be hidden."""
    every = [turn for day in _days(told) for turn in day.turns]
    wanted = [
        turn for turn in every if asked.wants(turn.limit) and asked.touches(turn.at.earliest, turn.at.latest)
    ]
    rows, begin = _cut(told, asked, wanted)
    known_gaps = _gaps(told)
    ends = [gap.end or told.as_of for gap in known_gaps]
    return TurnsTold(resets=[], **begin), [_with_gaps(turn, known_gaps, ends) for turn in rows]


def gaps(told: Told, asked: Asked) -> tuple[GapsTold, Sequence[GapTold]]:
    """Answer the gaps with the reports that explain them, and how much of each day is known."""
    wanted = [gap for gap in _gaps(told) if asked.wants(gap.limit) and asked.touches(gap.start, gap.end)]
    rows, begin = _cut(told, asked, wanted)
    knowledge = _knowledge(told, asked)
    days = known_days(knowledge, asked.zone) if knowledge else []
    return GapsTold(zone=asked.zone_name, days=days, gaps=[], **begin), rows


def unused(told: Told, asked: Asked) -> tuple[UnusedTold, Sequence[Struct]]:
    """Answer what expired unused, window by window, and what that says of the allowance."""
    every = (window for day in told.days for window in day.windows if not window.doubtful)
    over = [window for window in every if _wanted_window(asked, window)]
    limits = in_order({window.limit for window in over})
    summed = [use_of(limit, [one for one in over if one.limit == limit]) for limit in limits]
    rows, begin = _cut(told, asked, [one for window in over if (one := unused_told(window))])
    return UnusedTold(limits=summed, windows=[], **begin), rows


def _days(told: Told) -> list[FoldedDay]:
    return [*told.days, told.doubtful]


def _in_order(told: Told) -> list[tuple[str, LimitRecord]]:
    return [(limit, told.record.limits[limit]) for limit in in_order(set(told.record.limits))]


def _is_in_doubt(told: Told, limit: str) -> bool:
    return told.days[-1].record.limits[limit].course.doubt is not None


def _wanted_window(asked: Asked, window: WindowTold) -> bool:
    return asked.wants(window.limit) and asked.touches(
        window.opened.earliest or window.first.time, window.ended.latest if window.ended else None
    )


def _cut(told: Told, asked: Asked, rows: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    """Return so many rows as one answer holds, and what the answer begins with."""
    more = {"start": asked.start, "to": asked.end, "is_whole": len(rows) <= MOST_ROWS}
    return rows[-MOST_ROWS:], told.begin() | more


def _gaps(told: Told) -> list[GapTold]:
    """Return every gap, those that last at the end, each with the reports that fall into it."""
    every: Iterable[Gap] = [gap for day in told.days for gap in day.gaps]
    lasting = open_gaps(told.record.gaps, told.as_of)
    reports = sorted(told.reports, key=lambda report: str(report["at"]))
    since = told.reports_since
    return [gap_told(gap, reports, told.as_of, complete_since=since) for gap in [*every, *lasting]]


def _with_gaps(turn: TurnTold, every: Sequence[GapTold], ends: Sequence[datetime]) -> TurnTold:
    """Name the gaps of a turn; gaps of the account and of limits are sorted by their ends."""
    place = bisect_left(ends, turn.before.time)
    hidden = []
    while place < len(every) and every[place].start < turn.after.time:
        gap = every[place]
        if gap.limit in {None, turn.limit} and overlaps(gap, turn.before.time, turn.after.time):
            hidden.append(gap)
        place += 1
    return structs.replace(turn, gaps=hidden) if hidden else turn


def _knowledge(told: Told, asked: Asked, limit: str | None = None) -> Knowledge | None:
    """Say what of the range is known of the account, or of a limit since the day it was first read.

    None when nothing is recorded.
    """
    days = (day for day in told.days if limit is None or limit in day.record.limits)
    first = next((day.first for day in days if day.first), None)
    if first is None:
        return None
    found = [gap for day in told.days for gap in day.gaps if gap.limit == limit]
    found += [gap for gap in open_gaps(told.record.gaps, told.as_of) if gap.limit == limit]
    begin, end = max(time_of(first), told.as_of - _MOST_KNOWN), told.as_of
    return Knowledge(
        max(begin, asked.start or begin),
        min(end, asked.end or end),
        [(gap.start, gap.end or told.as_of) for gap in found],
    )
