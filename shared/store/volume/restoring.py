"""Putting versions back under their own ids: what an import does. Blocking."""

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from shared.files import private_folder, publish, sync_folder, write_temporary
from shared.schemas.codec import encode_pretty
from shared.store.base import Part, Version
from shared.store.believing import why_not
from shared.store.errors import StoreConflictError, StoreDamagedError
from shared.store.metadata import Lifetime, later
from shared.store.volume.derived import lifetime_of, refresh_derived
from shared.store.volume.history import History
from shared.store.volume.versionfile import DamagedVersionError

__all__ = ["raise_counts", "restore"]


def restore(
    history: History, versions: Sequence[Version], part: Part, pool: Executor, *, out_of_archive: bool
) -> int:
    """Put versions into the history or the archive; see Store.restore. Raises OSError."""
    for version in versions:
        if reason := why_not(version.id, version.document):
            raise StoreDamagedError(f"{version.id}: {reason}")
    private_folder(history.layout.folder)
    if part == "archive":
        with history.layout.archive_locked():
            return _archive(history, versions)
    history.layout.made(history.layout.history)
    with history.changing():
        return _restore(history, versions, pool, out_of_archive=out_of_archive)


def _archive(history: History, versions: Sequence[Version]) -> int:
    _archived(history, versions)
    return history.archive.add(versions).added


def _archived(history: History, versions: Sequence[Version]) -> set[str]:
    """Return which of some versions are archived. Raises StoreConflictError for one with other content."""
    wanted = {version.id: version for version in versions}
    there = {found.id: found for found in history.archive.present(wanted)}
    for version_id, found in there.items():
        if found.document != wanted[version_id].document:
            raise StoreConflictError(f"{version_id} is archived with other content")
    return set(there)


def _restore(history: History, versions: Sequence[Version], pool: Executor, *, out_of_archive: bool) -> int:
    wanted = {version.id: version for version in versions}
    missing = [version for version in wanted.values() if not _is_there(history, version)]
    left = set() if out_of_archive else _archived(history, missing)
    missing = [version for version in missing if version.id not in left]

    def written(version: Version) -> Path:
        return write_temporary(history.layout.history, encode_pretty(version.document))

    stored: list[str] = []
    temporaries = [pool.submit(written, version) for version in missing]
    try:
        for version, temporary in zip(missing, temporaries, strict=True):
            if publish(temporary.result(), history.layout.version(version.id)):
                stored.append(version.id)
    finally:
        for temporary in temporaries:
            if temporary.exception() is None:
                temporary.result().unlink(missing_ok=True)
        sync_folder(history.layout.history)
        history.note_stored(stored)
        refresh_derived(history)
    return len(stored)


def _is_there(history: History, version: Version) -> bool:
    try:
        there = history.read(version.id)
    except FileNotFoundError:
        return False
    except DamagedVersionError as error:
        raise StoreConflictError(f"{version.id} has a damaged file in its place: {error}") from error
    if there.document != version.document:
        raise StoreConflictError(f"{version.id} is there with other content")
    return True


def raise_counts(history: History, lifetime: Lifetime) -> None:
    """See Store.raise_counts. Raises OSError."""
    history.layout.made(history.layout.history)
    with history.changing():
        history.lifetime = later(lifetime_of(history, in_lock=True), lifetime)
        refresh_derived(history)
