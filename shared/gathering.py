"""A log handler that also takes lines which may wait a moment: many go out in one write.

Whatever else is logged first lets go of what waits, so that lines keep their order.
"""

import asyncio
import logging
from collections import deque
from typing import TextIO

__all__ = ["LONGEST_WAIT", "GatheringHandler"]

LONGEST_WAIT = 0.25
"""Seconds: what a process that is killed outright (SIGKILL, a power cut) loses of these lines."""

_MOST = 512
"""Lines that wait at most."""


class GatheringHandler(logging.StreamHandler[TextIO]):
    """Writes records at once, and gathered lines a few times a second and when the process ends."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        super().__init__(stream)
        self._gathered: deque[str] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def gather(self, line: str) -> None:
        """Take a finished line, without its end; from the thread of an event loop, where it costs little."""
        self._gathered.append(line)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LONGEST_WAIT, self._on_time)
        elif len(self._gathered) > _MOST:
            self._let_go()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, after what waits."""
        self._let_go()
        super().emit(record)

    def flush(self) -> None:
        """Write what waits; the interpreter calls this at its end."""
        self._let_go()
        super().flush()

    def _on_time(self) -> None:
        self._timer = None
        self._let_go()

    def _let_go(self) -> None:
        if not self._gathered:
            return
        self.acquire()
        try:
            lines = [self._gathered.popleft() for _ in range(len(self._gathered))]
            self.stream.write("\n".join([*lines, ""]))
            self.stream.flush()
        except (OSError, ValueError):
            pass  # nobody reads the log any more: there is no place left to say so
        finally:
            self.release()
