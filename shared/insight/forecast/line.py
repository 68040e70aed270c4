"""The plain pace (pure): what a straight line through this window says, to lean on and to beat."""

from math import exp

from shared.insight.forecast.paths import Path, Question
from shared.insight.forecast.trail import FULL, Edge

__all__ = ["line", "pace_of", "pace_paths"]

SETTLED = 900
"""Seconds that a window is taken to have lasted at least."""

SPREAD = (-1.55, -1.0, -0.67, -0.43, -0.21, 0.0, 0.21, 0.43, 0.67, 1.0, 1.55)
"""Where eleven equal parts of a bell curve lie; a pace changes by a factor of e to this, times `WIDTH`."""

WIDTH = 0.8


def pace_of(edge: Edge, now: int) -> float:
    """Return the points an hour of this window, from its beginning until now."""
    return edge.level / max(SETTLED, now - edge.begun) * 3600


def line(question: Question, pace: float) -> tuple[float, float]:
    """Go straight on: the points at the reset, and the second of 100 %; the reset, if it is not before."""
    path = _straight(question, pace)
    level = min(FULL, question.level + path.grown)
    return level, question.reset if path.full is None else path.full


def pace_paths(question: Question, pace: float) -> list[Path]:
    """Return futures around the plain pace, all as likely."""
    return [_straight(question, pace * exp(WIDTH * by)) for by in SPREAD]


def _straight(question: Question, pace: float) -> Path:
    grown = pace * (question.reset - question.now) / 3600
    reaches = question.level + grown >= FULL and pace > 0
    return Path(grown, question.now + (FULL - question.level) / pace * 3600 if reaches else None)
