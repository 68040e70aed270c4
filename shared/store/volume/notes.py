"""What a janitor notes for its next run, and the room that is left. Blocking."""

import os
from pathlib import Path

from shared.files import replace
from shared.store.upkeep import Space

__all__ = ["read_note", "space_of", "write_note"]

_LONGEST = 64 * 1024


def read_note(root: Path, name: str) -> bytes | None:
    """Return a note; None when there is none, or when something else has its name. Raises OSError."""
    path = _path(root, name)
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(_LONGEST)


def write_note(root: Path, name: str, data: bytes) -> None:
    """Replace a note; after a power cut the older one may be there. Raises OSError."""
    replace(_path(root, name), data, durable=False)


def _path(root: Path, name: str) -> Path:
    return root / f".{name}.json"


def space_of(folder: Path) -> Space:
    """Return how much room an ordinary user has on a folder's disk. Raises OSError."""
    found = os.statvfs(folder)
    return Space(free=found.f_bavail * found.f_frsize, total=found.f_blocks * found.f_frsize)
