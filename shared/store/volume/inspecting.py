"""What is derived against what it is derived from, and what lies about: looked at only. Blocking."""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

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

_BETWEEN_SECONDS = (0.3, 1.0)
"""A receiver at work is behind with what is derived for a moment: only what stays wrong is told."""

Stand = tuple[int, int, int] | None
"""Which file it is, its length and when it was written."""


class _Wrong(Struct):
    """Something derived that does not agree with the history; `seen` stays while nobody writes it."""

    path: Path
    reason: str
    seen: Stand | None = None
    ids: frozenset[str] = frozenset()

    def lasts(self, earlier: "_Wrong") -> bool:
        """Tell whether it is still what was wrong before, and not something that came meanwhile."""
        if self.path != earlier.path:
            return False
        return bool(self.ids & earlier.ids) if self.ids else self.seen == earlier.seen


def inspect(history: History) -> list[Finding]:
    """See Upkeep.inspect. Raises OSError."""
    wrong = list(_derived(history))
    for seconds in _BETWEEN_SECONDS:
        if not wrong:
            break
        time.sleep(seconds)
        wrong = [now for now in _derived(history) if any(now.lasts(before) for before in wrong)]
    findings = [_found(history, one.path, one.reason) for one in wrong]
    return [*findings, *_unfinished(history), *_readable_by_others(history)]


def _derived(history: History) -> Iterator[_Wrong]:
    layout = history.layout
    if not layout.history.is_dir():
        return
    before = set(history.look(lambda index: list(index.ids)))
    there = set(_ids(layout.history))
    after = set(history.look(lambda index: list(index.ids)))
    too_many, missed = (before & after) - there, there - before - after
    if too_many or missed:
        yield _Wrong(
            layout.index_log,
            f"it knows {len(too_many)} versions that are not there and misses {len(missed)}",
            ids=frozenset(too_many | missed),
        )
    seen = _stand(layout.latest)
    newest = history.find(lambda index: index.newest)
    if newest and content_of_derived(layout.latest) != encode_pretty(newest.version.document):
        yield _Wrong(layout.latest, f"it is not the newest version, {newest.version.id}", seen)
    seen, lifetime = _stand(layout.metadata), lifetime_of(history)
    right = history.look(lambda index: summarise(index, lifetime))
    if read_metadata(layout) not in {right, summarise(Index(there), lifetime)}:
        reason = f"it does not describe the {right.version_count} versions there"
        yield _Wrong(layout.metadata, reason, seen)


def _stand(path: Path) -> Stand:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


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
