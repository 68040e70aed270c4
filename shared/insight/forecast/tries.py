"""Forecasts that would have been made, and what came (pure): made again, so that nothing is stored.

Each knows the past of its own moment only. They are made at fixed moments, so that nobody can choose them,
and all count, whatever came: of times, a hit that did not come before the reset counts as one at the reset.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import tzinfo

from msgspec import Struct

from shared.insight.forecast.expecting import expected
from shared.insight.forecast.line import line, pace_of
from shared.insight.forecast.outcome import Outcome, came_of
from shared.insight.forecast.outlook import TOLD
from shared.insight.forecast.paths import Question
from shared.insight.forecast.spread import Spread
from shared.insight.forecast.trail import DAY, FULL, NOTHING, Edge, Trail, Uses
from shared.insight.limits import SESSION

__all__ = ["FRESH", "NEEDED", "Mark", "Try", "asked", "known_seconds", "tried"]

FRESH = {True: 3600, False: 12 * 3600}
"""Seconds that a reading may be old: of a session, of another limit."""

NEEDED = {True: 3 * DAY, False: 7 * DAY}
"""Seconds of which the use must be known before anything is forecast: of a session, of another limit."""

EVERY = {True: 3600, False: 12 * 3600}
"""Seconds between moments at which forecasts are tried: of a session, of another limit."""


class Mark(Struct, frozen=True, gc=False):
    """How one figure of a forecast did: points at the reset, or seconds of the time of 100 %.

    `error` is how far the likely value was off, `line_error` a straight line. `needed` is the share of the
    futures with which a band holds what came.
    """

    error: float
    line_error: float
    needed: float

    def held(self, share: float) -> bool:
        """Tell whether the band of such a share held what came."""
        return self.needed <= share


class Try(Struct, frozen=True, kw_only=True):
    """A forecast of the second `now`, `ahead` seconds before the reset, and how it did.

    `window` is the second at which its window began, as far as is known. `chance` is that of a hit before the
    reset, `is_hit` whether it came.
    """

    now: int
    ahead: int
    window: int
    chance: float
    is_hit: bool
    at_reset: Mark
    full_at: Mark

    @property
    def reset(self) -> int:
        """The second of the reset."""
        return self.now + self.ahead

    @property
    def is_timed(self) -> bool:
        """Whether a time of a hit was told."""
        return self.chance >= TOLD


def standing(trail: Trail, now: int) -> Edge | None:
    """Return the last reading that counts at a moment."""
    place = bisect_right(trail.seconds, now) - 1
    return trail.edges[place] if place >= 0 else None


def asked(trail: Trail, busy: Uses, now: int, zone: tzinfo) -> tuple[Question, Edge] | None:
    """Return what can be asked at a moment: a window is open and not full, its reset is ahead."""
    edge = standing(trail, now)
    if edge is None or edge.closed or edge.reset == NOTHING or edge.reset <= now or edge.level >= FULL:
        return None
    question = Question(
        now=edge.second, level=edge.level, reset=edge.reset, uses=trail.uses, busy=busy, zone=zone
    )
    return question, edge


def known_seconds(uses: Uses, now: int) -> float:
    """Return the seconds before a moment of which the use is known."""
    place = min(len(uses.seen) - 1, uses.slot(now))
    return uses.seen[place] if place >= 0 else 0.0


def tried(
    limit: str, trail: Trail, busy: Uses, zone: tzinfo, span: tuple[int, int], made: Mapping[int, Try] = {}
) -> Iterator[tuple[int, Try]]:
    """Make the forecasts of the fixed moments in a span of seconds whose outcome is known by its end.

    Yields each with its moment. Those that were `made` already are given as they are.
    """
    first, until = span
    is_session = limit == SESSION
    step = EVERY[is_session]
    for moment in range(-(-first // step) * step, until, step):
        if moment in made and made[moment].reset <= until:
            yield moment, made[moment]
            continue
        found = asked(trail, busy, moment, zone)
        if found is None:
            continue
        question, edge = found
        if moment - edge.second > FRESH[is_session] or edge.reset > until:
            continue
        if known_seconds(trail.uses, moment) < NEEDED[is_session]:
            continue
        outcome = came_of(trail, edge.second, edge)
        if outcome is not None:
            yield moment, _try(question, edge, outcome)


def _try(question: Question, edge: Edge, outcome: Outcome) -> Try:
    pace = pace_of(edge, question.now)
    told, (level, full_at) = expected(question, pace), line(question, pace)
    time = outcome.hit or (question.reset, question.reset)
    return Try(
        now=question.now,
        ahead=question.reset - question.now,
        window=edge.begun,
        chance=told.chance,
        is_hit=outcome.hit is not None,
        at_reset=_mark(told.at_reset, level, (outcome.at_reset, outcome.at_reset)),
        full_at=_mark(told.full_at, full_at, time),
    )


def _mark(told: Spread, straight: float, came: tuple[float, float]) -> Mark:
    """Hold a figure against what came: it lies between two values, and whatever is nearest to them counts."""
    return Mark(_off(told.likely, came), _off(straight, came), told.needed(*came))


def _off(value: float, came: tuple[float, float]) -> float:
    return max(0.0, came[0] - value, value - came[1])
