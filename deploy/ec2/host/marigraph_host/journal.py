"""What a switch has done so far, on the disk: so that one that was cut is known, and finished or undone."""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from marigraph_host.releases import sync_folder

__all__ = ["STEPS", "Cure", "Journal", "cure", "erase", "read", "write"]

STEPS = ("look", "trial", "candidate", "bridge", "flip", "restart", "verify", "tidy")
"""In their order; the words are in switching.py."""


class Journal(NamedTuple):
    """A switch that is under way, or was."""

    before: str
    """The release that served; empty at the first deployment."""
    after: str
    step: str
    """The step that was begun."""


class Cure(Enum):
    """What becomes of a switch that was cut."""

    NONE = "nothing was cut"
    FORGET = "it had changed nothing that serves"
    UNDO = "the release before it serves again"
    FINISH = "it had passed all checks, and is finished"


def cure(journal: Journal | None) -> Cure:
    """Decide what becomes of a switch that was cut (pure)."""
    if journal is None:
        return Cure.NONE
    if journal.step not in STEPS:  # written by a release that knows other steps: what served before is safe
        return Cure.UNDO
    begun = STEPS.index(journal.step)
    if begun < STEPS.index("flip"):
        return Cure.FORGET
    return Cure.UNDO if begun < STEPS.index("tidy") else Cure.FINISH


def write(path: Path, journal: Journal) -> None:
    """Put a step on the disk before it is begun. Raises OSError."""
    made = path.with_name(f".{path.name}")
    with made.open("w", encoding="utf-8") as file:
        json.dump(journal._asdict(), file)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    sync_folder(path.parent)


def read(path: Path) -> Journal | None:
    """Return the switch that was cut, None when there is none. Raises OSError or ValueError."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Journal(str(said["before"]), str(said["after"]), str(said["step"]))
    except FileNotFoundError:
        return None


def erase(path: Path) -> None:
    """Note that the switch is over."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
