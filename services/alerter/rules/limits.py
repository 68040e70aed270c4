"""What is worth telling of a limit (pure): a threshold, a hit and its end, an early reset, a hit to come.

Each is told once: when it began later than what was told of it before. A late arrival that shows it to have
begun a little earlier is no news.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from services.alerter.rules.asked import Kind
from services.alerter.rules.crossings import FULL, SOON, Crossing, Crossings, always_full
from services.alerter.rules.news import OVER_AFTER, Asked, Mark, Marks, News, Span, span
from services.alerter.rules.tide import Tide
from shared.insight.asof import Known, known_at
from shared.insight.sightings import Between
from shared.insight.standing import Course
from shared.insight.turns import SAME, Turn

__all__ = ["Expected", "forecast_news", "limit_news"]


class Expected(Struct, frozen=True, kw_only=True):
    """A hit before this reset: how likely (0 to 1), between which moments, about when.

    `likely` is None where it is more likely not to come.
    """

    at: Between
    likely: datetime | None
    chance: float
    reset: datetime


class _Limit(Struct, frozen=True):
    """All that the rules of one limit look at. `begun` is when this account was first looked at."""

    account: str
    name: str
    course: Course
    crossings: Crossings
    known: Known
    marks: Marks
    asked: Asked
    begun: datetime
    now: datetime


def limit_news(
    account: str, limit: str, tide: Tide, marks: Marks, asked: Asked, moments: tuple[datetime, datetime]
) -> Iterator[News]:
    """Yield what is to be told of a limit; `moments` are when the account was first looked at, and now."""
    course = tide.record.limits[limit].course
    crossings = tide.crossings.get(limit, Crossings())
    if always_full(limit, crossings, course):
        return
    begun, now = moments
    seen = _Limit(account, limit, course, crossings, known_at(course, now), marks, asked, begun, now)
    yield from _hit(seen)
    yield from _usable(seen)
    yield from _threshold(seen)
    yield from _early(seen)


def forecast_news(
    account: str, limit: str, tide: Tide, marks: Marks, expected: Expected, now: datetime
) -> Iterator[News]:
    """Yield that a limit will be hit before its reset, once in a window, however the chance wavers."""
    course = tide.record.limits[limit].course
    known = known_at(course, now)
    if known.percentage is None or known.doubtful or course.level >= FULL:
        return
    if known.resets_at is None or abs(known.resets_at - expected.reset) > SAME:
        return  # made for the window before
    told, window = marks.get(f"forecast {limit}"), tide.crossings[limit].window
    begun = window is not None and told is not None and window.after.time > told.at
    if told is not None and not begun and course.last.time.timestamp() < told.value:
        return
    yield News(
        kind="forecast",
        account=account,
        about=f"forecast {limit}",
        mark=Mark(course.last.time, known.resets_at.timestamp()),
        limit=limit,
        percentage=known.percentage,
        read_at=course.last.time,
        resets_at=known.resets_at,
        expected=Span(expected.at.earliest, expected.at.latest),
        likely=expected.likely,
        chance=expected.chance,
        versions=(known.version,),
    )


def _is_new(crossing: Crossing, told: Mark | None) -> bool:
    """Tell whether a crossing is another than the one told; one that was there first may be that one."""
    if told is None:
        return True
    return crossing.rose and crossing.at.time > told.at


def _is_current(seen: _Limit) -> bool:
    """Tell whether what is known of a limit is still so: not over, not in doubt, not a day old."""
    return seen.known.percentage is not None and not seen.known.doubtful and seen.known.age <= OVER_AFTER


def _counts(seen: _Limit, crossing: Crossing) -> bool:
    """Tell whether a crossing is sure, or its leap is still the newest reading though others were due."""
    if crossing.sure:
        return True
    alone = crossing.ended is None and seen.course.last is crossing.at
    return alone and seen.now - crossing.at.time >= SOON


def _threshold(seen: _Limit) -> Iterator[News]:
    """Tell the highest threshold that was newly crossed, and note the lower ones with it."""
    if not _is_current(seen) or (seen.course.level >= FULL and "hit" in seen.asked.kinds):
        return
    reached = [
        (threshold, crossing)
        for threshold in seen.asked.thresholds.of(seen.account, seen.name)
        if (threshold < FULL or "hit" not in seen.asked.kinds)
        and (crossing := seen.crossings.last.get(threshold)) is not None
        and crossing.ended is None
        and _counts(seen, crossing)
    ]
    told, hit = (seen.marks.get(f"{kind} {seen.name}") for kind in ("threshold", "hit"))
    fresh = [
        (threshold, crossing)
        for threshold, crossing in reached
        if _is_new(crossing, hit)
        and (_is_new(crossing, told) or (told is not None and threshold > told.value))
    ]
    if not fresh:
        return
    threshold, crossing = fresh[-1]
    yield News(
        kind="threshold",
        account=seen.account,
        about=f"threshold {seen.name}",
        mark=Mark(seen.course.last.time, threshold),
        limit=seen.name,
        percentage=seen.known.percentage,
        threshold=threshold,
        read_at=seen.course.last.time,
        resets_at=seen.known.resets_at,
        doubtful=not crossing.sure,
        versions=(crossing.at.version,),
    )


def _hit(seen: _Limit) -> Iterator[News]:
    crossing, about = seen.crossings.last.get(FULL), f"hit {seen.name}"
    if crossing is None or not _is_new(crossing, seen.marks.get(about)) or not _counts(seen, crossing):
        return
    end = crossing.ended
    if end is not None and (crossing.at.time <= seen.begun or seen.now - end.at.latest > OVER_AFTER):
        return
    if end is None and not _is_current(seen):
        return
    yield News(
        kind="hit",
        account=seen.account,
        about=about,
        mark=Mark(seen.course.last.time if end is None else end.after.time),
        limit=seen.name,
        percentage=seen.known.percentage if end is None else None,
        read_at=crossing.at.time,
        resets_at=seen.known.resets_at if end is None else None,
        left=span(end.at) if end else None,
        how=end.kind if end else None,
        over=end is not None,
        doubtful=not crossing.sure,
        versions=(crossing.at.version,),
    )


def _usable(seen: _Limit) -> Iterator[News]:
    """Tell the end of a hit that was told while it lasted."""
    crossing, hit = seen.crossings.last.get(FULL), seen.marks.get(f"hit {seen.name}")
    if crossing is None or crossing.ended is None or hit is None or _is_new(crossing, hit):
        return
    if crossing.ended.after.time > hit.at:
        yield from _turned(seen, "usable", crossing.ended, how=crossing.ended.kind)


def _early(seen: _Limit) -> Iterator[News]:
    turn = seen.crossings.early
    if turn is not None and turn.after.time > seen.begun:
        yield from _turned(seen, "early_reset", turn, until=turn.announced)


def _turned(seen: _Limit, kind: Kind, turn: Turn, **more: Any) -> Iterator[News]:  # noqa: ANN401 - fields of News
    """Tell a turn, once, unless it is long past."""
    about = f"{kind} {seen.name}"
    told = seen.marks.get(about)
    if (told is not None and turn.after.time <= told.at) or seen.now - turn.at.latest > OVER_AFTER:
        return
    yield News(
        kind=kind,
        account=seen.account,
        about=about,
        mark=Mark(turn.after.time),
        limit=seen.name,
        percentage=turn.after.percentage,
        read_at=turn.after.time,
        resets_at=turn.announces,
        left=span(turn.at),
        versions=(turn.before.version, turn.after.version),
        **more,
    )
