"""What futures come to (pure): what stands at the reset, and when 100 % is reached."""

from collections.abc import Sequence

from msgspec import Struct

from shared.insight.forecast.paths import Path, Question
from shared.insight.forecast.spread import Spread
from shared.insight.forecast.trail import FULL

__all__ = ["HOLDS", "TOLD", "Outlook", "outlook"]

HOLDS = 0.8
"""Share of cases in which a band is to hold what came."""

TOLD = 1 - HOLDS
"""Below this chance of a hit no time is told: "not before the reset" holds often enough without one."""

LEAST_POINTS, LEAST_SECONDS = 1.0, 300.0
"""Half of what futures stretch over is taken to be at least this much."""


class Outlook(Struct, frozen=True, kw_only=True):
    """What is expected: points at the reset, and seconds since 1970 at which 100 % is reached.

    In `full_at` the reset stands for every future in which that is not before it; `chance` is the share of
    the others.
    """

    at_reset: Spread
    full_at: Spread
    chance: float


def outlook(question: Question, paths: Sequence[Path]) -> Outlook:
    """Sum up futures that are all as likely; there is at least one."""
    hits = [path.full for path in paths if path.full is not None]
    levels = sorted(min(FULL, question.level + path.grown) for path in paths)
    times = sorted([*hits, *[float(question.reset)] * (len(paths) - len(hits))])
    return Outlook(
        at_reset=Spread(values=levels, least=question.level, most=FULL, grain=LEAST_POINTS),
        full_at=Spread(values=times, least=question.now, most=question.reset, grain=LEAST_SECONDS),
        chance=len(hits) / len(paths),
    )
