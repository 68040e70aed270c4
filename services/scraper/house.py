"""What the commands share: settings, clock, and the parts that keep what was read and send it."""

import contextlib
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from services.scraper.capturing.captures import Captures
from services.scraper.locks import hold_sending
from services.scraper.outgoing.address import addresses_of
from services.scraper.outgoing.client import Client
from services.scraper.outgoing.delivery import Delivery, Server
from services.scraper.outgoing.outbox import REPORTS, Outbox
from services.scraper.outgoing.sender import Lane, Sender
from services.scraper.recorder import Recorder
from services.scraper.schedule import USUAL_WAITS, Waits
from services.scraper.settings import ScraperSettings
from services.scraper.status import Board
from shared.clock import SystemClock
from shared.errors import SettingsError
from shared.files import TEMPORARY
from shared.settings import load

__all__ = ["House", "furnish", "key_reader", "sender_of", "sweep"]

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
    reports: Outbox
    captures: Captures
    board: Board
    recorder: Recorder


def furnish(settings: ScraperSettings) -> House:
    """Open or make what is kept in the state folder, swept of a dead process's files. Raises OSError."""
    folder, clock = settings.state_dir, SystemClock()
    outbox = Outbox(folder, settings.outbox_max_items, clock, max_bytes=settings.outbox_max_bytes)
    reports = Outbox(folder, MOST_REPORTS, clock, folder=REPORTS)
    captures = Captures(folder, settings.captures_max_items)
    board = Board(folder, settings.collector_name, clock)
    sweep(folder)
    recorder = Recorder(
        folder,
        outbox,
        reports,
        captures,
        board,
        clock,
        account=settings.account_name,
        metrics_file=settings.metrics_file,
    )
    return House(settings, clock, outbox, reports, captures, board, recorder)


def sender_of(house: House, client: Client, waits: Waits = USUAL_WAITS) -> Sender:
    """Put together what drains the house's queues over a connection."""
    server = Server(client, addresses_of(house.settings.sync_url), house.clock)
    return Sender(
        Lane("snapshot", house.outbox, Delivery(server, "snapshots")),
        Lane("report", house.reports, Delivery(server, "reports")),
        key_reader(house.settings),
        house.recorder.sending,
        house.clock,
        known=house.board.status.sending,
        waits=waits,
        hold=partial(hold_sending, house.settings.state_dir),
    )


def key_reader(settings: ScraperSettings) -> Callable[[], str | None]:
    """Read the key anew each time, so that a changed key file needs no restart."""

    def read() -> str | None:
        try:
            return load(ScraperSettings, os.environ).sync_api_key
        except SettingsError:
            return settings.sync_api_key

    return read


def sweep(state_dir: Path) -> None:
    """Take away the unfinished files of processes that died: a living one finishes within seconds."""
    for folder in (state_dir, *(path for path in state_dir.iterdir() if path.name in OURS)):
        for path in folder.glob(f"{TEMPORARY}*"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    path.unlink()
