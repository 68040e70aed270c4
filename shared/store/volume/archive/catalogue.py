"""The index of an account's archives: which months there are, what is in each. Blocking; safe for threads.

It is derived: an entry is believed only while its month's file stands as it did, and made again otherwise. A
copy on the disk saves reading all months at a start; it may be lost, old or damaged at any time.
"""

import contextlib
import hashlib
import math
import os
import re
import stat
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from shared.files import replace
from shared.store.keys import month_of, stamp_of
from shared.store.volume.archive.months import Month, mark_of, scanned

__all__ = ["Catalogue", "open_month"]

_NAME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.ndjson\.gz")

_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(list[Month])


def open_month(path: Path) -> int:
    """Open a month's file; links are not followed. Raises FileNotFoundError when there is none, OSError."""
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)


class Catalogue:
    """What is known of the archives in a folder; `told` hears of each damage once."""

    def __init__(self, folder: Path, copy: Path, told: Callable[[str, str], None]) -> None:
        """Look at nothing yet; `copy` is where the index is kept on the disk."""
        self._folder = folder
        self._name = os.fspath(folder)
        self._copy = copy
        self._told = told
        self._guard = threading.Lock()
        self._known: dict[str, Month] = {}
        self._names: Sequence[str] = ()
        self._stood: int | None = None
        self._loaded = False
        self._looked_at = -math.inf
        """When `is_current` last began to look, and found that it is; monotonic."""

    def _stand(self) -> int | None:
        """Return when the folder changed; None when there is none, or a link or a file in its place."""
        try:
            found = os.stat(self._name, follow_symlinks=False)  # noqa: PTH116 - at every question by time
        except FileNotFoundError:
            return None
        return found.st_ctime_ns if stat.S_ISDIR(found.st_mode) else None

    def is_current(self, asked_at: float = math.inf) -> bool:
        """Tell whether the months' names are known, so that `names` needs no disk.

        A look at the folder that was begun later than `asked_at` (monotonic seconds) is not made again.
        """
        if self._looked_at > asked_at:
            return True
        began = time.monotonic()
        if not self._loaded or self._stand() != self._stood:
            return False
        self._looked_at = began
        return True

    def may_hold(self, start: str, end: str) -> bool:
        """Tell, without the disk, whether a version with start <= stamp <= end may be archived.

        Only for a catalogue that is current. A month that was not read yet may hold anything of its time.
        """
        names = self._names
        for place in range(bisect_left(names, month_of(start)), bisect_right(names, month_of(end))):
            known = self._known.get(names[place])
            if known is None or _may_hold(known, start, end):
                return True
        return False

    def is_complete(self) -> bool:
        """Tell whether every month is known, so that nothing needs to be read through."""
        return all(name in self._known for name in self.names())

    def names(self) -> Sequence[str]:
        """Return the months that have a file, oldest first. Raises OSError."""
        with self._guard:
            stood = self._stand()
            if not self._loaded or stood != self._stood:
                if not self._known:
                    self._known = {month.month: month for month in self._read_copy()}
                self._names = self._list() if stood is not None else ()
                self._stood, self._loaded = stood, True
            return self._names

    def month(self, name: str, descriptor: int) -> Month:
        """Return what a month's open file holds, read through if it has changed. Raises OSError."""
        stands = mark_of(os.fstat(descriptor))
        known = self._known.get(name)
        if known is None or known.mark != stands:
            known = scanned(descriptor, name)
            with self._guard:
                self._known[name] = known
            for what in known.damage:
                self._told(f"{name}.ndjson.gz", what)
        return known

    def put(self, month: Month) -> None:
        """Keep what a month's file holds, here and on the disk; a failure of the latter only costs time."""
        with self._guard, contextlib.suppress(OSError):
            self._known[month.month] = month
            entries = _encode([self._known[name] for name in sorted(self._known)])
            replace(self._copy, _summed(entries), durable=False)

    def forget(self, name: str) -> None:
        """Drop what is known of a month, so that its file is read again."""
        with self._guard:
            self._known.pop(name, None)

    def _list(self) -> list[str]:
        """List the months; what is known of a file that does not stand as it did is dropped."""
        names = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if (found := _NAME.fullmatch(entry.name)) and entry.is_file(follow_symlinks=False):
                    names.append(found[1])
                    known = self._known.get(found[1])
                    if known and known.mark != mark_of(entry.stat(follow_symlinks=False)):
                        del self._known[found[1]]
        return sorted(names)

    def _read_copy(self) -> list[Month]:
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            data = self._copy.read_bytes()
            entries = data.partition(b"\n")[2]
            if data == _summed(entries):
                return _decoder.decode(entries)
        return []


def _may_hold(known: Month, start: str, end: str) -> bool:
    if not known.newest or not known.oldest or stamp_of(known.newest) < start or stamp_of(known.oldest) > end:
        return False
    return any(stamp_of(member.first) <= end and stamp_of(member.last) >= start for member in known.members)


def _summed(entries: bytes) -> bytes:
    """Put a line before the entries by which damage to them shows."""
    return hashlib.sha256(entries).hexdigest().encode() + b"\n" + entries
