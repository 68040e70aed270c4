"""The keys file on the disk: read with a look at its rights, changed whole under a lock."""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from shared import files

__all__ = ["Content", "UnfitFileError", "change", "rights_of", "take"]

LARGEST = 1024 * 1024
"""Bytes; a key takes about 250."""

T = TypeVar("T")


class UnfitFileError(Exception):
    """A file that must not or cannot be read as a keys file; the text says why."""


class Content(Struct, frozen=True):
    """What a keys file held at one moment, and what is to be said about its rights ("" when all is well)."""

    data: bytes
    rights: str = ""


def take(path: Path) -> Content:
    """Read a keys file. Raises UnfitFileError or OSError; FileNotFoundError when there is none."""
    # Without O_NONBLOCK a pipe in its place would keep us waiting for somebody who writes to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UnfitFileError("it is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(data) > LARGEST:
        raise UnfitFileError(f"it is longer than {LARGEST} bytes")
    if found.st_mode & stat.S_IWOTH:
        raise UnfitFileError("everybody may write it, and so make keys: chmod 600 it")
    return Content(data, rights_of(found.st_mode, found.st_uid))


def rights_of(mode: int, owner: int) -> str:
    """Say who else may read or write a keys file, "" when that is as it should be.

    A file of root's that nobody may write is how Docker and Kubernetes hand in secrets (0444): only who is
    let into the container sees it.
    """
    if mode & stat.S_IWGRP:
        return "its group may write it, and so make keys: chmod 600 it"
    if mode & stat.S_IROTH and not (owner == 0 and not mode & stat.S_IWUSR):
        return "everybody on this machine may read it (it holds hashes only): chmod 600 it"
    return ""


def change(path: Path, edit: Callable[[bytes], tuple[bytes, T]], *, create: bool = False) -> T:
    """Replace a keys file by what `edit` makes of it; of two changes at once none is lost.

    A new file is private (0600). One that was there keeps its owner and who may read it, so that a receiver
    that runs as another user than who changes its keys can still read them: one that cannot would let a
    revoked key in. Raises OSError, UnfitFileError and whatever `edit` raises; the file is then as it was.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    if create:
        files.private_folder(path.parent)
    with _locked(path.parent):
        before = path.stat() if path.exists() else None
        if before is None and not create:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        data, result = edit(take(path).data if before else b"")
        _replace(path, data, before)
    return result


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder: the file is another one after each change, and a lock file would stay behind."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, data: bytes, before: os.stat_result | None) -> None:
    temporary = files.write_temporary(path.parent, data)
    try:
        # What root makes in somebody's folder is for that somebody.
        model = before or (path.parent.stat() if os.geteuid() == 0 else None)
        made = temporary.stat()
        if model and (made.st_uid, made.st_gid) != (model.st_uid, model.st_gid):
            os.chown(temporary, model.st_uid, model.st_gid)
        if before:
            temporary.chmod(0o600 | before.st_mode & (stat.S_IRGRP | stat.S_IROTH))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    files.sync_folder(path.parent)
