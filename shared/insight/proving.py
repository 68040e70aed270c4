"""What a sighting proves against how its limit stood (pure)."""

from datetime import timedelta

from shared.insight.kinds import Kind
from shared.insight.sightings import CLOCK, Sighting
from shared.insight.standing import Course, own_resets
from shared.insight.turns import LAG, MUCH, NEAR, SAME, ended_how, fell

__all__ = [
    "JITTER",
    "SHORTEST",
    "STILL",
    "is_as_before",
    "is_at_edge",
    "is_doubtful",
    "is_outdated",
    "kind_of",
    "same_reset",
    "stands_alone",
]

FOREIGN = timedelta(minutes=10)
"""Two collectors that count from clocks of their own announce one reset at most this far apart."""

SHORTEST = timedelta(hours=1)
"""No window is shorter."""

JITTER = timedelta(seconds=2)
"""By so much the JSON's resets go to and fro."""

STILL = timedelta(minutes=1) + JITTER
"""By so much announced resets of one window differ that has not moved: words are rounded to minutes."""


def is_outdated(course: Course, sighting: Sighting) -> bool:
    """Tell whether a sighting shows a window that is known to be over."""
    shown = sighting.resets_at
    if shown is None or any(abs(shown - own) <= SAME for own in own_resets(course)):
        return False
    return any(abs(shown - over) <= SAME for over in course.past) and shown <= sighting.time + LAG


def kind_of(course: Course, sighting: Sighting) -> Kind | None:
    """Say what a sighting proves against how things stood."""
    if sighting.closed:
        return None if course.last.closed else _end(course, sighting, otherwise="early")
    if course.last.closed:
        return "opened"
    fallen = fell(sighting.percentage, course.level)
    if sighting.resets_at is None or course.reset is None or same_reset(course, sighting):
        if not fallen:
            return None
        if course.reset is None or sighting.resets_at is None:
            return _end(course, sighting, otherwise="counter_fell")
        if sighting.time < course.reset or is_back(course, sighting):
            return "counter_fell"
        return _end(course, sighting, otherwise="counter_fell")
    if sighting.resets_at < course.reset and sighting.resets_at < sighting.time - CLOCK:
        return None
    level = course.rose.percentage if course.rose and is_back(course, sighting) else course.level
    fallen = fell(sighting.percentage, level)
    otherwise: Kind = "early" if fallen else "moved"
    if not fallen and level >= MUCH and sighting.time - course.last.time <= NEAR:
        return otherwise
    if sighting.resets_at - _surely_lasts(course) < course.reset - CLOCK:
        return otherwise  # whatever window this is, it was open before the other would have ended
    return _end(course, sighting, otherwise=otherwise)


def _surely_lasts(course: Course) -> timedelta:
    """Return what a session lasts at least, as far as was learned.

    One that was first seen after its reset was moved goes on for longer than others: so the longest of
    several is left out, and of a single one half is taken.
    """
    if course.length is not None:
        return course.length
    seen = sorted(course.ahead)
    return max(SHORTEST, seen[-2] if len(seen) > 1 else seen[0] / 2) if seen else SHORTEST


def _end(course: Course, sighting: Sighting, *, otherwise: Kind) -> Kind:
    """Name the end of a window, which is another thing while its announced reset is still ahead."""
    if course.reset is None:
        return "unannounced"
    if sighting.time < course.reset - CLOCK:
        return otherwise
    return ended_how(course.reset, course.sure, course.last, sighting)


def same_reset(course: Course, sighting: Sighting) -> bool:
    """Tell whether a sighting announces the reset that is known, as its own collector tells it."""
    shown, known = sighting.resets_at, course.reset
    if shown is None or known is None:
        return shown is known
    own = dict(course.anchors).get(sighting.collector)
    apart = abs(shown - known)
    if own is None:
        return apart <= FOREIGN
    return apart <= SAME or abs(shown - own) <= SAME


def is_as_before(course: Course, doubt: Sighting, sighting: Sighting) -> bool:
    """Tell whether a sighting shows that nothing had happened when the doubtful one was taken."""
    if sighting.time - doubt.time > LAG or sighting.closed != course.last.closed:
        return False
    if course.reset is not None and not (sighting.resets_at is not None and same_reset(course, sighting)):
        return False
    return not fell(sighting.percentage, course.level)


def is_at_edge(course: Course, doubt: Sighting, sighting: Sighting) -> bool:
    """Tell whether two sightings announce one reset, which jitter put beyond `SAME` and then within."""
    if doubt.resets_at is None or sighting.resets_at is None or fell(doubt.percentage, course.level):
        return False
    return abs(doubt.resets_at - sighting.resets_at) <= STILL


def stands_alone(course: Course, lower: Sighting) -> bool:
    """Tell whether the last sighting alone says that a limit was ever above a lower one."""
    return course.first or is_back(course, lower)


def is_back(course: Course, lower: Sighting) -> bool:
    """Tell whether a lower sighting goes on from where the last one alone had risen from."""
    return course.rose is not None and not fell(lower.percentage, course.rose.percentage)


def is_doubtful(course: Course, kind: Kind, sighting: Sighting) -> bool:
    """Tell whether a turn may be no more than the end of one odd sighting."""
    if kind in {"counter_fell", "unannounced"}:
        return stands_alone(course, sighting)
    return kind == "early" and sighting.closed and course.first
