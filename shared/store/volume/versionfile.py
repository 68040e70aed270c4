"""Reading a version's file, and believing it or not. Blocking."""

import errno
import os
import stat
import threading
from pathlib import Path

import msgspec

from shared.schemas.codec import decode_document
from shared.store.base import Version
from shared.store.believing import is_of_unknown_form, is_surely, why_not

__all__ = [
    "DamagedVersionError",
    "RecentVersions",
    "UnservableVersionError",
    "WouldBlockError",
    "content_of",
    "read_version",
]

_LIMIT = 1024 * 1024
"""Bytes of one read; a version has about 1,000, so one read does."""

_KEPT = 2048
"""Versions kept in memory: some megabytes."""


class DamagedVersionError(ValueError):
    """A file in the history is no version: torn, tampered with or foreign."""


class UnservableVersionError(DamagedVersionError):
    """A file that may well be right, but that this process can make nothing of: it is to stay where it is."""


class WouldBlockError(Exception):
    """The file is not in the memory of the machine: reading it would wait for the disk."""


def read_version(account: str, version_id: str, path: Path | str, *, wait: bool = True) -> Version:
    """Read a version and check that it is what its name says.

    Raises FileNotFoundError when it is gone, DamagedVersionError when it cannot be believed, OSError; and
    WouldBlockError when it would have to wait and must not.
    """
    try:
        document = decode_document(content_of(path, wait=wait))
    except msgspec.MsgspecError as error:
        raise DamagedVersionError(f"not a snapshot: {error}") from error
    if is_surely(version_id, document):
        return Version(account, version_id, document)
    if reason := why_not(version_id, document):
        if is_of_unknown_form(version_id, document):
            raise UnservableVersionError(f"whole, but of a form this program does not know: {reason}")
        raise DamagedVersionError(reason)
    return Version(account, version_id, document)


def content_of(path: Path | str, *, wait: bool = True) -> bytes:
    """Read a regular file; a link, a folder or a pipe under a version's name is no version."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DamagedVersionError("a link, not a file") from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise UnservableVersionError("it may not be read: correct its owner or mode") from error
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise DamagedVersionError("not a regular file")
        if found.st_size > _LIMIT:
            raise DamagedVersionError(f"{found.st_size} bytes, far more than a version has")
        return os.read(descriptor, _LIMIT) if wait else _at_hand(descriptor, found.st_size)
    finally:
        os.close(descriptor)


def _at_hand(descriptor: int, size: int) -> bytes:
    """Read what the machine has in memory already, without waiting (Linux: RWF_NOWAIT)."""
    data = bytearray(size)
    try:
        count = os.preadv(descriptor, [data], 0, os.RWF_NOWAIT) if size else 0
    except (OSError, AttributeError) as error:
        raise WouldBlockError from error
    if count != size:
        raise WouldBlockError
    return bytes(data)


class RecentVersions:
    """The versions read last, kept in memory: a version never changes. Safe for threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[str, Version] = {}
        self._guard = threading.Lock()

    def get(self, version_id: str) -> Version | None:
        """Return a version that was read before."""
        return self._kept.get(version_id)

    def put(self, version: Version) -> None:
        """Keep a version; the one kept longest makes room."""
        with self._guard:
            self._kept[version.id] = version
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]

    def drop(self, version_id: str) -> None:
        """Forget a version."""
        with self._guard:
            self._kept.pop(version_id, None)
