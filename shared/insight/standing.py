"""How one limit stands between two sightings (pure): what its course keeps."""

from datetime import datetime, timedelta

from msgspec import Struct

from shared.insight.sightings import Sighting
from shared.insight.turns import Turn

__all__ = ["Course", "Step", "own_resets"]


class Course(Struct, frozen=True, kw_only=True):
    """How a limit stands after a sighting.

    `reset` is the one announced for this window, None when none is. `level` is the highest percentage since
    the last turn. `last` is the last sighting, `sure` the last that no page standing still can have shown.
    `still` is the last sighting that announced the window's first reset: what creeps has moved since then.
    `anchors` are the resets announced through each collector, `past` those of windows that are over.
    `length` is what a session at least lasts, learned from the last whose opening was seen closely; until one
    was, `ahead` tells: how long the last ones were to go on when they were first seen, this one at the end.
    `first`: `last` is the first of its window. `rose` is the sighting before `last`, if that alone is higher.
    `doubt` is an odd sighting that the next may confirm, `doubted` what was sure before the first of several,
    which came at `doubted_at`.
    """

    limit: str
    last: Sighting
    sure: Sighting
    level: float
    reset: datetime | None
    still: Sighting | None = None
    anchors: tuple[tuple[str | None, datetime], ...] = ()
    past: tuple[datetime, ...] = ()
    length: timedelta | None = None
    ahead: tuple[timedelta, ...] = ()
    first: bool = True
    rose: Sighting | None = None
    doubt: Sighting | None = None
    doubted: Sighting | None = None
    doubted_at: datetime | None = None


class Step(Struct, frozen=True):
    """A sighting that counts, and the turn that it proves, if it does. A turn that waits is `doubtful`.

    `odd`: the sighting before may have been an odd one, for it alone was higher than those around it.
    """

    sighting: Sighting
    turn: Turn | None = None
    doubtful: bool = False
    odd: bool = False


def own_resets(course: Course) -> tuple[datetime, ...]:
    """Return the resets that are announced for the window that runs, by whichever collector."""
    own = tuple(announced for _, announced in course.anchors)
    return own if course.reset is None else (course.reset, *own)
