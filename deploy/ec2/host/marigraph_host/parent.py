"""A process that does not outlive the one that started it."""

from __future__ import annotations

import contextlib
import ctypes
import signal

__all__ = ["end_with_parent"]

_PR_SET_PDEATHSIG = 1
_LIBRARY = ctypes.CDLL(None)  # loaded before any fork


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent is gone."""
    with contextlib.suppress(OSError, AttributeError):
        _LIBRARY.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
