"""How often an account is read, and which times without a reading are long against that (pure)."""

from datetime import datetime, timedelta

from msgspec import Struct

__all__ = ["Pace", "is_gap", "kept_up"]

REMEMBERED = 9
USUAL = timedelta(minutes=5)
"""Between readings, until some were seen."""

SHORTEST = timedelta(minutes=1)
"""Nobody is read more often; readings nearer than that are several collectors'."""

MISSED = 1.75
"""Times the usual distance: one reading is missing, and it is not only a little late."""


class Pace(Struct, frozen=True):
    """When the last reading was, and the distances between the last ones, in seconds."""

    last: datetime | None = None
    recent: tuple[float, ...] = ()


def kept_up(pace: Pace, time: datetime) -> Pace:
    """Take the time of the next reading, which is no earlier than the last."""
    if pace.last is None:
        return Pace(time)
    return Pace(time, (*pace.recent, (time - pace.last).total_seconds())[-REMEMBERED:])


def is_gap(pace: Pace, distance: timedelta) -> bool:
    """Tell whether a distance between two readings is long against those before it.

    What is usual is a long distance among the last ones, not the middle one: two collectors that read one
    soon after the other leave short and long ones in turn. One or two gaps among them do not count.
    """
    seconds = distance.total_seconds()
    known = len(pace.recent) > REMEMBERED // 3
    usual = sorted(pace.recent)[(len(pace.recent) - 1) * 3 // 4] if known else USUAL.total_seconds()
    return seconds > MISSED * max(usual, SHORTEST.total_seconds())
