"""The index log as a file: followed by reading what was added since, rewritten when it cannot be believed.

It is derived from the folder and never synced: what a crash leaves of it is believable or made again.
"""

import os
from functools import cache
from pathlib import Path

from msgspec import Struct

from shared.files import replace
from shared.store.volume.entries import Entries, header, parse, whole

__all__ = ["IndexLog", "Mark", "boot_of_machine"]


class Mark(Struct, frozen=True):
    """Up to where a log was read: which file it was, how long, and when it last changed."""

    inode: int
    size: int
    changed: int


@cache
def boot_of_machine() -> str:
    """Return what tells this boot of the machine from the one before; a log from another is not believed."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


class IndexLog:
    """One account's index log. Blocking; every method raises OSError for a failing disk."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened yet."""
        self._path = path
        self._name = os.fspath(path)

    def mark(self) -> Mark | None:
        """Return how the file stands now, None when there is none."""
        try:
            found = os.stat(self._name, follow_symlinks=False)  # noqa: PTH116 - at every read
        except FileNotFoundError:
            return None
        return Mark(found.st_ino, found.st_size, found.st_mtime_ns)

    def read_part(self, start: int | None, end: int) -> Entries | None:
        """Return what the bytes from `start` to `end` say; from the first line on when `start` is None.

        None when the log is missing, torn, foreign or, seen from its beginning, of another boot.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(start or 0)
                data = file.read(end - (start or 0))
        except FileNotFoundError:
            return None
        if start is None:
            first, _, data = data.partition(b"\n")
            if first + b"\n" != header(boot_of_machine()):
                return None
        try:
            return parse(data)
        except (ValueError, UnicodeDecodeError):
            return None

    def append(self, lines: bytes) -> None:
        """Add lines in one write, under the account's lock."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.write(descriptor, lines)
        finally:
            os.close(descriptor)

    def rewrite(self, ids: list[str], folder_time: int) -> None:
        """Replace the log by one that says just this, under the account's lock."""
        replace(self._path, whole(boot_of_machine(), ids, folder_time), durable=False)
