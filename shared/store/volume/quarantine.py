"""Where files go that cannot be believed: kept as they are, out of the way, with a note why. Blocking.

Who sets a version aside holds the account's lock, who sets a month aside that of its archive: so a name that
is free here stays free.
"""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from shared.files import replace, sync_folder
from shared.schemas.codec import Document, encode_pretty
from shared.store.volume.layout import Layout
from shared.timestamps import to_iso

__all__ = ["NOTE_ENDING", "copy_aside", "modified_at", "move_aside"]

NOTE_ENDING = ".why"


def move_aside(layout: Layout, path: Path, reason: str, at: datetime) -> str:
    """Move a file into the quarantine, durably there; return its new name. Raises OSError, StoreDamagedError.

    The folder it left is the caller's to sync. A crash on the way leaves the file in one of the two places.
    """
    target = _prepared(layout, path, reason, at)
    path.rename(target)
    sync_folder(target.parent)
    return _name(layout, target)


def copy_aside(layout: Layout, path: Path, reason: str, at: datetime) -> str:
    """Give a file a second name in the quarantine, so that it can be replaced where it is."""
    target = _prepared(layout, path, reason, at)
    os.link(path, target, follow_symlinks=False)
    sync_folder(target.parent)
    return _name(layout, target)


def _prepared(layout: Layout, path: Path, reason: str, at: datetime) -> Path:
    """Find a free name and write the note; a note without its file, after a crash, is written over."""
    folder = layout.made(layout.quarantine)
    target, number = folder / path.name, 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{path.name}.{number}"
    note: Document = {
        "file": path.relative_to(layout.folder).as_posix(),
        "reason": reason,
        "setAsideAt": to_iso(at),
    }
    with contextlib.suppress(OSError):
        found = path.lstat()
        note |= {"modifiedAt": modified_at(found), "bytes": found.st_size}
    replace(target.with_name(target.name + NOTE_ENDING), encode_pretty(note))
    return target


def modified_at(found: os.stat_result) -> str | None:
    """Write when a file was modified, to the second; None for a time outside the years 1 to 9999."""
    try:
        return to_iso(datetime.fromtimestamp(found.st_mtime, UTC))
    except (OverflowError, ValueError):
        return None


def _name(layout: Layout, target: Path) -> str:
    return target.relative_to(layout.folder).as_posix()
