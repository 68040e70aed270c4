"""What came of a moment (pure): the truth that a forecast is held against, as far as the record proves it."""

from bisect import bisect_right
from itertools import islice

from msgspec import Struct

from shared.insight.forecast.trail import FULL, Edge, Trail

__all__ = ["Outcome", "came_of"]

EARLY = 300
"""Seconds before the announced reset from which on a window's end is no early one."""

LEAST_NEAR, NEAR_SHARE = 1800, 0.03
"""The last reading may be this far from the reset: seconds, or a share of the time that was ahead."""


class Outcome(Struct, frozen=True, kw_only=True):
    """The percentage at the reset, and between which seconds 100 % was reached before (None: it was not)."""

    at_reset: float
    hit: tuple[int, int] | None


def came_of(trail: Trail, now: int, standing: Edge) -> Outcome | None:
    """Return what came of a window that stood so at `now`, None when the record does not prove it.

    A window that was cut short, and one whose counter fell, prove nothing of what would have been used.
    """
    last = standing
    place = bisect_right(trail.seconds, now)
    hit: tuple[int, int] | None = None
    for edge in islice(trail.edges, place, None):
        if edge.second > standing.reset:
            break
        if edge.breaks != standing.breaks:
            if edge.second < standing.reset - EARLY:
                return None
            break
        if hit is None and edge.level >= FULL > last.level:
            hit = (last.second, edge.second)
        last = edge
    near = max(LEAST_NEAR, NEAR_SHARE * (standing.reset - now))
    if standing.reset - last.second > near:
        return None
    return Outcome(at_reset=min(FULL, last.level), hit=hit)
