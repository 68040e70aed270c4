"""What the janitor and a start ask of one account's files: archive, delete, mend, sweep. Blocking."""

import os
import time
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from shared.files import TEMPORARY, sync_folder
from shared.store.errors import StoreConflictError
from shared.store.metadata import Metadata, summarise
from shared.store.volume.archive import add_to_archive
from shared.store.volume.derived import read_lifetime, refresh_derived
from shared.store.volume.history import DamagedVersionError, History
from shared.timestamps import to_iso_millis

__all__ = ["archive", "delete", "metadata", "rebuild"]

_ABANDONED_SECONDS = 3600
"""No write takes this long: a temporary file so old belongs to a process that died."""


def archive(history: History, ids: Sequence[str]) -> int:
    """Copy versions into the monthly archives; return how many were new. Damaged files are left out."""
    with history.layout.locked():
        versions = []
        for version_id in ids:
            try:
                versions.append(history.read(version_id))
            except FileNotFoundError:
                continue
            except DamagedVersionError as error:
                history.set_aside(version_id, str(error))
        return add_to_archive(history.layout, versions)


def delete(history: History, ids: Sequence[str], cleaned_at: datetime) -> int:
    """Remove versions, oldest first, never the newest; return how many were there."""
    with history.layout.locked():
        if history.follow().newest in ids:
            raise StoreConflictError(f"{history.known.newest} is the newest version and is never deleted")
        gone = 0
        try:
            for version_id in sorted(set(ids)):
                if version_id in history.known:
                    history.layout.version(version_id).unlink(missing_ok=True)
                    gone += 1
        finally:
            sync_folder(history.layout.history)
            known = read_lifetime(history.layout)
            cleaned = replace(known, deleted=known.deleted + gone, last_cleanup=to_iso_millis(cleaned_at))
            refresh_derived(history, cleaned)
        return gone


def metadata(history: History) -> Metadata:
    """Describe the history as it is now, whether or not the file says so."""
    return summarise(history.follow(), read_lifetime(history.layout))


def rebuild(history: History) -> list[str]:
    """Make latest and metadata agree with the history and sweep what a crash left; return what was mended."""
    with history.layout.locked():
        swept = _sweep(history)
        mended = refresh_derived(history, read_lifetime(history.layout))
    return [*mended, *([f"{history.account}: {swept} abandoned temporary files removed"] if swept else [])]


def _sweep(history: History) -> int:
    swept = 0
    for folder in (history.layout.folder, history.layout.history, history.layout.archive):
        if not folder.is_dir():
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(TEMPORARY) and _is_abandoned(entry):
                    os.unlink(entry.path)  # noqa: PTH108 - the entry already has the path
                    swept += 1
    return swept


def _is_abandoned(entry: os.DirEntry[str]) -> bool:
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED_SECONDS
