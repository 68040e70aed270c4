"""The course of one limit (pure): a fold that takes sightings in order of time and tells its turns.

What nobody announced (an early reset, a moved one, a counter that fell) is believed when the next sighting
agrees: one that goes back to how things were shows that the odd one came from a page that stood still. A fall
back to where the figure stood before one sighting alone raised it is told as doubtful: that one may be odd.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from shared.insight.kinds import Kind
from shared.insight.limits import SESSION
from shared.insight.proving import (
    JITTER,
    SHORTEST,
    STILL,
    is_as_before,
    is_at_edge,
    is_doubtful,
    is_outdated,
    kind_of,
    same_reset,
    stands_alone,
)
from shared.insight.sightings import CLOCK, Sighting
from shared.insight.standing import Course, Step, own_resets
from shared.insight.turns import LAG, NEAR, Turn, fell, turn

__all__ = ["begun", "believed", "followed"]

REMEMBERED = 6
"""Windows that are over whose resets are known, to know a page that stood still, and whose lengths."""


def begun(limit: str, sighting: Sighting) -> Course:
    """Begin with the first sighting of a limit."""
    return Course(
        limit=limit,
        last=sighting,
        sure=sighting,
        level=sighting.percentage,
        reset=sighting.resets_at,
        still=sighting,
        anchors=_anchored(sighting),
        ahead=_announced(limit, sighting),
    )


def followed(course: Course, sighting: Sighting) -> tuple[Course, tuple[Step, ...]]:
    """Take the next sighting; returns what counts now, oldest first (nothing while it is in doubt)."""
    if course.doubt is None:
        return _taken(course, sighting)
    if is_as_before(course, course.doubt, sighting):
        if not is_at_edge(course, course.doubt, sighting):
            odd = stands_alone(course, course.doubt)  # or else the one in doubt was
            after, steps = _taken(replace(course, doubt=None), sighting)
            return after, tuple(replace(step, odd=odd) for step in steps)
        sure, first = _gone_on(replace(course, doubt=None), course.doubt), Step(course.doubt)
    else:
        sure, first = _committed(course, course.doubt)
    later, rest = _taken(sure, sighting)
    return later, (first, *rest)


def believed(course: Course) -> tuple[Step, ...]:
    """Return what would count if the sighting in doubt, the newest there is, was right."""
    if course.doubt is None:
        return ()
    _, step = _committed(course, course.doubt)
    return (replace(step, doubtful=True),)


def _taken(course: Course, sighting: Sighting) -> tuple[Course, tuple[Step, ...]]:
    if is_outdated(course, sighting):
        return course, ()
    kind = kind_of(course, sighting)
    if kind is None:
        return _gone_on(course, sighting), (Step(sighting),)
    if kind in {"early", "moved", "counter_fell", "unannounced"}:
        since = course.doubted_at
        if since is not None and sighting.time - since <= 2 * LAG:
            return replace(course, doubt=sighting), ()
        return replace(course, doubt=sighting, doubted=course.sure, doubted_at=sighting.time), ()
    after, step = _committed(course, sighting)
    return after, (step,)


def _gone_on(course: Course, sighting: Sighting) -> Course:
    overdue = course.reset is not None and sighting.latest + JITTER > course.reset
    late = course.reset is not None and sighting.time > course.reset + CLOCK
    grown = late and sighting.percentage > course.level
    raised = fell(course.level, sighting.percentage)
    known = {collector for collector, _ in course.anchors}
    anchors = _anchored(sighting) if sighting.collector not in known else ()
    return replace(
        course,
        last=sighting,
        sure=sighting if not overdue or grown or sighting.closed else course.sure,
        level=max(course.level, sighting.percentage),
        reset=course.reset or sighting.resets_at,
        still=sighting if _is_still(course, sighting) else course.still,
        anchors=course.anchors + anchors,
        first=False,
        rose=course.last if raised else None,
    )


def _is_still(course: Course, sighting: Sighting) -> bool:
    """Tell whether a sighting announces no other reset than the first of its window."""
    shown = sighting.resets_at
    if shown is None or course.reset is None:
        return True
    own = dict(course.anchors).get(sighting.collector, course.reset)
    return abs(shown - own) <= STILL


def _anchored(sighting: Sighting) -> tuple[tuple[str | None, datetime], ...]:
    return () if sighting.resets_at is None else ((sighting.collector, sighting.resets_at),)


def _committed(course: Course, sighting: Sighting) -> tuple[Course, Step]:
    """Believe a sighting that proves a turn."""
    kind = kind_of(course, sighting)
    if kind is None:
        return _gone_on(replace(course, doubt=None), sighting), Step(sighting)
    doubtful = is_doubtful(course, kind, sighting)
    before = course.last if doubtful else _before(course, kind)
    happened = turn(course.limit, kind, before, sighting, course.reset, doubtful=doubtful)
    step = Step(sighting, happened, odd=doubtful or _shows_odd(course, kind, sighting))
    if kind == "counter_fell" or (kind == "unannounced" and happened.goes_on):
        lower = replace(_gone_on(course, sighting), level=sighting.percentage)
        return replace(lower, doubt=None, doubted=None, doubted_at=None), step
    return _turned(course, happened), step


def _before(course: Course, kind: Kind) -> Sighting:
    """Return the last sighting that surely is from before a turn of a kind."""
    before = course.doubted if course.doubted and course.doubt else course.sure
    if kind == "moved" and course.still is not None and course.still.time < before.time:
        return course.still
    if kind == "counter_fell" and course.rose is not None and course.rose.time < before.time:
        return (
            course.rose
        )  # the one that was alone with a higher figure may have been odd, and after the fall
    return before


def _shows_odd(course: Course, kind: Kind, sighting: Sighting) -> bool:
    """Tell whether a turn within a window leaves the last sighting alone with its higher figure."""
    fallen = kind in {"counter_fell", "moved"} and fell(sighting.percentage, course.last.percentage)
    return fallen and (course.first or course.rose is not None)


def _turned(course: Course, happened: Turn) -> Course:
    """Begin again after a turn that announces another reset, or none."""
    sighting, moved = happened.after, happened.kind == "moved"
    after = replace(
        begun(course.limit, sighting),
        past=(*course.past, *own_resets(course))[-REMEMBERED:],
        length=_length(happened) or course.length,
        ahead=course.ahead if moved else (*course.ahead, *_announced(course.limit, sighting))[-REMEMBERED:],
        first=not moved,
        rose=course.last if moved and fell(course.level, sighting.percentage) else None,
    )
    if sighting.resets_at is not None and same_reset(course, sighting):  # the page is behind with the time
        return replace(after, reset=None, anchors=())
    return after


def _length(opening: Turn) -> timedelta | None:
    """Return what a session is announced to last at least, if it was seen soon after it opened."""
    soon = opening.kind in {"opened", "on_time"} and opening.at.latest - opening.at.earliest <= NEAR
    return next(iter(_announced(opening.limit, opening.after)), None) if soon else None


def _announced(limit: str, sighting: Sighting) -> tuple[timedelta, ...]:
    """Return how long a session is announced to go on at least, nothing when nothing is announced.

    Weeks and months are not learned: they differ by summer time and by the calendar.
    """
    if limit != SESSION or sighting.resets_at is None:
        return ()
    return (max(SHORTEST, sighting.resets_at - sighting.latest),)
