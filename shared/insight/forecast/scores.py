"""How good forecasts were (pure), each with bands as wide as was known to be needed when it was made."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import fmean
from typing import NamedTuple

import msgspec
from msgspec import Struct

from shared.insight.forecast.learning import Shares, learned, usual
from shared.insight.forecast.tries import Mark, Try

__all__ = ["Score", "Scores", "scored"]


class Score(Struct, frozen=True):
    """Of so many forecasts: how far they and a straight line were off on average, if anything can be judged.

    `bands` of them told a band, and the share `held` of these held what came.
    """

    count: int
    error: float | None
    line_error: float | None
    bands: int
    held: float | None


class Scores(Struct, frozen=True, kw_only=True):
    """Scores for the percentage at the reset (points) and the time of a hit (seconds; without one the reset).

    `windows` are those that the forecasts were about. `chance` is the mean chance of a hit that was told,
    `hit` the share that was hit. Of forecasts that told no time `untimed_chance` is the mean chance, and
    `untimed_hits` were hit.
    """

    windows: int
    at_reset: Score
    full_at: Score
    chance: float | None
    hit: float | None
    untimed_hits: int
    untimed_chance: float | None


class _Told(NamedTuple):
    one: Try
    level_held: bool
    time_held: bool


def scored(limit: str, tries: Iterable[Try], since: int = 0) -> tuple[Scores, Shares]:
    """Score the forecasts from a second on, and return the shares that bands have to hold now.

    All are given, oldest first: from those of windows that were over when another window's were made, its
    shares were learned.
    """
    shares, told = usual(limit), list[_Told]()
    open_windows: deque[list[Try]] = deque()
    for _, group in groupby(tries, key=lambda one: one.window):
        window = list(group)
        while open_windows and open_windows[0][-1].reset <= window[0].now:
            shares = learned(shares, open_windows.popleft())
        told += (_told(one, shares) for one in window if one.now >= since)
        open_windows.append(window)
    for window in open_windows:
        shares = learned(shares, window)
    return _scores(told), shares


def _told(one: Try, shares: Shares) -> _Told:
    return _Told(
        one,
        one.at_reset.held(shares.of_level(one.ahead)),
        one.full_at.held(shares.of_time(one.ahead)),
    )


def _scores(told: Sequence[_Told]) -> Scores:
    tries = [one.one for one in told]
    untimed = [one for one in tries if not one.is_timed]
    has_hits = any(one.is_timed or one.is_hit for one in tries)
    full_at = _score([one.full_at for one in tries], [one.time_held for one in told if one.one.is_timed])
    return Scores(
        windows=len({one.window for one in tries}),
        at_reset=_score([one.at_reset for one in tries], [one.level_held for one in told]),
        full_at=full_at if has_hits else _unjudged(full_at),
        chance=_mean(one.chance for one in tries),
        hit=_mean(one.is_hit for one in tries),
        untimed_hits=sum(one.is_hit for one in untimed),
        untimed_chance=_mean(one.chance for one in untimed),
    )


def _unjudged(score: Score) -> Score:
    """Without a hit that was told or came, the reset stands for it on both sides: no error, and no merit."""
    return msgspec.structs.replace(score, error=None, line_error=None)


def _score(marks: Sequence[Mark], held: Sequence[bool]) -> Score:
    return Score(
        len(marks),
        _mean(mark.error for mark in marks),
        _mean(mark.line_error for mark in marks),
        len(held),
        _mean(held),
    )


def _mean(values: Iterable[float]) -> float | None:
    every = list(values)
    return fmean(every) if every else None
