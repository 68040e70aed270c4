"""How often the receiver is asked whether somebody wants a reading now (pure). Durations are seconds."""

from services.scraper.schedule import JITTER_SHARE, SHORTEST, USUAL_WAITS

__all__ = ["WAIT_FOR_REQUEST", "request_delay"]

WAIT_FOR_REQUEST = 25.0
"""How long the receiver is asked to wait for somebody to want a reading."""

LOOK, FIRST, MOST, UNKNOWN = 30.0, 5.0, 300.0, 3600.0
"""Before asking again: while nobody could be asked; after failures; where the receiver knows no requests."""

UNKNOWN_THERE = frozenset({404, 405, 501})
REFUSED_THERE = frozenset({401, 403})


def request_delay(
    status: int | None, *, failures: int, seconds: float, dice: float, retry_after: float | None = None
) -> float:
    """Return the wait before the receiver is asked again.

    `status` is what it answered after `seconds`, 0 for nothing, None when it was not asked; `failures` counts
    those in a row. After a request the next one could not be followed for a minute.
    """
    spread = 1 + dice * JITTER_SHARE
    if status is None:
        return LOOK * spread
    if status in UNKNOWN_THERE:
        return UNKNOWN * spread
    if status in REFUSED_THERE:
        return MOST * spread
    if status == 200:  # noqa: PLR2004 - there is a request
        return SHORTEST
    if status == 204:  # noqa: PLR2004 - there is none; who does not wait as asked is not asked on end
        return 0.0 if seconds >= WAIT_FOR_REQUEST / 2 else (WAIT_FOR_REQUEST - seconds) * spread
    own = min(FIRST * float(2 ** min(max(failures, 1) - 1, 20)), MOST) * (0.5 + dice / 2)
    return max(own, min(retry_after or 0.0, USUAL_WAITS.asked))
