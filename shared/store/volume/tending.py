"""Making lost or changed derived files again soon, for those who read them from the disk. Blocking."""

import os
from pathlib import Path

from shared.store.volume.derived import refresh_derived
from shared.store.volume.history import History

__all__ = ["Tending"]

Stand = tuple[int, int, int, int] | None
"""Which file it is, its length and its times."""


class Tending:
    """Watches `latest` and the metadata of one account; while nothing changes it costs two `stat` calls."""

    def __init__(self, history: History) -> None:
        """Look at nothing yet."""
        self._history = history
        self._stood: tuple[Stand, ...] | None = None

    def tend(self) -> list[str]:
        """Compare the files with the history when they changed; say what had to be mended. Raises OSError."""
        layout = self._history.layout
        layout.refuse_linked_account()
        if self._stands() == self._stood or not layout.history.is_dir():
            return []
        with layout.locked():
            was_late = self._history.derived_late
            mended = refresh_derived(self._history)
            if mended:
                self._history.note_settled()
            self._stood = self._stands()
        return [] if was_late else mended

    def _stands(self) -> tuple[Stand, ...]:
        return _stand(self._history.layout.latest), _stand(self._history.layout.metadata)


def _stand(path: Path) -> Stand:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
