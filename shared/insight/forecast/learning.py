"""How large a share of the futures a band has to hold (pure), learned from what came of a limit's forecasts.

Futures are not drawn rightly for everybody. After each window its shares are moved by a step times the share
of its forecasts that missed, less the share that was to miss. So in the long run bands hold as often as they
say, however wrong the futures are and however habits change (Gibbs and Candès, Adaptive conformal inference
under distribution shift, 2021). What stands at a reset and when 100 % is reached learn apart, and so do near
and far resets.
"""

from collections.abc import Sequence
from statistics import fmean

from msgspec import Struct
from msgspec.structs import replace

from shared.insight.forecast.outlook import HOLDS
from shared.insight.forecast.tries import Try
from shared.insight.limits import SESSION

__all__ = ["Shares", "learned", "usual"]

PART = {True: 3600, False: 86400}
"""Seconds ahead by which shares differ: an hour of a session, a day of other limits."""

FAR = 3
"""From so many parts ahead on it is far."""

STEP = {True: 0.1, False: 0.2}
"""How much is learned of one window: of a session, of other limits, which have fewer."""

LEAST, MOST = 0.3, 1.6

AT_RESET = {True: (0.5, 0.65, 0.73, 0.76, 0.8), False: (0.66, 0.8)}
FULL_AT = {True: 0.82, False: 0.8}
"""Shares that were right on average for made-up people: by parts ahead (the last stands for all further ones)
and for any. They are below `HOLDS` where many a band is one figure, as such bands hold more often."""


class Shares(Struct, frozen=True, kw_only=True):
    """What a limit has learned: by how much its shares are above the usual, for the near and for the far."""

    is_session: bool
    at_reset: tuple[float, float] = (0.0, 0.0)
    full_at: tuple[float, float] = (0.0, 0.0)

    def of_level(self, ahead: float) -> float:
        """Return the share for the figure at a reset that is so many seconds ahead."""
        shares = AT_RESET[self.is_session]
        part = min(self._part(ahead), len(shares) - 1)
        return _bounded(shares[part] + self.at_reset[self.is_far(ahead)])

    def of_time(self, ahead: float) -> float:
        """Return the share for the time of a hit before a reset that is so many seconds ahead."""
        return _bounded(FULL_AT[self.is_session] + self.full_at[self.is_far(ahead)])

    def is_far(self, ahead: float) -> bool:
        """Tell whether a reset that is so many seconds ahead is far."""
        return self._part(ahead) >= FAR

    def _part(self, ahead: float) -> int:
        return int(ahead // PART[self.is_session])


def usual(limit: str) -> Shares:
    """Return the shares of a limit of which nothing is learned yet."""
    return Shares(is_session=limit == SESSION)


def learned(shares: Shares, window: Sequence[Try]) -> Shares:
    """Learn from the forecasts of one window, made with these shares; of times from those that told one."""
    levels = [(one.ahead, one.at_reset.held(shares.of_level(one.ahead))) for one in window]
    times = [(one.ahead, one.full_at.held(shares.of_time(one.ahead))) for one in window if one.is_timed]
    return replace(
        shares,
        at_reset=_moved(shares, shares.at_reset, levels),
        full_at=_moved(shares, shares.full_at, times),
    )


def _moved(
    shares: Shares, above: tuple[float, float], held: Sequence[tuple[int, bool]]
) -> tuple[float, float]:
    step = STEP[shares.is_session]
    near, far = ([ok for ahead, ok in held if shares.is_far(ahead) is is_far] for is_far in (False, True))
    return _stepped(above[0], near, step), _stepped(above[1], far, step)


def _stepped(above: float, held: Sequence[bool], step: float) -> float:
    if not held:
        return above
    return min(MOST - HOLDS, max(LEAST - HOLDS, above + step * (HOLDS - fmean(held))))


def _bounded(share: float) -> float:
    return min(MOST, max(LEAST, share))
