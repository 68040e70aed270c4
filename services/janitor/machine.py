"""How long this machine has been up, and in which boot: what the wall clock is held against."""

import contextlib
import time
from pathlib import Path

from services.janitor.timekeeping import Sighting
from shared.clock import Clock

__all__ = ["sighting"]

_PROC = Path("/proc")


def sighting(clock: Clock) -> Sighting:
    """Look at the clock and at the machine."""
    return Sighting(at=clock.now(), boot=_boot(), up_seconds=_up_seconds())


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def _up_seconds() -> float:
    """Return seconds since the boot, time asleep included.

    Read from the kernel's own file first: a program that fakes the clocks of this process does not reach it.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        return float((_PROC / "uptime").read_text(encoding="ascii").split()[0])
    # Without /proc: on Linux this clock counts sleep, on macOS the monotonic one does.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
