"""One account's index, followed across processes at a cost that does not grow with the history. Blocking.

Two `stat` calls tell whether anything changed. What other processes of ours changed is read from the index
log; what somebody changed by hand shows as a folder newer than the log says, and the folder is listed once.
"""

import contextlib
import os
import stat
import threading
import time
from collections.abc import Iterable

from shared.files import TEMPORARY
from shared.store.index import Index, Rank
from shared.store.keys import id_of_file
from shared.store.volume.entries import Run, left_after
from shared.store.volume.indexlog import IndexLog
from shared.store.volume.layout import Layout, link_in_place_of
from shared.store.volume.leftout import LeftOut
from shared.store.volume.noticed import Noticed

__all__ = ["FollowedIndex"]

_FEW = 64
"""Changes put in their places one by one; from so many on, and that share, an index is made anew."""


class FollowedIndex:
    """The order of one account's versions.

    Not safe for threads: the caller keeps them out with `guard`, but for the `note_` calls, which take it
    themselves and let go of it while they write. A disk that does not answer keeps no reader waiting.
    """

    def __init__(self, layout: Layout, rank: Rank, guard: threading.Lock) -> None:
        """Look at nothing yet; `rank` orders the versions of one second."""
        self._guard = guard
        self._rank = rank
        self.index = Index(rank=rank)
        self._layout = layout
        self._folder = os.fspath(layout.history)
        self._log = IndexLog(layout.index_log)
        self._loaded = False
        self._left_out = LeftOut(layout)
        self.noticed = Noticed()
        """What came since somebody wants to know; whoever looks at it follows first."""
        self.unfinished: list[str] = []
        """Temporary files that the last listing met."""

    def is_current(self, *, changing: bool = False) -> bool:
        """Tell whether nothing has changed since the index was last followed.

        With `changing`, this process is changing the folder under the account's lock: what it has not noted
        yet is not acknowledged, and need not be seen.
        """
        return (
            self._loaded
            and (changing or self._agrees())
            and self._log.is_read()
            and not self._left_out.changed()
        )

    def follow(self, *, in_lock: bool = False) -> None:
        """Bring the index up to date with what was acknowledged before this call. Raises OSError."""
        if self.is_current():
            return
        for version_id in self._left_out.take_back():
            self._add(version_id)
        if self._read_log() and self._agrees():
            return
        if in_lock:
            self.examine()
            return
        with contextlib.ExitStack() as stack:
            try:
                held = stack.enter_context(self._layout.locked(wait=False))
            except OSError:  # the lock cannot be opened: a disk that is read-only, or the folder is gone
                held = True
            # When another process is changing files just now, what it has not acknowledged need not be seen.
            if held and not (self._read_log() and self._agrees()):
                self.examine()

    @property
    def loaded(self) -> bool:
        """Whether there is an index at all; the first time, `follow` must be called in the lock."""
        return self._loaded

    def note_stored(self, ids: list[str]) -> None:
        """Tell all processes what was stored and is durable; under the account's lock."""
        self._note((True, ids), settles=True)

    def note_settled(self) -> None:
        """Tell all processes that the folder is as the log says; under the lock."""
        if not self._agrees():
            self._note((True, []), settles=True)

    def note_leaving(self, ids: list[str]) -> None:
        """Tell all processes what is about to be removed, so that nobody looks for it; under the lock."""
        self._note((False, ids), settles=False)

    def leave_out(self, version_id: str) -> None:
        """Do not count a damaged file as a version, until the file changes."""
        self._left_out.add(version_id)
        self.index.discard(version_id)

    def take_in(self, version_id: str) -> None:
        """Count a file as a version again that was left out: it is whole."""
        self._left_out.drop(version_id)
        self._add(version_id)

    def forget(self, version_id: str) -> None:
        """Drop a version whose file is gone, and look at the folder the next time."""
        self.index.discard(version_id)
        self._log.settled = None

    def _note(self, run: Run, *, settles: bool) -> None:
        """Add to the log; where it cannot be written, the folder is listed at the next question."""
        with self._guard:
            tail = self._log.tail()
        added = None
        with contextlib.suppress(OSError):
            added = tail and self._log.add(tail, run, self._folder_time() if settles else None)
        with self._guard:
            if self._log.took(tail, added):
                self._apply([run])

    def _folder_time(self) -> int | None:
        """Return when the folder changed: its ctime, which no copy from a backup can set back.

        Raises StoreDamagedError for a link in its place.
        """
        try:
            found = os.stat(self._folder, follow_symlinks=False)  # noqa: PTH116 - at every read
        except FileNotFoundError:
            return None
        if stat.S_ISLNK(found.st_mode):
            raise link_in_place_of(self._layout.history)
        return found.st_ctime_ns

    def _agrees(self) -> bool:
        return self._log.settled is not None and self._log.settled == self._folder_time()

    def _read_log(self) -> bool:
        """Take in what the log says; False, and nothing changed, when it cannot be believed."""
        read = self._log.read()
        if read is None:
            return False
        is_new, runs = read
        if is_new:
            self._put(left_after((), runs))
            self._loaded = True
        else:
            self._apply(runs)
        return True

    def _apply(self, runs: list[Run]) -> None:
        changes = sum(len(ids) for _, ids in runs)
        if changes > _FEW + len(self.index) // _FEW:
            self._put(left_after(self.index.ids, runs))
            return
        for stored, ids in runs:
            for version_id in ids:
                if not stored:
                    self.index.discard(version_id)
                elif version_id not in self._left_out:
                    self._add(version_id)

    def _add(self, version_id: str) -> None:
        if self.noticed.wanted and version_id not in self.index:
            self.noticed.add([version_id], "version", time.time())
        self.index.add(version_id)

    def _put(self, ids: Iterable[str]) -> None:
        before, self.index = self.index, Index((i for i in ids if i not in self._left_out), self._rank)
        if self.noticed.wanted:
            self.noticed.add(sorted(set(self.index.ids).difference(before.ids)), "version", time.time())

    def examine(self) -> None:
        """List the folder, which is the truth, and write the log anew; under the lock. Raises OSError."""
        folder_time = self._folder_time()
        ids = self._scan() if folder_time is not None else []
        self._left_out.keep_only(ids)
        self._put(ids)
        self._loaded = True
        if folder_time is None:
            self._log.settled = None
        else:
            self._log.listed(ids, folder_time, write=not self._layout.read_only)

    def _scan(self) -> list[str]:
        ids: list[str] = []
        self.unfinished = []
        with os.scandir(self._layout.history) as entries:
            for entry in entries:
                version_id = id_of_file(entry.name)
                if version_id is None:
                    if entry.name.startswith(TEMPORARY):
                        self.unfinished.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    ids.append(version_id)
        ids.sort()
        return ids
