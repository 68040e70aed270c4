"""One janitor at a time: a lock on the store, freed by the kernel when its holder ends or dies. Blocking."""

import contextlib
import fcntl
import os
from pathlib import Path

from shared.store.volume.layout import is_file

__all__ = ["Duty"]

_LONGEST = 500
"""Bytes of what the holder says of itself."""


class Duty:
    """The lock file of a store's janitor; what it says is for people, the lock alone decides."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened yet."""
        self._path = path
        self._held: int | None = None

    def take(self, who: str) -> str | None:
        """Hold the lock from now on; return None, or what its holder says of itself. Raises OSError.

        Asked again, it tells whether that is still so: a store put back from a backup brings a lock file of
        its own, and that one counts.
        """
        if self._held is not None and is_file(self._held, self._path):
            return None
        self.give_up()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.pread(descriptor, _LONGEST, 0).decode(errors="replace").strip()
            os.close(descriptor)
            return said or "another process"
        except OSError:
            os.close(descriptor)
            raise
        self._held = descriptor
        if not is_file(descriptor, self._path):
            return self.take(who)
        with contextlib.suppress(OSError):  # on a full disk the lock still holds, without its words
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, who.encode()[:_LONGEST], 0)
        return None

    def give_up(self) -> None:
        """Let another have it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
