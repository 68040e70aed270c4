"""Files that were set aside half written, and have become whole where they lie: they come back. Blocking.

A copy that pauses, that another user makes or that comes over a network may be taken for a torn file. Whoever
copies goes on writing into the same file, wherever it was moved meanwhile.
"""

import os
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.files import publish, sync_folder
from shared.store.keys import id_of_file
from shared.store.volume.history import History
from shared.store.volume.quarantine import NOTE_ENDING, modified_at
from shared.store.volume.regular import content_of_regular
from shared.store.volume.versionfile import DamagedVersionError, read_version
from shared.store.volume.writing import is_being_written

__all__ = ["put_back"]

_NUMBER = re.compile(r"\.[0-9]+$")
_LONGEST_NOTE = 64 * 1024


class _Note(Struct, rename="camel"):
    bytes: int
    modified_at: str | None = None


_decoder = msgspec.json.Decoder(_Note)


def put_back(history: History) -> int:
    """Give versions in the quarantine their names again that are whole now; return how many.

    Under the account's lock. Only files are read that changed since they were set aside. Raises OSError.
    """
    layout = history.layout
    if layout.quarantine.is_symlink() or not layout.quarantine.is_dir():
        return 0
    back = 0
    for path in sorted(layout.quarantine.glob("*.json*")):
        version_id = id_of_file(_NUMBER.sub("", path.name))
        if version_id and _changed(path) and _is_whole(history, version_id, path):
            back += _returned(path, layout.version(version_id))
    if back:
        sync_folder(layout.history)
        sync_folder(layout.quarantine)
    return back


def _changed(path: Path) -> bool:
    """Tell whether a file is not as it was when its note was written."""
    try:
        note = _decoder.decode(content_of_regular(_note_of(path), _LONGEST_NOTE) or b"")
        found = path.lstat()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return (found.st_size, modified_at(found)) != (note.bytes, note.modified_at)


def _is_whole(history: History, version_id: str, path: Path) -> bool:
    try:
        return not is_being_written(path) and bool(read_version(history.account, version_id, path))
    except (OSError, DamagedVersionError):
        return False


def _returned(path: Path, target: Path) -> bool:
    """Move a file back, durably once the folders are synced, unless its name is taken."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if not publish(path, target):
        return False
    path.unlink()
    _note_of(path).unlink(missing_ok=True)
    return True


def _note_of(path: Path) -> Path:
    return path.with_name(path.name + NOTE_ENDING)
