"""What lies in an account's folders, by name. Blocking."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from shared.files import TEMPORARY
from shared.store.keys import id_of_file
from shared.store.upkeep import Census
from shared.store.volume.layout import Layout

__all__ = ["census"]

_MONTH = re.compile(r"(\d{4}-\d{2})\.ndjson\.gz")


def census(layout: Layout) -> Census:
    """List versions, archives and what is neither; a link in the place of the archive is a stranger.

    Raises StoreDamagedError for one in the place of the history, OSError.
    """
    layout.refuse_link(layout.history)
    versions: list[str] = []
    foreign: list[str] = []
    for name in _names(layout.history):
        if version_id := id_of_file(name):
            versions.append(version_id)
        elif name != layout.metadata.name:
            foreign.append(f"{layout.history.name}/{name}")
    archives: list[str] = []
    if layout.archive.is_symlink():
        return Census(sorted(versions), [], sorted([*foreign, layout.archive.name]))
    for name in _names(layout.archive):
        if found := _MONTH.fullmatch(name):
            archives.append(found[1])
        else:
            foreign.append(f"{layout.archive.name}/{name}")
    return Census(sorted(versions), sorted(archives), sorted(foreign))


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries if not entry.name.startswith(TEMPORARY))
    except FileNotFoundError:
        return
