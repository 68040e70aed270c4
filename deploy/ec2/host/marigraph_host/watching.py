"""When a service that lives but does not work is ended, and one that was given up is tried again (pure)."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "EVERY_SECONDS",
    "GRACE_SECONDS",
    "STARTING_SECONDS",
    "Retry",
    "Seen",
    "Watched",
    "next_pause",
    "watched",
]

EVERY_SECONDS = 1.0
"""From one look to the next; a look at what hangs takes longer."""

STARTING_SECONDS = 0.25
"""The same while it has not answered yet: whoever waits for it is to know at once."""

GRACE_SECONDS = 120.0
"""How long a service may take until it answers for the first time: a large store is read, or mended, then."""

_IN_A_ROW = 3
_IN_A_ROW_WHEN_CERTAIN = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 300.0


class Seen(NamedTuple):
    """What one look at a service found."""

    well: bool | None
    """None: nothing is known, as while the engine does not answer."""
    why: str = ""
    certain: bool = False
    """Whether it cannot be mere slowness: its processes are stopped."""


class Watched(NamedTuple):
    """What is remembered of a service from look to look."""

    since: float
    """When it was started."""
    answered: bool = False
    failures: int = 0

    @property
    def hung(self) -> bool:
        """Whether it has to be ended."""
        return self.failures >= _IN_A_ROW


def watched(before: Watched, seen: Seen, now: float) -> Watched:
    """Take one more look into account."""
    if seen.well is None:
        return before
    if seen.well:
        return before._replace(answered=True, failures=0)
    if seen.certain:
        counted = before.failures + 1
        return before._replace(failures=_IN_A_ROW if counted >= _IN_A_ROW_WHEN_CERTAIN else counted)
    if not before.answered and now - before.since < GRACE_SECONDS:
        return before
    return before._replace(failures=before.failures + 1)


class Retry(NamedTuple):
    """When a service that its supervisor has given up is tried again."""

    at: float
    pause: float


def next_pause(before: Retry | None, now: float) -> Retry:
    """Return the next try: soon at first, then after twice the time, up to five minutes."""
    pause = _FIRST_PAUSE if before is None else min(2 * before.pause, _LONGEST_PAUSE)
    return Retry(now + pause, pause)
