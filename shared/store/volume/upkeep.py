"""What the janitor and a start ask of one account's files: archive, delete, mend, sweep. Blocking."""

import errno
import os
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import structlog
from msgspec import structs

from shared.files import TEMPORARY, sync_folder
from shared.store.base import Archived
from shared.store.errors import StoreConflictError
from shared.store.metadata import Metadata, summarise
from shared.store.volume.derived import lifetime_of, refresh_derived, with_evidence
from shared.store.volume.history import History
from shared.store.volume.returning import put_back
from shared.store.volume.versionfile import DamagedVersionError
from shared.timestamps import to_iso_millis

__all__ = ["ABANDONED_SECONDS", "archive", "delete", "metadata", "rebuild"]

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

ABANDONED_SECONDS = 3600
"""No write takes this long: a temporary file so old belongs to a process that died."""


def archive(history: History, ids: Sequence[str]) -> Archived:
    """Copy versions into the monthly archives; see Store.archive. Damaged files are left out.

    The account's own lock is not held: nobody's append waits for it.
    """
    history.layout.refuse_link(history.layout.history)
    versions, unread = [], []
    for version_id in ids:
        try:
            versions.append(history.read(version_id))
        except FileNotFoundError:
            continue
        except DamagedVersionError as error:
            history.set_aside(version_id, str(error))
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            unread.append(version_id)  # one bad sector must not keep all others from leaving
    if not versions:  # nor may there be a folder yet in which a lock could lie
        return Archived(unread=unread)
    with history.layout.archive_locked():
        return structs.replace(history.archive.add(versions), unread=unread)


def delete(history: History, ids: Sequence[str], cleaned_at: datetime) -> int:
    """Remove versions, oldest first, never the newest; return how many were there."""
    if not history.layout.has_history():
        return 0
    with history.changing():
        newest = history.look(lambda index: index.newest, in_lock=True)
        if newest in ids:
            raise StoreConflictError(f"{newest} is the newest version and is never deleted")
        leaving = history.look(lambda index: [i for i in sorted(set(ids)) if i in index], in_lock=True)
        history.note_leaving(leaving)
        gone = 0
        try:
            for version_id in leaving:
                history.layout.version(version_id).unlink(missing_ok=True)
                gone += 1
        finally:
            sync_folder(history.layout.history)
            if gone < len(leaving):  # what could not be removed is a version still
                history.note_stored(leaving[gone:])
            history.note_settled()
            _count(history, gone, cleaned_at)
        return gone


def _count(history: History, gone: int, cleaned_at: datetime) -> None:
    """Bring latest and metadata up to date: on a full disk that may fail, and what is gone is gone."""
    cleanup = to_iso_millis(cleaned_at)
    try:
        refresh_derived(
            history,
            lambda before: structs.replace(before, deleted=before.deleted + gone, last_cleanup=cleanup),
        )
    except OSError as error:
        _log.warning("what is derived is behind the history", account=history.account, error=str(error))


def metadata(history: History) -> Metadata:
    """Describe the history as it is now, whether or not the file says so."""
    lifetime = lifetime_of(history)
    return history.look(lambda index: summarise(index, lifetime))


def rebuild(history: History, *, thorough: bool = False) -> list[str]:
    """Make index, latest and metadata agree with the folder, and sweep what a crash left behind.

    Return a sentence for each thing that people would see changed. Thorough makes the index of the archives
    anew, too, by reading them through.
    """
    if thorough:
        history.archive.learn()
    if not history.layout.history.is_dir():
        return []
    with history.changing(follow=False):
        back = put_back(history)
        met = history.list_anew()
        swept = sum(_swept(Path(name)) for name in [*met, *_unfinished_beside(history)])
        if history.archive.catalogue.is_complete():  # reading all of a long archive through can wait
            with_evidence(history)
        mended = refresh_derived(history)
    told = {
        f"{history.account}: {back} versions that were set aside are whole now, and put back": back,
        f"{history.account}: {swept} abandoned temporary files removed": swept,
    }
    return [*mended, *(what for what, count in told.items() if count)]


def _unfinished_beside(history: History) -> list[str]:
    """Return the temporary files in the account's folder and in those beside the history."""
    found: list[str] = []
    layout = history.layout
    for folder in (layout.folder, layout.archive, layout.quarantine, layout.reports):
        if folder.is_dir() and not folder.is_symlink():
            with os.scandir(folder) as entries:
                found += [entry.path for entry in entries if entry.name.startswith(TEMPORARY)]
    return found


def _swept(path: Path) -> bool:
    """Remove a temporary file if it is abandoned."""
    try:
        if time.time() - path.lstat().st_mtime <= ABANDONED_SECONDS:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True
