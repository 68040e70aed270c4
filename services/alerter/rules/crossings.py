"""Crossings of one limit (pure): when it reached a threshold, and what armed that threshold again.

Readings are noisy. What arms a threshold again is a reset, or a fall far below it, never a figure that goes
to and fro around it. And pages are odd at times: a crossing by a leap counts when the next reading agrees.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from shared.insight.limits import EXPECTED
from shared.insight.sightings import Sighting
from shared.insight.standing import Course
from shared.insight.turns import Turn, leaps

__all__ = ["FULL", "SOON", "Crossing", "Crossings", "always_full", "crossed", "is_new_window"]

FULL = 100.0
"""The threshold at which a limit is hit."""

_LEAST_FALL = 5.0
"""Points by which an early reset lowers a percentage at least, to be worth telling."""

SOON = timedelta(minutes=15)
"""So long the reading after a leap is waited for."""

_RESETS = frozenset({"on_time", "late", "unseen"})
_FALLS = frozenset({"early", "counter_fell", "unannounced"})


class Crossing(Struct, frozen=True):
    """A stretch at or above a threshold.

    `at` is the first reading of it, `rose` whether there was a reading before it; `sure` is false as long as
    only a leap shows it; `ended` is the turn that armed the threshold again, None while it is not armed.
    """

    at: Sighting
    rose: bool
    sure: bool = True
    ended: Turn | None = None


class Crossings(Struct, frozen=True):
    """What the readings of a limit crossed: the last crossing of each threshold.

    `low` is the lowest percentage that was seen, `through_reset` whether the limit was seen at 100 % on both
    sides of a reset. `window` is the last turn that began another window, `early` the last early reset.
    """

    low: float | None = None
    last: Mapping[float, Crossing] = {}
    through_reset: bool = False
    window: Turn | None = None
    early: Turn | None = None


def crossed(
    state: Crossings,
    course: Course,
    before: Sighting | None,
    turns: Iterable[Turn],
    thresholds: Iterable[float],
    rearm: float,
) -> Crossings:
    """Take the course after its next reading, the reading `before`, and the turns that this one proved.

    `rearm` is by how many points a percentage must fall below a threshold within a window to arm it again.
    """
    for turn in turns:
        state = _turned(state, turn, rearm)
    reading = course.last
    rose = state.low is not None or state.window is not None
    last = dict(state.last)
    for threshold in {*thresholds, FULL}:
        known = last.get(threshold)
        if course.level >= threshold and (known is None or known.ended is not None):
            last[threshold] = Crossing(reading, rose, sure=not leaps(before, reading))
        elif known is not None and not known.sure and reading.percentage >= threshold:
            last[threshold] = replace(known, sure=True)
    low = reading.percentage if state.low is None else min(state.low, reading.percentage)
    return replace(state, low=low, last=last)


def always_full(limit: str, state: Crossings, course: Course) -> bool:
    """Tell whether a limit sits at 100 % for good: it was never seen lower, and no change is to come."""
    if state.low is None or state.low < FULL:
        return False
    return limit not in EXPECTED or state.through_reset or course.reset is None


def is_new_window(turn: Turn) -> bool:
    """Tell whether a turn began another window, however the one before ended."""
    return turn.kind in {*_RESETS, "early", "opened", "unannounced"} and not turn.goes_on


def _turned(state: Crossings, turn: Turn, rearm: float) -> Crossings:
    last = {
        threshold: replace(one, ended=turn)
        if one.ended is None and _arms(turn, threshold, rearm, state.low)
        else one
        for threshold, one in state.last.items()
    }
    full = turn.kind in _RESETS and min(turn.before.percentage, turn.after.percentage) >= FULL
    fall = turn.before.percentage - turn.after.percentage
    return replace(
        state,
        last=last,
        through_reset=state.through_reset or full,
        window=turn if is_new_window(turn) else state.window,
        early=turn if turn.kind == "early" and fall >= _LEAST_FALL else state.early,
    )


def _arms(turn: Turn, threshold: float, rearm: float, low: float | None) -> bool:
    after = turn.after.percentage
    if turn.kind in _FALLS:
        return after <= threshold - rearm
    if turn.kind not in _RESETS:
        return False
    # Used up again while nobody looked: that is another window. A pool that is never lower has none.
    return after < threshold or (turn.kind != "on_time" and low is not None and low < threshold)
