"""What processes note for later runs and for each other, and the room that is left. Blocking."""

import fcntl
import os
from pathlib import Path

from shared.files import replace
from shared.store.upkeep import Space
from shared.store.volume.regular import content_of_regular

__all__ = ["read_note", "space_of", "swap_note", "write_note"]

_LONGEST = 64 * 1024
_LOCK = ".notes-lock"


def read_note(root: Path, name: str) -> bytes | None:
    """Return a note; None when there is none, or when something else has its name. Raises OSError."""
    return content_of_regular(_path(root, name), _LONGEST)


def write_note(root: Path, name: str, data: bytes) -> None:
    """Replace a note; after a power cut the older one may be there. Raises OSError."""
    replace(_path(root, name), data, durable=False)


def swap_note(root: Path, name: str, before: bytes | None, after: bytes) -> bool:
    """See Upkeep.swap_note. Raises OSError."""
    descriptor = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if read_note(root, name) != before:
            return False
        write_note(root, name, after)
        return True
    finally:
        os.close(descriptor)


def _path(root: Path, name: str) -> Path:
    return root / f".{name}.json"


def space_of(folder: Path) -> Space:
    """Return how much room an ordinary user has on a folder's disk. Raises OSError."""
    found = os.statvfs(folder)
    return Space(free=found.f_bavail * found.f_frsize, total=found.f_blocks * found.f_frsize)
