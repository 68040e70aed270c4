"""An outbox with a sender that posts to a fake receiver; the same as commands."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from services.scraper.outgoing.address import addresses_of
from services.scraper.outgoing.client import Client
from services.scraper.outgoing.delivery import Delivery, Server
from services.scraper.outgoing.outbox import REPORTS, Outbox, take_stock
from services.scraper.outgoing.sender import Lane, Sender
from services.scraper.outgoing.sending import Sending
from services.scraper.schedule import Waits
from shared.clock import SystemClock

REPOSITORY = Path(__file__).parents[2]

QUICK = Waits(first=0.01, most=0.02, refused=30, no_place=30, look=0.02)
"""Waits of a few hundredths of a second, so that tests need not wait for minutes."""


class Desk:
    """The queues of one folder, their way out, and a key that can be changed."""

    def __init__(self, folder: Path, client: Client, url: str) -> None:
        self.folder = folder
        clock = SystemClock()
        self.outbox = Outbox(folder, 10_000, clock)
        self.reports = Outbox(folder, 100, clock, folder=REPORTS)
        self.key: str | None = "right"
        self.told: list[Sending] = []
        self.server = Server(client, addresses_of(url), clock)
        self.lanes = (
            Lane("snapshot", self.outbox, Delivery(self.server, "snapshots")),
            Lane("report", self.reports, Delivery(self.server, "reports")),
        )
        self.sender = Sender(*self.lanes, lambda: self.key, self.told.append, clock, waits=QUICK)

    def add(self, *numbers: int, **more: Any) -> None:
        for number in numbers:
            self.outbox.add({"n": number, **more})

    def report(self, *numbers: int) -> None:
        for number in numbers:
            self.reports.add({"n": number})

    async def drain(self) -> int:
        """Send once, whether the time has come or not; how many snapshots were taken."""
        before = self.sender.sent
        for lane in self.lanes:
            lane.due = 0
        await self.sender.turn()
        return self.sender.sent - before

    @property
    def waiting(self) -> int:
        return take_stock(self.folder).waiting

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.sender.run(lambda: True))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


class Commands:
    """The scraper's commands on one folder, towards one receiver."""

    def __init__(self, folder: Path, url: str, **environment: str) -> None:
        self.folder = folder
        own = {"SCRAPER_STATE_DIR": str(folder), "CLAUDE_SYNC_URL": url, "CLAUDE_SYNC_API_KEY": "right"}
        self.environment = {"PATH": os.environ["PATH"], **own, **environment}

    def add(self, *numbers: int) -> None:
        outbox = Outbox(self.folder, 1000, SystemClock())
        for number in numbers:
            outbox.add({"n": number})

    async def run(self, *command: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.scraper",
            *command,
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
        return process.returncode, said.decode()
