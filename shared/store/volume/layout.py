"""Where one account's files lie on the volume: the origin's names, for `default` at the root itself."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from shared.files import private_folder
from shared.schemas.usage import DEFAULT_ACCOUNT
from shared.store.errors import StoreDamagedError
from shared.store.keys import is_account

__all__ = ["Layout", "accounts_of", "is_file", "layout_of", "link_in_place_of"]

_ACCOUNTS = "accounts"
_HISTORY = "console-usage-history"
_ARCHIVE = "archive"
_REPORTS = "reports"


class Layout(Struct, frozen=True):
    """The places of one account."""

    folder: Path
    read_only: bool = False
    """Whether this process must leave every file as it is, locks and index included."""
    inside: bool = False
    """Whether the folder is one under `accounts`; the root itself may be reached by a link."""

    @property
    def latest(self) -> Path:
        """A copy of the newest version, a regular file."""
        return self.folder / "console-usage-synced.json"

    @property
    def history(self) -> Path:
        """The folder with one file a version."""
        return self.folder / _HISTORY

    @property
    def metadata(self) -> Path:
        """The statistics of the history."""
        return self.history / "_metadata.json"

    @property
    def archive(self) -> Path:
        """The folder with one file a month, gzipped lines of JSON."""
        return self.folder / _ARCHIVE

    @property
    def reports(self) -> Path:
        """The folder with one file a report."""
        return self.folder / _REPORTS

    def report(self, report_id: str) -> Path:
        """Return a report's file."""
        return self.reports / f"{report_id}.json"

    @property
    def quarantine(self) -> Path:
        """The folder of files that could not be believed, each with a note why."""
        return self.folder / "quarantine"

    def made(self, folder: Path) -> Path:
        """Return one of these folders, made when it is missing, to write into it.

        Raises StoreDamagedError for a link in its place, OSError.
        """
        self.refuse_link(folder)  # what went there would lie outside the store
        return private_folder(folder)

    def refuse_link(self, folder: Path) -> None:
        """Raise StoreDamagedError for a link in the place of one of these folders."""
        if folder.is_symlink():
            raise link_in_place_of(folder)

    def refuse_linked_account(self) -> None:
        """Raise StoreDamagedError where a link stands for the account's folder or the one above it."""
        for folder in (self.folder.parent, self.folder) if self.inside else ():
            self.refuse_link(folder)

    def has_history(self) -> bool:
        """Tell whether there is a history. Raises StoreDamagedError for a link in its place."""
        self.refuse_link(self.history)
        return self.history.is_dir()

    def month(self, month: str) -> Path:
        """Return the archive of a month (`2026-11`)."""
        return self.archive / f"{month}.ndjson.gz"

    def version(self, version_id: str) -> Path:
        """Return a version's file."""
        return self.history / f"{version_id}.json"

    @property
    def index_log(self) -> Path:
        """What lets processes follow the history without listing it; made from the history when lost."""
        return self.folder / ".index"

    @property
    def archive_index(self) -> Path:
        """What the archives hold, month by month; made from them when lost."""
        return self.folder / ".archive-index"

    def locked(self, *, wait: bool = True) -> contextlib.AbstractContextManager[bool]:
        """Hold the account's lock: one process at a time changes its history. Freed when a process dies.

        Without `wait`, give False at once when another holds it. Raises OSError when it cannot be opened.
        """
        return self._locked(".lock", wait=wait)

    def archive_locked(self) -> contextlib.AbstractContextManager[bool]:
        """Hold the archive's lock: writing a month anew takes long, and appends need not wait."""
        return self._locked(".archive-lock", wait=True)

    @contextlib.contextmanager
    def _locked(self, name: str, *, wait: bool) -> Iterator[bool]:
        if self.read_only:
            raise OSError(errno.EROFS, "this store was opened only to be read")
        path = self.folder / name
        while True:
            descriptor = _open_lock(path)
            try:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                except BlockingIOError:
                    yield False
                    return
                # A folder put back from a backup brings a lock file of its own: that one counts.
                if is_file(descriptor, path):
                    yield True
                    return
            finally:
                os.close(descriptor)


def _open_lock(path: Path) -> int:
    """Open a lock file, made only when it is missing: making waits where a disk is frozen."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, 0o600)


def link_in_place_of(folder: Path) -> StoreDamagedError:
    """Say that a link stands where one of the store's folders should be."""
    return StoreDamagedError(f"{folder.name} is a link, which is not followed: make it a folder")


def is_file(descriptor: int, path: Path) -> bool:
    """Tell whether an open file still has its name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def layout_of(root: Path, account: str, *, read_only: bool = False) -> Layout:
    """Return an account's places; the name must have been checked."""
    if account == DEFAULT_ACCOUNT:
        return Layout(root, read_only)
    return Layout(root / _ACCOUNTS / account, read_only, inside=True)


def accounts_of(root: Path) -> list[str]:
    """List the accounts that have a history, an archive or reports; no link is followed. Raises OSError."""
    found = [DEFAULT_ACCOUNT] if _is_account(root) else []
    if _is_folder(root / _ACCOUNTS):
        with os.scandir(root / _ACCOUNTS) as entries:
            found += [
                entry.name
                for entry in entries
                if is_account(entry.name)
                and entry.name != DEFAULT_ACCOUNT
                and entry.is_dir(follow_symlinks=False)
                and _is_account(Path(entry.path))
            ]
    return sorted(found)


def _is_account(folder: Path) -> bool:
    return any(_is_folder(folder / name) for name in (_HISTORY, _ARCHIVE, _REPORTS))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
