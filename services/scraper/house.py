"""What the commands share: settings, clock, and the parts that keep what was read."""

import msgspec

from services.scraper.captures import Captures
from services.scraper.outbox import REPORTS, Outbox
from services.scraper.recorder import Recorder
from services.scraper.settings import ScraperSettings
from services.scraper.status import Board
from shared.clock import SystemClock

__all__ = ["House", "furnish"]

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
    """Open or make what is kept in the state folder. Raises OSError."""
    folder, clock = settings.state_dir, SystemClock()
    outbox = Outbox(folder, settings.outbox_max_items, clock)
    reports = Outbox(folder, MOST_REPORTS, clock, folder=REPORTS)
    captures = Captures(folder, settings.captures_max_items)
    board = Board(folder, settings.collector_name, clock)
    recorder = Recorder(folder, outbox, reports, captures, board, clock)
    return House(settings, clock, outbox, captures, board, recorder)
