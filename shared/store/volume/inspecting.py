"""What is derived against what it is derived from, and what lies about: looked at only. Blocking."""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from shared.files import TEMPORARY
from shared.schemas.codec import encode_pretty
from shared.store.index import Index
from shared.store.keys import id_of_file
from shared.store.metadata import summarise
from shared.store.upkeep import Finding
from shared.store.volume.derived import content_of_derived, lifetime_of, read_metadata
from shared.store.volume.history import History
from shared.store.volume.upkeep import ABANDONED_SECONDS

__all__ = ["inspect"]

_TRIES = 3
_BETWEEN_SECONDS = 0.3
"""A receiver at work is behind with what is derived for a moment: only what stays wrong is told."""


def inspect(history: History) -> list[Finding]:
    """See Upkeep.inspect. Raises OSError."""
    findings: list[Finding] = []
    for attempt in range(_TRIES):
        findings = list(_derived(history))
        if not findings:
            break
        if attempt + 1 < _TRIES:
            time.sleep(_BETWEEN_SECONDS)
    return [*findings, *_unfinished(history), *_readable_by_others(history)]


def _derived(history: History) -> Iterator[Finding]:
    layout = history.layout
    if not layout.history.is_dir():
        return
    known = set(history.look(lambda index: list(index.ids)))
    there = set(_ids(layout.history))
    if known != there:
        yield _found(
            history,
            layout.index_log,
            f"it knows {len(known - there)} versions that are not there and misses {len(there - known)}",
        )
    newest = history.find(lambda index: index.newest)
    if newest and content_of_derived(layout.latest) != encode_pretty(newest.version.document):
        yield _found(history, layout.latest, f"it is not the newest version, {newest.version.id}")
    lifetime = lifetime_of(history)
    right = history.look(lambda index: summarise(index, lifetime))
    if read_metadata(layout) not in {right, summarise(Index(there), lifetime)}:
        yield _found(
            history, layout.metadata, f"it does not describe the {right.version_count} versions there"
        )


def _ids(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if (version_id := id_of_file(entry.name)) and entry.is_file(follow_symlinks=False):
                yield version_id


def _unfinished(history: History) -> Iterator[Finding]:
    for path, found in _everything(history):
        if path.name.startswith(TEMPORARY) and time.time() - found.st_mtime > ABANDONED_SECONDS:
            yield _found(history, path, "left behind by a process that died; a rebuild removes it")


def _readable_by_others(history: History) -> Iterator[Finding]:
    """Count what others on the machine may read or write: one finding for all of it, with the first."""
    count, first = 0, None
    for path, found in _everything(history):
        if found.st_mode & 0o077 and not stat.S_ISLNK(found.st_mode):
            count, first = count + 1, first or path
    if first:
        yield _found(history, first, f"open to others, {count} files and folders in all: chmod -R go=")


def _everything(history: History) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield what is the account's own, with how it stands; what goes away meanwhile is left out."""
    layout = history.layout
    for folder in (layout.history, layout.archive, layout.reports, layout.quarantine):
        if folder.is_dir() and not folder.is_symlink():
            for path in (folder, *folder.iterdir()):
                with contextlib.suppress(FileNotFoundError):
                    yield path, path.lstat()
    if layout.folder.is_dir():
        for path in layout.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if stat.S_ISREG((found := path.lstat()).st_mode):
                    yield path, found


def _found(history: History, path: Path, reason: str) -> Finding:
    return Finding(
        account=history.account, file=path.relative_to(history.layout.folder).as_posix(), reason=reason
    )
