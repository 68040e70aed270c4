"""Whether a volume can be written, found out by writing. Blocking."""

from collections.abc import Iterable
from pathlib import Path

from shared.files import write_temporary
from shared.store.volume.history import History

__all__ = ["probe"]


def probe(root: Path, histories: Iterable[History]) -> None:
    """Write and remove a small file where versions go: in every account's history. Raises OSError.

    A history may be unwritable alone (its rights, a mount of its own, a quota), while the root is not.
    """
    write_temporary(root, b"probe\n").unlink()
    for history in histories:
        if not history.layout.history.is_dir():
            continue
        with history.changing():  # the folder changes, which others must not take for a restored backup
            write_temporary(history.layout.history, b"probe\n").unlink()
