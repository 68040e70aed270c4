"""Telling a person that long work goes on, every few seconds, on standard error."""

import sys
from collections.abc import Callable

__all__ = ["Progress"]

_EVERY_SECONDS = 5.0


class Progress:
    """Counts what was done; says nothing about work that is soon over."""

    def __init__(self, doing: str, monotonic: Callable[[], float]) -> None:
        """Take what is being done ("exported") and a clock that never jumps."""
        self._doing = doing
        self._monotonic = monotonic
        self._told = monotonic()
        self.count = 0

    def step(self, count: int = 1) -> None:
        """Count some more."""
        self.count += count
        if self._monotonic() - self._told >= _EVERY_SECONDS:
            self._told = self._monotonic()
            sys.stderr.write(f"... {self._doing} {self.count:,}\n")
