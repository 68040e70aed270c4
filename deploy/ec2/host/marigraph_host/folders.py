"""Folders that a service's user owns, and the one in which the record lies."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from marigraph_host.errors import HostError
from marigraph_host.launching import USER
from marigraph_host.layout import Layout

__all__ = ["give_folder", "note_store", "see_room", "see_store"]

_ROOM_BYTES = 16_000_000
"""What a switch writes beside the record, with some to spare."""
_NO_RECORD = "lost+found"
"""What a new disk holds."""


def give_folder(path: Path) -> None:
    """Make a folder for the services' user, unless it is there. Raises HostError."""
    try:
        if not path.is_dir():
            path.mkdir(mode=0o700, parents=True)
            os.chown(path, int(USER), int(USER))
    except OSError as error:
        raise HostError(f"the folder {path} cannot be made: {error.strerror}") from error


def see_store(layout: Layout, path: Path, *, own: bool) -> None:
    """See that the store's folder is there, and not empty where a record was. Raises HostError.

    One that settings name is not made: it may be a disk to mount. A folder without its disk is empty.
    """
    if str(path) in _noted(layout) and not _holds_something(path):
        raise HostError(
            f"the record was in {path}, which is {'empty' if path.is_dir() else 'not there'} now. Is its disk"
            f" mounted? If a new record is to begin there, take its line out of {layout.store_note}"
        )
    if own:
        give_folder(path)
    elif not path.is_dir():
        raise HostError(
            f"EC2_DATA_DIR names {path}, which is not there. Mount its disk, or make it for user {USER}"
        )


def note_store(layout: Layout, path: Path) -> None:
    """Note, outside of it, that a folder holds the record: so that it is missed when its disk is away."""
    noted = _noted(layout)
    if str(path) in noted or not _holds_something(path):
        return
    made = layout.store_note.with_name(".store")
    with suppress(OSError):  # a full disk must not stop a service
        made.write_text("".join(f"{one}\n" for one in [*noted, path]), encoding="utf-8")
        made.replace(layout.store_note)


def _noted(layout: Layout) -> list[str]:
    try:
        return layout.store_note.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _holds_something(path: Path) -> bool:
    try:
        return any(entry.name != _NO_RECORD for entry in path.iterdir())
    except OSError:
        return False


def see_room(places: Iterable[Path]) -> None:
    """Raise HostError when a disk that is written to is full."""
    for path in places:
        found = os.statvfs(path)
        free = found.f_bavail * found.f_frsize
        if free < _ROOM_BYTES:
            raise HostError(
                f"the disk of {path} is full: {free / 1e6:.1f} MB are free, {_ROOM_BYTES / 1e6:.0f} MB are"
                " needed. Make room there"
            )
