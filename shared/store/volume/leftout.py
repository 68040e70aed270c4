"""Damaged files that are not counted as versions, and when to look at them again. Blocking."""

import os
import time
from collections.abc import Iterable

from shared.store.volume.layout import Layout

__all__ = ["LeftOut", "until_it_stands"]

_WATCHED = 32
"""Damaged files whose change is looked for at one question; the next looks at the next so many."""

_TICK_SECONDS = 0.05
"""A file system may give two changes within so long one time."""

Stand = tuple[int, int, int, int]
"""Which file it is, its length and its times: another content shows in one of them."""


class LeftOut:
    """The ids of one account's damaged files, each with how its file stood when it was found damaged."""

    def __init__(self, layout: Layout) -> None:
        """Start with none."""
        self._folder = os.fspath(layout.history)
        self._stood: dict[str, Stand | None] = {}
        self._round: list[str] = []
        self._found: list[str] = []

    def __contains__(self, version_id: str) -> bool:
        return version_id in self._stood

    def __len__(self) -> int:
        return len(self._stood)

    def add(self, version_id: str) -> None:
        """Remember a damaged file as it stands now; who adds it reads it once more after that."""
        self._stood[version_id] = self._stand(version_id)

    def drop(self, version_id: str) -> None:
        """Forget a file: it is no longer damaged."""
        self._stood.pop(version_id, None)

    def changed(self) -> bool:
        """Tell whether one of the next few damaged files was replaced, mended or removed since.

        All of them have their turn, so however many are copied in anew, each is noticed.
        """
        if self._stood and not self._found:
            self._round = self._round or list(self._stood)
            few, self._round = self._round[-_WATCHED:], self._round[:-_WATCHED]
            self._found = self._different(few)
        return bool(self._found)

    def take_back(self) -> list[str]:
        """Forget the files that were found changed; return those that are there, to be read anew."""
        found, self._found = (self._found if self.changed() else []), []
        for version_id in found:
            self.drop(version_id)
        return [version_id for version_id in found if self._stand(version_id)]

    def keep_only(self, ids: Iterable[str]) -> None:
        """Forget every file that is not among `ids` or that changed: the folder was just listed."""
        there = set(ids)
        changed = set(self._different(self._stood))
        self._stood = {i: stood for i, stood in self._stood.items() if i in there and i not in changed}
        self._round, self._found = [], []

    def _different(self, ids: Iterable[str]) -> list[str]:
        return [i for i in ids if i in self._stood and self._stand(i) != self._stood[i]]

    def _stand(self, version_id: str) -> Stand | None:
        try:
            found = os.lstat(f"{self._folder}/{version_id}.json")
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def until_it_stands(path: str) -> None:
    """Wait, if a file changed just now, until its next change must show in its times."""
    try:
        age = time.time() - os.lstat(path).st_ctime
    except OSError:
        return
    if 0 <= age < _TICK_SECONDS:
        time.sleep(_TICK_SECONDS)
