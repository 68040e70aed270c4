"""What of windows expired unused, and what that says of the allowance (pure).

A window at 100 % says that more was wanted, not how much: whether a larger allowance would have done is
unknown. A window that nobody looked at near its end may have been used further.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import median

from shared.insight.hits import FULL
from shared.insight.told.answers import Enough, UseOfLimit
from shared.insight.told.rows import Instant, Span, UnusedWindow, WindowTold, Witness
from shared.insight.told.telling import span
from shared.insight.turns import NEAR

__all__ = ["ALLOWANCES", "unused_told", "use_of"]

ALLOWANCES = (0.5, 1.0, 2.0)
"""Times today's allowance: plans differ by such steps."""


def unused_told(window: WindowTold) -> UnusedWindow | None:
    """Tell what of a window expired unused; None while it has not ended."""
    if window.ended is None or window.how is None:
        return None
    left = max(0.0, FULL - window.last.percentage)
    at_most = int(left) if float(left).is_integer() else round(left, 2)
    return UnusedWindow(
        limit=window.limit,
        opened=window.opened,
        ended=window.ended,
        how=window.how,
        last=window.last,
        peak=window.peak,
        unused=at_most if _is_seen_to_its_end(window) else None,
        unused_at_most=at_most,
        last_reading_before=_before_the_end(window.last, window.ended),
    )


def use_of(limit: str, windows: Iterable[WindowTold]) -> UseOfLimit:
    """Sum up how much of a limit was used in windows that are over."""
    every = [window for window in windows if window.how is not None]
    used = sorted(window.last.percentage for window in every if _is_seen_to_its_end(window))
    return UseOfLimit(
        limit=limit,
        windows=len(every),
        seen_to_the_end=len(used),
        hit=sum(window.peak.percentage >= FULL for window in every),
        least=used[0] if used else None,
        median=median(used) if used else None,
        most=used[-1] if used else None,
        allowances=[_enough(times, every) for times in ALLOWANCES],
    )


def _is_seen_to_its_end(window: WindowTold) -> bool:
    """Tell whether nothing more can have been used after the last reading, or hardly anything."""
    if window.last.percentage >= FULL:
        return True
    ended = window.ended.latest if window.ended else None
    return ended is not None and ended - window.last.time <= NEAR


def _before_the_end(last: Witness, ended: Instant) -> Span:
    if ended.earliest is None or ended.latest is None:
        return Span(at_least=None, at_most=None)
    return span(max(timedelta(0), ended.earliest - last.time), ended.latest - last.time)


def _enough(times: float, windows: Sequence[WindowTold]) -> Enough:
    told = [_would_do(times, window) for window in windows]
    return Enough(
        times=times, enough=told.count(True), not_enough=told.count(False), unknown=told.count(None)
    )


def _would_do(times: float, window: WindowTold) -> bool | None:
    """Tell whether an allowance that many times as large would have been enough, None when unknown."""
    if window.peak.percentage >= FULL * times:
        return False
    if window.peak.percentage >= FULL or window.falls or not _is_seen_to_its_end(window):
        return None
    return True
