"""What the commands share: settings, clock, and the parts that keep what was read."""

import contextlib
import time
from pathlib import Path

import msgspec

from services.scraper.captures import Captures
from services.scraper.outbox import REPORTS, Outbox
from services.scraper.recorder import Recorder
from services.scraper.settings import ScraperSettings
from services.scraper.status import Board
from shared.clock import SystemClock
from shared.files import TEMPORARY

__all__ = ["House", "furnish", "sweep"]

OURS = frozenset({"captures", "outbox", "quarantine", "rejected", "reports"})
"""The folders in which files are written so that they are complete or absent."""

ABANDONED_SECONDS = 3600

MOST_REPORTS = 1000
"""Reports of failed scrapes that are kept; beyond that the oldest go."""


class House(msgspec.Struct, frozen=True):
    """The parts, on one state folder."""

    settings: ScraperSettings
    clock: SystemClock
    outbox: Outbox
    captures: Captures
    board: Board
    recorder: Recorder


def furnish(settings: ScraperSettings) -> House:
    """Open or make what is kept in the state folder, swept of a dead process's files. Raises OSError."""
    folder, clock = settings.state_dir, SystemClock()
    outbox = Outbox(folder, settings.outbox_max_items, clock)
    reports = Outbox(folder, MOST_REPORTS, clock, folder=REPORTS)
    captures = Captures(folder, settings.captures_max_items)
    board = Board(folder, settings.collector_name, clock)
    sweep(folder)
    recorder = Recorder(folder, outbox, reports, captures, board, clock)
    return House(settings, clock, outbox, captures, board, recorder)


def sweep(state_dir: Path) -> None:
    """Take away the unfinished files of processes that died: a living one finishes within seconds."""
    for folder in (state_dir, *(path for path in state_dir.iterdir() if path.name in OURS)):
        for path in folder.glob(f"{TEMPORARY}*"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    path.unlink()
