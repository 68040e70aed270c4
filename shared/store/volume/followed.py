"""One account's index, followed across processes at a cost that does not grow with the history. Blocking.

Two `stat` calls tell whether anything changed. What other processes of ours changed is read from the index
log; what somebody changed by hand shows as a folder newer than the log says, and the folder is listed once.
"""

import contextlib
import os

from shared.store.index import Index, Rank
from shared.store.keys import id_of_file
from shared.store.volume.entries import Entries, adding, removing, settled
from shared.store.volume.indexlog import IndexLog, Mark
from shared.store.volume.layout import Layout
from shared.store.volume.leftout import LeftOut

__all__ = ["FollowedIndex"]

_MANY = 64
"""Changes from which on sorting anew is cheaper than putting each in its place."""


class FollowedIndex:
    """The order of one account's versions. Not safe for threads: the caller keeps them out."""

    def __init__(self, layout: Layout, rank: Rank) -> None:
        """Look at nothing yet; `rank` orders the versions of one second."""
        self._rank = rank
        self.index = Index(rank=rank)
        self._layout = layout
        self._folder = os.fspath(layout.history)
        self._log = IndexLog(layout.index_log)
        self._mark: Mark | None = None
        self._settled: int | None = None
        self._loaded = False
        self._left_out = LeftOut(layout)

    def is_current(self) -> bool:
        """Tell whether nothing has changed since the index was last followed."""
        return (
            self._loaded
            and self._agrees()
            and self._log.mark() == self._mark
            and not self._left_out.changed()
        )

    def follow(self, *, in_lock: bool = False) -> None:
        """Bring the index up to date with what was acknowledged before this call. Raises OSError."""
        if self.is_current():
            return
        for version_id in self._left_out.take_back():
            self.index.add(version_id)
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
        self._note(adding(ids) + self._folder_line())

    def note_settled(self) -> None:
        """Tell all processes that the folder is as the log says; under the lock."""
        self._note(self._folder_line())

    def note_leaving(self, ids: list[str]) -> None:
        """Tell all processes what is about to be removed, so that nobody looks for it; under the lock."""
        self._note(removing(ids))

    def leave_out(self, version_id: str) -> None:
        """Do not count a damaged file as a version, until the file changes."""
        self._left_out.add(version_id)
        self.index.discard(version_id)

    def forget(self, version_id: str) -> None:
        """Drop a version whose file is gone, and look at the folder the next time."""
        self.index.discard(version_id)
        self._settled = None

    def _note(self, lines: bytes) -> None:
        """Add lines to the log; where they cannot be written, the folder is listed at the next question."""
        try:
            self._log.append(lines)
            self._read_log()
        except OSError:
            self._settled = None

    def _folder_time(self) -> int | None:
        try:
            return os.stat(self._folder, follow_symlinks=False).st_mtime_ns  # noqa: PTH116 - at every read
        except FileNotFoundError:
            return None

    def _folder_line(self) -> bytes:
        return settled(self._folder_time() or 0)

    def _agrees(self) -> bool:
        return self._settled is not None and self._settled == self._folder_time()

    def _read_log(self) -> bool:
        """Take in what the log says; False, and nothing changed, when it cannot be believed."""
        mark = self._log.mark()
        if mark is None:
            return False
        if mark == self._mark:
            return True
        known = self._mark
        grew = known is not None and mark.inode == known.inode and mark.size > known.size
        entries = self._log.read_part(known.size if grew and known else None, mark.size)
        if entries is None:
            return False
        if not grew:
            self.index = Index(rank=self._rank)
        self._apply(entries)
        self._mark, self._loaded = mark, True
        return True

    def _apply(self, entries: Entries) -> None:
        changes = [(stored, i) for stored, i in entries.changes if i not in self._left_out]
        if len(changes) > _MANY:
            net = dict.fromkeys(self.index.ids, True) | {i: stored for stored, i in changes}
            self.index = Index((i for i, stored in net.items() if stored), self._rank)
        else:
            for stored, version_id in changes:
                (self.index.add if stored else self.index.discard)(version_id)
        self._settled = entries.settled

    def examine(self) -> None:
        """List the folder, which is the truth, and write the log anew; under the lock. Raises OSError."""
        folder_time = self._folder_time()
        ids = self._scan() if folder_time is not None else []
        self._left_out.keep_only(ids)
        self.index = Index((i for i in ids if i not in self._left_out), self._rank)
        self._settled, self._loaded = folder_time, True
        if folder_time is None:
            return
        # A disk that cannot be written: the log stays as it is, and the folder is listed at each change.
        with contextlib.suppress(OSError):
            if not self._layout.read_only:
                self._log.rewrite(ids, folder_time)
        self._mark = self._log.mark()

    def _scan(self) -> list[str]:
        with os.scandir(self._layout.history) as entries:
            return sorted(
                i
                for entry in entries
                if (i := id_of_file(entry.name)) and entry.is_file(follow_symlinks=False)
            )
