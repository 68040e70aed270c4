"""The course of one limit (pure): a fold that takes sightings in order of time and tells its turns.

What nobody announced (an early reset, a moved one, a counter that fell) is believed when the next sighting
agrees: one that goes back to how things were shows that the odd one came from a page that stood still.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.insight.limits import SESSION
from shared.insight.sightings import CLOCK, Sighting
from shared.insight.turns import LAG, NEAR, SAME, Kind, Turn, ended_how, fell, turn

__all__ = ["Course", "Step", "begun", "believed", "followed"]

FOREIGN = timedelta(minutes=10)
"""Two collectors that count from clocks of their own announce one reset at most this far apart."""

JITTER = timedelta(seconds=2)
"""By so much the JSON's resets go to and fro."""

MUCH = 50.0
"""Per cent that nobody uses up again within NEAR of a reset: the reset was moved, and nothing was reset."""

REMEMBERED = 6
"""Resets of windows that are over, to know a page that stood still."""


class Course(Struct, frozen=True, kw_only=True):
    """How a limit stands after a sighting.

    `reset` is the one announced for this window, None when none is. `level` is the highest percentage since
    the last turn. `last` is the last sighting, `sure` the last that no page standing still can have shown.
    `anchors` are the resets announced through each collector, `past` those of windows that are over.
    `length` is what a session at least lasts, learned from the last whose opening was seen closely.
    `doubt` is an odd sighting that the next may confirm, `doubted` what was sure before the first of several.
    """

    limit: str
    last: Sighting
    sure: Sighting
    level: float
    reset: datetime | None
    anchors: tuple[tuple[str | None, datetime], ...] = ()
    past: tuple[datetime, ...] = ()
    length: timedelta | None = None
    doubt: Sighting | None = None
    doubted: Sighting | None = None


class Step(Struct, frozen=True):
    """A sighting that counts, and the turn that it proves, if it does. A turn that waits is `doubtful`."""

    sighting: Sighting
    turn: Turn | None = None
    doubtful: bool = False


def begun(limit: str, sighting: Sighting) -> Course:
    """Begin with the first sighting of a limit."""
    return Course(
        limit=limit,
        last=sighting,
        sure=sighting,
        level=sighting.percentage,
        reset=sighting.resets_at,
        anchors=_anchored(sighting),
    )


def followed(course: Course, sighting: Sighting) -> tuple[Course, tuple[Step, ...]]:
    """Take the next sighting; returns what counts now, oldest first (nothing while it is in doubt)."""
    if course.doubt is None:
        return _taken(course, sighting)
    if _as_before(course, course.doubt, sighting):
        return _taken(replace(course, doubt=None), sighting)
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
    if _outdated(course, sighting):
        return course, ()
    kind = _kind(course, sighting)
    if kind is None:
        return _gone_on(course, sighting), (Step(sighting),)
    if kind in {"early", "moved", "counter_fell", "unannounced"}:
        first = course.doubted if course.doubted and sighting.time - course.doubted.time <= LAG else None
        return replace(course, doubt=sighting, doubted=first or course.sure), ()
    after, step = _committed(course, sighting)
    return after, (step,)


def _outdated(course: Course, sighting: Sighting) -> bool:
    """Tell whether a sighting shows a window that is known to be over."""
    shown = sighting.resets_at
    if shown is None or any(abs(shown - own) <= SAME for own in _own_resets(course)):
        return False
    return any(abs(shown - over) <= SAME for over in course.past) and shown <= sighting.time + LAG


def _own_resets(course: Course) -> tuple[datetime, ...]:
    own = tuple(announced for _, announced in course.anchors)
    return own if course.reset is None else (course.reset, *own)


def _kind(course: Course, sighting: Sighting) -> Kind | None:
    """Say what a sighting proves against how things stood."""
    if sighting.closed:
        return None if course.last.closed else _end(course, sighting, otherwise="early")
    if course.last.closed:
        return "opened"
    fallen = fell(sighting.percentage, course.level)
    if sighting.resets_at is None or course.reset is None or _same(course, sighting):
        if not fallen:
            return None
        if course.reset is not None and sighting.resets_at is not None and sighting.time < course.reset:
            return "counter_fell"
        return _end(course, sighting, otherwise="counter_fell")
    if sighting.resets_at < course.reset and sighting.resets_at < sighting.time - CLOCK:
        return None
    otherwise: Kind = "early" if fallen else "moved"
    if not fallen and course.level >= MUCH and sighting.time - course.last.time <= NEAR:
        return otherwise
    if course.length is not None and sighting.resets_at - course.length < course.reset - CLOCK:
        return otherwise  # whatever window this is, it was open before the other would have ended
    return _end(course, sighting, otherwise=otherwise)


def _end(course: Course, sighting: Sighting, *, otherwise: Kind) -> Kind:
    """Name the end of a window, which is another thing while its announced reset is still ahead."""
    if course.reset is None:
        return "unannounced"
    if sighting.time < course.reset - CLOCK:
        return otherwise
    return ended_how(course.reset, course.sure, course.last, sighting)


def _same(course: Course, sighting: Sighting) -> bool:
    """Tell whether a sighting announces the reset that is known, as its own collector tells it."""
    shown, known = sighting.resets_at, course.reset
    if shown is None or known is None:
        return shown is known
    own = dict(course.anchors).get(sighting.collector)
    apart = abs(shown - known)
    if own is None:
        return apart <= FOREIGN
    return apart <= SAME or abs(shown - own) <= SAME


def _as_before(course: Course, doubt: Sighting, sighting: Sighting) -> bool:
    """Tell whether a sighting shows that nothing had happened when the doubtful one was taken."""
    if sighting.time - doubt.time > LAG or sighting.closed != course.last.closed:
        return False
    if course.reset is not None and not (sighting.resets_at is not None and _same(course, sighting)):
        return False
    return not fell(sighting.percentage, course.level)


def _gone_on(course: Course, sighting: Sighting) -> Course:
    overdue = course.reset is not None and sighting.latest + JITTER > course.reset
    late = course.reset is not None and sighting.time > course.reset + CLOCK
    grown = late and sighting.percentage > course.level
    known = {collector for collector, _ in course.anchors}
    anchors = _anchored(sighting) if sighting.collector not in known else ()
    return replace(
        course,
        last=sighting,
        sure=sighting if not overdue or grown or sighting.closed else course.sure,
        level=max(course.level, sighting.percentage),
        reset=course.reset or sighting.resets_at,
        anchors=course.anchors + anchors,
    )


def _anchored(sighting: Sighting) -> tuple[tuple[str | None, datetime], ...]:
    return () if sighting.resets_at is None else ((sighting.collector, sighting.resets_at),)


def _committed(course: Course, sighting: Sighting) -> tuple[Course, Step]:
    """Believe a sighting that proves a turn."""
    kind = _kind(course, sighting)
    if kind is None:
        return _gone_on(replace(course, doubt=None), sighting), Step(sighting)
    before = course.doubted if course.doubted and course.doubt else course.sure
    happened = turn(course.limit, kind, before, sighting, course.reset)
    if kind == "counter_fell":
        lower = replace(_gone_on(course, sighting), level=sighting.percentage, doubt=None, doubted=None)
        return lower, Step(sighting, happened)
    after = replace(
        begun(course.limit, sighting),
        past=(*course.past, *_own_resets(course))[-REMEMBERED:],
        length=_length(happened) or course.length,
    )
    if sighting.resets_at is not None and _same(course, sighting):  # the page is behind with the time
        after = replace(after, reset=None, anchors=())
    return after, Step(sighting, happened)


def _length(opening: Turn) -> timedelta | None:
    """Return what a session is announced to last at least, if it was seen soon after it opened.

    Weeks and months are not learned: they differ by summer time and by the calendar.
    """
    if opening.limit != SESSION:
        return None
    soon = opening.kind in {"opened", "on_time"} and opening.at.latest - opening.at.earliest <= NEAR
    return opening.announces - opening.at.latest if soon and opening.announces else None
