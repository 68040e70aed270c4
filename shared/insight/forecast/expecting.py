"""What is expected of a window (pure): its own past, shrunk towards the plain pace while there is little."""

from shared.insight.forecast.line import pace_paths
from shared.insight.forecast.outlook import Outlook, outlook
from shared.insight.forecast.paths import Question, futures
from shared.insight.forecast.trail import SLOT

__all__ = ["expected"]

PACE_DAYS = 0.4
"""The window's plain pace counts as much as so many days of the past that were like now."""

JUST_NOW = 0.1
"""Weight of the last half hour's pace, against the past's, while the reset is within `SOON`."""

SOON = 5 * 3600
LOOKED_BACK = 2
"""Slots that are just now."""


def expected(question: Question, pace: float) -> Outlook:
    """Return what is expected; `pace` are the points an hour of this window until now."""
    past, days = futures(question)
    plain = pace_paths(question, pace)
    if not past:
        return outlook(question, plain)
    share = PACE_DAYS / (days + PACE_DAYS)
    soon = JUST_NOW * min(1.0, SOON / (question.reset - question.now))
    paths = past + plain * round(len(past) * share / len(plain))
    latest = pace_paths(question, _latest(question))
    return outlook(question, paths + latest * round(len(past) * soon / len(latest)))


def _latest(question: Question) -> float:
    uses = question.uses
    now = min(len(uses.used) - 1, uses.slot(question.now))
    before = max(0, now - LOOKED_BACK)
    return (uses.used[now] - uses.used[before]) / max(SLOT, uses.seen[now] - uses.seen[before]) * 3600
