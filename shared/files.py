"""Files that survive a crash: complete or absent, and on the disk before the caller goes on.

The protocol (temporary file, fsync, rename or link, fsync of the folder) is the one that kept every
acknowledged file through power cuts; leaving out either fsync lost some. After a failed fsync nothing is
retried on the same file: the kernel may already call its pages clean.
"""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = [
    "TEMPORARY",
    "private_folder",
    "publish",
    "read_regular",
    "replace",
    "replace_unsynced",
    "sync_and_close",
    "sync_folder",
    "write_temporary",
    "write_unsynced",
]

TEMPORARY = ".tmp-"
"""How the names of unfinished files begin; what carries it may be swept when it is old."""

Data = bytes | Iterable[bytes]


def write_temporary(folder: Path, data: Data, *, mode: int = 0o600) -> Path:
    """Write a new file with a name nobody else uses, on the disk when this returns. Raises OSError.

    `data` may come in pieces, which are written as they come.
    """
    path, descriptor = write_unsynced(folder, data, mode=mode)
    with _removed_on_failure(path):
        sync_and_close(descriptor)
    return path


def write_unsynced(folder: Path, data: Data, *, mode: int = 0o600) -> tuple[Path, int]:
    """Write a new file; return its path and the open file, which is durable after `sync_and_close`.

    Raises OSError; what was begun is then gone.
    """
    path = folder / f"{TEMPORARY}{secrets.token_hex(8)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with _removed_on_failure(path):
            for piece in (data,) if isinstance(data, bytes) else data:
                view = memoryview(piece)
                while view:
                    view = view[os.write(descriptor, view) :]
    except BaseException:
        os.close(descriptor)
        raise
    return path, descriptor


def sync_and_close(descriptor: int) -> None:
    """Put a written file on the disk and close it, once: after an error nothing may be tried again on it."""
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def publish(temporary: Path, final: Path) -> bool:
    """Give a finished file a second name, unless that name is taken. True if it was free. Raises OSError.

    The temporary name stays, for the caller to remove; and nothing is durable before the folder is synced.
    """
    try:
        os.link(temporary, final)
    except FileExistsError:
        return False
    return True


def read_regular(path: Path, longest: int | None = None) -> bytes | None:
    """Read a regular file, at most so many bytes of it; None for a folder or a pipe in its place.

    No link is followed, and no pipe is waited for. Raises OSError, ELOOP for a link.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return None
        return os.read(descriptor, found.st_size if longest is None else min(found.st_size, longest))
    finally:
        os.close(descriptor)


def replace(path: Path, data: Data, *, mode: int = 0o600, durable: bool = True) -> None:
    """Put new content under a name that readers may have open: they see the old or the new, never a mix.

    With `durable` false the folder is not synced: after a power cut the name may hold the older content.
    """
    temporary = write_temporary(path.parent, data, mode=mode)
    with _removed_on_failure(temporary):
        temporary.replace(path)
    if durable:
        sync_folder(path.parent)


def replace_unsynced(path: Path, data: Data, *, mode: int = 0o600) -> None:
    """Put new content under a name without a sync: for what nobody believes after a power cut."""
    temporary, descriptor = write_unsynced(path.parent, data, mode=mode)
    os.close(descriptor)
    with _removed_on_failure(temporary):
        temporary.replace(path)


def sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter, and each missing parent, durably. Raises OSError."""
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    if not path.is_dir():
        private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        sync_folder(path.parent)
    return path
