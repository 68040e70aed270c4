"""The index log as a file: followed by reading what was added since, rewritten when it cannot be believed.

It is derived from the folder and never synced: what a crash leaves of it is believable or made again.
"""

import contextlib
import os
from functools import cache
from pathlib import Path
from zlib import crc32

from msgspec import Struct

from shared.files import replace_unsynced
from shared.store.volume.entries import Entries, Run, adding, header, parse, removing, settled, whole

__all__ = ["IndexLog", "Mark", "boot_of_machine"]


class Mark(Struct, frozen=True):
    """Up to where a log was read: which file it was, how long, and when it last changed."""

    inode: int
    size: int
    changed: int


class Tail(Struct, frozen=True):
    """The end of a log: how the file stands, the sum of its lines, the folder's time if they end with one."""

    mark: Mark
    sum: int
    settled: int | None


@cache
def boot_of_machine() -> str:
    """Return what tells this boot of the machine from the one before; a log from another is not believed."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


class IndexLog:
    """One account's index log, and how far it was read. Blocking; raises OSError for a failing disk."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is opened yet."""
        self._path = path
        self._name = os.fspath(path)
        self._mark: Mark | None = None
        self._sum: int | None = None
        self.settled: int | None = None
        """The folder's time if the lines read so far end with one, None when the log is not believed."""

    def is_read(self) -> bool:
        """Tell whether the log stands as it was last read or written here."""
        try:
            found = os.stat(self._name, follow_symlinks=False)  # noqa: PTH116 - at every read
        except FileNotFoundError:
            return self._mark is None
        mark = self._mark
        return (
            mark is not None
            and found.st_mtime_ns == mark.changed
            and found.st_size == mark.size
            and found.st_ino == mark.inode
        )

    def read(self) -> tuple[bool, list[Run]] | None:
        """Return what the log says: (True, all of it) or (False, what was added since the last time).

        None when it is missing, torn, changed, foreign or of another boot.
        """
        mark = self._stands()
        if mark is None:
            return None
        if mark == self._mark:
            return False, []
        known, before = self._mark, self._sum
        if known and before is not None and mark.inode == known.inode and mark.size > known.size:
            is_new, entries = False, self._parsed(self._bytes(known.size, mark.size), before)
        else:
            first = header(boot_of_machine())
            data = self._bytes(0, mark.size)
            is_new = True
            entries = self._parsed(data[len(first) :], crc32(first)) if data.startswith(first) else None
        if entries is None:
            return None
        self._mark, self._sum, self.settled = mark, entries.sum, entries.settled
        return is_new, entries.runs

    def tail(self) -> Tail | None:
        """Return where lines can be added; None when the log is not believed, and gets none."""
        return None if self._mark is None or self._sum is None else Tail(self._mark, self._sum, self.settled)

    def add(self, tail: Tail, run: Run, folder_time: int | None) -> Tail | None:
        """Add what was stored or removed, and the folder's time if it agrees then; under the account's lock.

        Nothing changes here before `took`. None when somebody wrote into the log by hand.
        """
        stored, ids = run
        lines = adding(ids) if stored else removing(ids)
        total = crc32(lines, tail.sum)
        if folder_time is not None:
            line = settled(folder_time, total)
            lines, total = lines + line, crc32(line, total)
        if self._stands() != tail.mark:
            return None
        self.append(lines)
        mark = self._stands()
        grown = mark and (mark.inode, mark.size) == (tail.mark.inode, tail.mark.size + len(lines))
        return Tail(mark, total, folder_time) if mark and grown else None

    def took(self, before: Tail | None, after: Tail | None) -> bool:
        """Take in what was added; False when it is not to be applied.

        That is so when somebody read it from the file meanwhile, or when it could not be written: the log is
        then not believed, and gets no more lines until it is written anew, lest a later one say that it
        agrees with the folder.
        """
        if before and after and self._mark == before.mark:
            self._mark, self._sum, self.settled = after.mark, after.sum, after.settled
            return True
        if after is None or self._mark != after.mark:
            self.lacks()
        return False

    def lacks(self) -> None:
        """Note that something is missing from the log: it is not to be believed, nor added to."""
        self._sum = self.settled = None

    def append(self, lines: bytes) -> None:
        """Add lines in one write."""
        descriptor = os.open(self._name, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.write(descriptor, lines)
        finally:
            os.close(descriptor)

    def listed(self, ids: list[str], folder_time: int, *, write: bool) -> None:
        """Take in what a listing of the folder found and, with `write`, say just that; under the lock.

        Where it cannot be written the log stays as it is, and the folder is listed at each change.
        """
        self._sum = None
        if write:
            with contextlib.suppress(OSError):
                self._sum = self.rewrite(ids, folder_time)
        self._mark, self.settled = self._stands(), folder_time

    def rewrite(self, ids: list[str], folder_time: int) -> int:
        """Replace the log by one that says just this; return its sum."""
        total = 0

        def summed(part: bytes) -> bytes:
            nonlocal total
            total = crc32(part, total)
            return part

        replace_unsynced(self._path, map(summed, whole(boot_of_machine(), ids, folder_time)))
        return total

    def _stands(self) -> Mark | None:
        try:
            found = os.stat(self._name, follow_symlinks=False)  # noqa: PTH116 - at every read
        except FileNotFoundError:
            return None
        return Mark(found.st_ino, found.st_size, found.st_mtime_ns)

    def _bytes(self, start: int, end: int) -> bytes:
        """Read a part; nothing of what is no file, or cannot be read: the log is made anew then."""
        try:
            descriptor = os.open(self._name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return b""
        try:
            return os.pread(descriptor, end - start, start)
        except OSError:
            return b""
        finally:
            os.close(descriptor)

    @staticmethod
    def _parsed(data: bytes, before: int) -> Entries | None:
        try:
            return parse(data, before)
        except ValueError:
            return None
