"""The index of an account's archives: which months there are, what is in each. Blocking; safe for threads.

It is derived: an entry is believed only while its month's file stands as it did, and made again otherwise. A
copy on the disk saves reading months through, at a start and when another process has changed them; it may be
lost, old or damaged at any time.
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
from shared.store.keys import digest_part, digest_parts, month_of, stamp_of
from shared.store.volume.archive.months import Mark, Month, mark_of, scanned
from shared.store.volume.regular import content_of_regular

__all__ = ["Catalogue", "open_month"]

_NAME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.ndjson\.gz")

_TICK = 50_000_000
"""Nanoseconds within which a file system may give two changes one time."""

_UNSURE = -1
"""In the place of a folder's time: it is to be listed again."""

_LONGEST = 256 * 1024 * 1024
"""Bytes read of the index; a year of versions takes a fifth of a megabyte."""

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
        self._ahead: dict[str, str] | None = None
        """By the digits their ids took from their content: versions that came before their own time."""
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

    def is_empty(self) -> bool:
        """Tell, without the disk, that there is no month; only for a catalogue that is current."""
        return not self._names

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

    def ahead_with(self, fingerprint: str) -> list[str]:
        """Return archived ids of versions that came before their own time, made from a digest.

        Of months that were not read yet nothing is known. Raises OSError.
        """
        self.names()
        with self._guard:
            if self._ahead is None:
                self._ahead = {digest_part(i): i for month in self._known.values() for i in month.ahead}
            ahead = self._ahead
        return [ahead[part] for part in digest_parts(fingerprint) if part in ahead] if ahead else []

    def names(self) -> Sequence[str]:
        """Return the months that have a file, oldest first. Raises OSError."""
        with self._guard:
            stood = self._stand()
            if not self._loaded or stood != self._stood:
                self._names = self._list() if stood is not None else ()
                # Of a folder that changed just now, the next change may have the same time.
                self._stood = _UNSURE if stood is not None and _is_fresh(stood) else stood
                self._loaded = True
            return self._names

    def month(self, name: str, descriptor: int, *, anew: bool = False) -> Month:
        """Return what a month's open file holds, read through if it changed or `anew`. Raises OSError."""
        known = self._known.get(name)
        if anew or known is None or known.mark != mark_of(os.fstat(descriptor)):
            known = scanned(descriptor, name)
            self._keep(known)
            for what in known.damage:
                self._told(f"{name}.ndjson.gz", what)
        return known

    def _keep(self, month: Month) -> None:
        """Keep what was read, unless the file was replaced or may have been written to meanwhile."""
        with self._guard:
            still = not _is_fresh(month.mark.changed) and self._mark(month.month) == month.mark
            self._learnt({month.month: month} if still else {}, [month.month])

    def _learnt(self, known: dict[str, Month], instead_of: Sequence[str]) -> None:
        """Forget some months, and know others from now on; under the guard."""
        for name in instead_of:
            self._known.pop(name, None)
        self._known.update(known)
        self._ahead = None

    def announce(self, month: Month) -> None:
        """Say on the disk what a file holds that is about to be a month's; a failure only costs time.

        Whoever meets the file then finds it described, and need not read it through.
        """
        with self._guard:
            known = {**self._known, month.month: month}
        entries = _encode([known[name] for name in sorted(known)])
        with contextlib.suppress(OSError):
            replace(self._copy, _summed(entries), durable=False)

    def put(self, month: Month) -> None:
        """Know what a month's file holds, which was just written."""
        with self._guard:
            self._learnt({month.month: month}, [])

    def forget(self, name: str) -> None:
        """Drop what is known of a month that has no file any more."""
        with self._guard:
            self._learnt({}, [name])

    def _mark(self, name: str) -> Mark | None:
        try:
            return mark_of((self._folder / f"{name}.ndjson.gz").lstat())
        except OSError:
            return None

    def _list(self) -> list[str]:
        """List the months; of a file that does not stand as it did, the copy on the disk may know more."""
        marks: dict[str, Mark] = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if (found := _NAME.fullmatch(entry.name)) and entry.is_file(follow_symlinks=False):
                    marks[found[1]] = mark_of(entry.stat(follow_symlinks=False))
        known = {name: self._known[name].mark for name in marks if name in self._known}
        if changed := [name for name, mark in marks.items() if known.get(name) != mark]:
            copies = {month.month: month for month in self._read_copy()}
            right = {i: copies[i] for i in changed if i in copies and copies[i].mark == marks[i]}
            self._learnt(right, changed)
        return sorted(marks)

    def _read_copy(self) -> list[Month]:
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError):
            data = content_of_regular(self._copy, _LONGEST) or b""
            entries = data.partition(b"\n")[2]
            if data == _summed(entries):
                return _decoder.decode(entries)
        return []


def _is_fresh(changed: int) -> bool:
    """Tell whether a change (nanoseconds since 1970) is so new that the next may have the same time."""
    return 0 <= time.time_ns() - changed < _TICK


def _may_hold(known: Month, start: str, end: str) -> bool:
    if not known.newest or not known.oldest or stamp_of(known.newest) < start or stamp_of(known.oldest) > end:
        return False
    return any(stamp_of(member.first) <= end and stamp_of(member.last) >= start for member in known.members)


def _summed(entries: bytes) -> bytes:
    """Put a line before the entries by which damage to them shows."""
    return hashlib.sha256(entries).hexdigest().encode() + b"\n" + entries
