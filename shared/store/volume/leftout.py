"""Damaged files that are not counted as versions, and when to look at them again. Blocking."""

from collections.abc import Iterable, Iterator

from shared.store.volume.layout import Layout

__all__ = ["LeftOut"]

_WATCHED = 32
"""Damaged files whose change is looked for at every question; more wait for a listing."""

Stand = tuple[int, int, int, int]
"""Which file it is, its length and its times: another content shows in one of them."""


class LeftOut:
    """The ids of one account's damaged files, each with how its file stood when it was found damaged."""

    def __init__(self, layout: Layout) -> None:
        """Start with none."""
        self._layout = layout
        self._stood: dict[str, Stand | None] = {}

    def __contains__(self, version_id: str) -> bool:
        return version_id in self._stood

    def __len__(self) -> int:
        return len(self._stood)

    def add(self, version_id: str) -> None:
        """Remember a damaged file as it stands now."""
        self._stood[version_id] = self._stand(version_id)

    def changed(self) -> bool:
        """Tell whether a damaged file was replaced, mended or removed since."""
        return bool(self._stood) and next(self._different(_WATCHED), None) is not None

    def take_back(self) -> list[str]:
        """Forget the files that changed; return those that are there, to be read anew."""
        changed = list(self._different(_WATCHED)) if self._stood else []
        for version_id in changed:
            del self._stood[version_id]
        return [version_id for version_id in changed if self._stand(version_id)]

    def keep_only(self, ids: Iterable[str]) -> None:
        """Forget every file that is not among `ids` or that changed: the folder was just listed."""
        there = set(ids)
        changed = set(self._different(len(self._stood)))
        self._stood = {i: stood for i, stood in self._stood.items() if i in there and i not in changed}

    def _different(self, most: int) -> Iterator[str]:
        for version_id, stood in list(self._stood.items())[:most]:
            if self._stand(version_id) != stood:
                yield version_id

    def _stand(self, version_id: str) -> Stand | None:
        try:
            found = self._layout.version(version_id).lstat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
