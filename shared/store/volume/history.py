"""One account's versions on the volume: what is there, followed across processes, and reading it."""

import errno
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from shared.schemas.codec import RECEIVED_AT, decode_document, decode_snapshot, digest
from shared.store.base import Found, Version
from shared.store.index import Index
from shared.store.keys import id_of_file, matches_digest
from shared.store.volume.layout import Layout

__all__ = ["DamagedVersionError", "History"]

_SETTLED_NS = 50_000_000
"""A folder's time is as fine as the kernel's tick: one this close to the present may still hide a change."""

_READ_LIMIT = 1024 * 1024

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class DamagedVersionError(ValueError):
    """A file in the history is no version: torn, tampered with or foreign."""


class History:
    """The versions of one account, in order. Blocking; safe to use from several threads."""

    def __init__(self, account: str, layout: Layout) -> None:
        """Look at nothing yet; the first question does."""
        self.account = account
        self.layout = layout
        self._index = Index()
        self._guard = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._damaged: set[str] = set()

    def follow(self) -> Index:
        """Return the index as the folder is now, whoever changed it. Raises OSError."""
        with self._guard:
            looked_at = time.time_ns()
            try:
                changed = self.layout.history.stat(follow_symlinks=False).st_mtime_ns
            except FileNotFoundError:
                self._seen, self._index = None, Index()
                return self._index
            if self._seen is None or self._seen[0] != changed or not self._settled(self._seen):
                self._index = Index(self._scan())
                self._seen = (changed, looked_at)
            return self._index

    @property
    def known(self) -> Index:
        """The index as it was when last followed."""
        return self._index

    @staticmethod
    def _settled(seen: tuple[int, int]) -> bool:
        changed, looked_at = seen
        return looked_at - changed > _SETTLED_NS

    def _scan(self) -> list[str]:
        with os.scandir(self.layout.history) as entries:
            ids = {version_id for entry in entries if (version_id := id_of_file(entry.name))}
        self._damaged &= ids
        return sorted(ids - self._damaged)

    def set_aside(self, version_id: str, reason: str) -> None:
        """Stop counting a damaged file as a version, and say so once."""
        with self._guard:
            if version_id in self._damaged:
                return
            self._damaged.add(version_id)
            self._index = Index(i for i in self._index.ids if i != version_id)
        _log.error("version is damaged", account=self.account, version=version_id, reason=reason)

    def read(self, version_id: str) -> Version:
        """Read a version and check that it is what its name says.

        Raises FileNotFoundError when it is gone, DamagedVersionError when it cannot be believed, OSError.
        """
        try:
            document = decode_document(_content(self.layout.version(version_id)))
            decode_snapshot(document)
        except msgspec.MsgspecError as error:
            raise DamagedVersionError(f"not a snapshot: {error}") from error
        # The origin's own files carry no receivedAt, and 8 hex digits of another making.
        if RECEIVED_AT in document and not matches_digest(version_id, digest(document)):
            raise DamagedVersionError("its content does not match its name")
        return Version(self.account, version_id, document)

    def find(self, choose: Callable[[Index], str | None]) -> Found | None:
        """Return the version that `choose` picks from the index, with its place.

        A version deleted since, or found damaged, is passed over: the choice is made again.
        """
        while True:
            index = self.follow()
            version_id = choose(index)
            number = index.number(version_id) if version_id else None
            if version_id is None or number is None:
                return None
            try:
                return Found(self.read(version_id), number, len(index))
            except FileNotFoundError:
                self._forget_what_was_seen()
            except DamagedVersionError as error:
                self.set_aside(version_id, str(error))

    def _forget_what_was_seen(self) -> None:
        with self._guard:
            self._seen = None


def _content(path: Path) -> bytes:
    """Read a regular file; a link, a folder or a pipe under a version's name is no version."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DamagedVersionError("a link, not a file") from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DamagedVersionError("not a regular file")
        return b"".join(iter(lambda: os.read(descriptor, _READ_LIMIT), b""))
    finally:
        os.close(descriptor)
