"""How a verb can fail, and with which exit code it says so."""

from __future__ import annotations

__all__ = ["BUSY", "DONE", "FAILED_BACK", "MISUSED", "NEEDS_PERSON", "BusyError", "HostError", "MisuseError"]

DONE, MISUSED, FAILED_BACK, NEEDS_PERSON, BUSY = 0, 2, 3, 4, 5
"""Done; bad arguments or settings; failed, the old one runs on; a person has to look; another is at work."""


class HostError(Exception):
    """Something on this host could not be done; the text says what and why."""


class MisuseError(HostError):
    """Bad arguments, settings or release; nothing was begun."""


class BusyError(HostError):
    """Another deploy, rollback or cleaning holds the lock."""
