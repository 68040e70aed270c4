"""Folders for what is taken out of a queue: bounded, the oldest go, and what goes is counted."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from services.scraper.outgoing.tally import Counter
from shared.clock import Clock
from shared.files import private_folder, replace, sync_folder
from shared.schemas.codec import encode_pretty

__all__ = ["QUARANTINE", "REJECTED", "Aside", "count_in"]

REJECTED, QUARANTINE = "rejected", "quarantine"

MOST_ITEMS = 10_000
MOST_BYTES = 64 * 1024 * 1024
LONGEST_ANSWER = 4096
ANSWER = ".answer.json"


class Aside:
    """One such folder. An item lies there under the name it had in the queue, so that it can be put back."""

    def __init__(
        self,
        state_dir: Path,
        folder: str,
        counter: Counter,
        clock: Clock,
        *,
        max_items: int = MOST_ITEMS,
        max_bytes: int = MOST_BYTES,
    ) -> None:
        """Open or make the folder. Raises OSError."""
        self._folder = private_folder(state_dir / folder)
        self._counter = counter
        self._clock = clock
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._items, self._bytes = self._measure()

    def take(self, path: Path, status: int | None = None, answer: str = "") -> None:
        """Move a file in, with what the receiver answered beside it if it did. Raises OSError."""
        size = path.lstat().st_size
        path.replace(self._folder / path.name)
        if status is not None:
            with contextlib.suppress(OSError):  # a full disk takes no note, and the item is out of the way
                note = {"status": status, "answer": answer[:LONGEST_ANSWER], "at": self._clock.now()}
                replace(self._folder / _answer_of(path.name), encode_pretty(note))
        sync_folder(self._folder)
        sync_folder(path.parent)
        self._items, self._bytes = self._items + 1, self._bytes + size
        if self._items > self._max_items or self._bytes > self._max_bytes:
            self._make_room()

    def _make_room(self) -> None:
        """Drop the oldest; a tenth more than must go, so that a folder is not listed for each."""
        oldest_first = sorted(
            (entry.stat(follow_symlinks=False).st_mtime_ns, entry) for entry in self._entries()
        )
        self._items, self._bytes = self._measure()
        dropped = 0
        for _, entry in oldest_first:
            if self._items <= self._max_items * 0.9 and self._bytes <= self._max_bytes * 0.9:
                break
            self._items, self._bytes = (
                self._items - 1,
                self._bytes - entry.stat(follow_symlinks=False).st_size,
            )
            with contextlib.suppress(OSError):  # a folder somebody put there stays
                Path(entry.path).unlink()
                dropped += 1
            (self._folder / _answer_of(entry.name)).unlink(missing_ok=True)
        if dropped:
            self._counter.add("aside_dropped", dropped)

    def _measure(self) -> tuple[int, int]:
        sizes = [entry.stat(follow_symlinks=False).st_size for entry in self._entries()]
        return len(sizes), sum(sizes)

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        return _items_in(self._folder)


def count_in(folder: Path) -> int:
    """Count what lies in such a folder."""
    try:
        return sum(1 for _ in _items_in(folder))
    except FileNotFoundError:
        return 0


def _items_in(folder: Path) -> Iterator[os.DirEntry[str]]:
    for entry in os.scandir(folder):
        if not entry.name.startswith(".") and not entry.name.endswith(ANSWER):
            yield entry


def _answer_of(name: str) -> str:
    return name.removesuffix(".json") + ANSWER
