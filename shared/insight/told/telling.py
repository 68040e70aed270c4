"""From the folds' findings to rows of answers (pure)."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shared.insight.gaps import Gap, causes
from shared.insight.hits import Hit, blocked
from shared.insight.readings import Fields
from shared.insight.sightings import Between, Sighting
from shared.insight.standing import Course
from shared.insight.told.rows import (
    CauseTold,
    GapTold,
    HitTold,
    Instant,
    Span,
    Status,
    TurnTold,
    WindowTold,
    Witness,
)
from shared.insight.turns import ENDS, Turn
from shared.insight.windows import Window, observed_share

__all__ = [
    "gap_told",
    "hit_told",
    "instant",
    "is_open_at",
    "overlaps",
    "span",
    "turn_told",
    "window_told",
    "witness",
]

_MINUTE = timedelta(minutes=1)
_CENT = 100
"""Minutes are told to the hundredth: at least is rounded down, at most up."""


def witness(sighting: Sighting) -> Witness:
    """Tell of a reading that proves something."""
    return Witness(
        version=sighting.version,
        time=sighting.time,
        percentage=sighting.percentage,
        resets_at=sighting.resets_at,
        state=sighting.state,
    )


def instant(between: Between) -> Instant:
    """Tell when something happened."""
    return Instant(
        earliest=between.earliest, latest=between.latest, before=between.before, after=between.after
    )


def span(at_least: timedelta | None, at_most: timedelta | None) -> Span:
    """Tell a length of time; None where nothing bounds it."""
    return Span(
        at_least=None if at_least is None else math.floor(at_least / _MINUTE * _CENT) / _CENT,
        at_most=None if at_most is None else math.ceil(at_most / _MINUTE * _CENT) / _CENT,
    )


def is_open_at(course: Course, moment: datetime) -> bool:
    """Tell whether the window that was seen last surely runs at a moment, as far as readings tell."""
    return course.reset is None or course.reset > moment


def window_told(
    limit: str,
    window: Window,
    as_of: datetime | None = None,
    *,
    runs: bool = False,
    doubtful: bool = False,
) -> WindowTold:
    """Tell of a window; of one that has not ended `runs` says whether it surely runs at `as_of`."""
    share = observed_share(window, as_of)
    status: Status = "running" if runs else "unknown"
    ended = None if runs else _not_before(window.last)
    if window.ended is not None:
        status, ended = "over", instant(window.ended)
    return WindowTold(
        limit=limit,
        status=status,
        opened=_not_after(window.first) if window.opened is None else instant(window.opened),
        ended=ended,
        how=window.how,
        resets_at=window.last.resets_at,
        first=witness(window.first),
        last=witness(window.last),
        peak=witness(window.peak),
        readings=window.readings,
        observed_minutes=round(window.observed / _MINUTE, 2),
        observed_share=None if share is None else round(share, 4),
        falls=window.falls,
        moves=window.moves,
        doubtful=doubtful or window.doubtful,
        peak_in_doubt=_peak_in_doubt(window),
    )


def hit_told(
    limit: str, hit: Hit, as_of: datetime | None = None, *, lasts: bool = False, doubtful: bool = False
) -> HitTold:
    """Tell of a hit; of one that has not ended `lasts` says whether it surely does, up to `as_of`."""
    status: Status = "running" if lasts else "unknown"
    left = None if lasts else _not_before(hit.last)
    least, most = blocked(hit)
    if hit.left is not None:
        status, left = "over", instant(hit.left)
    elif hit.reached is not None and as_of is not None:
        most = max(least, as_of - hit.reached.earliest)
    return HitTold(
        limit=limit,
        status=status,
        reached=_not_after(hit.first) if hit.reached is None else instant(hit.reached),
        left=left,
        how=hit.how,
        first=witness(hit.first),
        last=witness(hit.last),
        blocked_minutes=span(least, most),
        doubtful=doubtful or hit.doubtful,
        lapses=list(map(instant, hit.lapses)),
    )


def turn_told(turn: Turn, gaps: Sequence[GapTold] = (), *, doubtful: bool = False) -> TurnTold:
    """Tell of a turn; `gaps` are any of the account's, those in which it may be hidden are told with it."""
    off = None
    if turn.announced is not None and turn.kind in ENDS:
        off = span(turn.at.earliest - turn.announced, turn.at.latest - turn.announced)
    return TurnTold(
        limit=turn.limit,
        kind=turn.kind,
        at=instant(turn.at),
        before=witness(turn.before),
        after=witness(turn.after),
        announced=turn.announced,
        announces=turn.announces,
        off=off,
        doubtful=doubtful or turn.doubtful,
        gaps=[
            gap
            for gap in gaps
            if gap.limit in {None, turn.limit} and overlaps(gap, turn.before.time, turn.after.time)
        ],
    )


def gap_told(
    gap: Gap, reports: Iterable[Fields], as_of: datetime, *, complete_since: datetime | None = None
) -> GapTold:
    """Tell of a gap, and what the reports of failed scrapes say of it; none left since a moment."""
    return GapTold(
        limit=gap.limit,
        status="running" if gap.end is None else "over",
        start=gap.start,
        end=gap.end,
        minutes=round(max(timedelta(0), (gap.end or as_of) - gap.start) / _MINUTE, 2),
        before=gap.before,
        after=gap.after,
        unread=gap.unread,
        reason=gap.reason,
        causes=[
            CauseTold(
                state=cause.state,
                count=cause.count,
                first=cause.first,
                last=cause.last,
                reason=cause.reason,
            )
            for cause in causes(gap, reports)
        ],
        causes_whole=complete_since is None or gap.start >= complete_since,
    )


def overlaps(gap: GapTold, start: datetime, end: datetime) -> bool:
    """Tell whether a gap has time in common with a range."""
    return gap.start < end and (gap.end is None or gap.end > start)


def _peak_in_doubt(window: Window) -> Witness | None:
    odd = window.odd
    return witness(odd) if odd is not None and odd.percentage > window.peak.percentage else None


def _not_after(sighting: Sighting) -> Instant:
    """Tell of what had happened when a reading was taken, nobody knows when."""
    return Instant(earliest=None, latest=sighting.latest, after=sighting.version)


def _not_before(sighting: Sighting) -> Instant:
    """Tell of what had not happened yet when a reading was taken."""
    return Instant(earliest=sighting.earliest, latest=None, before=sighting.version)
