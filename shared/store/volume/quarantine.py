"""Where files go that cannot be believed: kept as they are, out of the way, with a note why. Blocking.

Every process that changes an account's files holds its lock, so a name that is free here stays free.
"""

import contextlib
import os
from datetime import datetime
from pathlib import Path

from shared.files import replace, sync_folder
from shared.schemas.codec import encode_pretty
from shared.store.volume.layout import Layout
from shared.timestamps import to_iso

__all__ = ["copy_aside", "move_aside"]


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
    note = {
        "file": path.relative_to(layout.folder).as_posix(),
        "reason": reason,
        "setAsideAt": to_iso(at),
        "modifiedAt": None,
    }
    with contextlib.suppress(OSError, OverflowError, ValueError):
        note["modifiedAt"] = to_iso(datetime.fromtimestamp(path.lstat().st_mtime, at.tzinfo))
    replace(target.with_name(f"{target.name}.why"), encode_pretty(note))
    return target


def _name(layout: Layout, target: Path) -> str:
    return target.relative_to(layout.folder).as_posix()
