"""From a scraper's outbox to a bucket that fails: each snapshot arrives once, and nothing is restarted."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from services.scraper.house import House, furnish, sender_of
from services.scraper.outgoing import client as client_module
from services.scraper.outgoing import delivery as delivery_module
from services.scraper.outgoing.client import Client
from services.scraper.outgoing.outbox import take_stock
from services.scraper.settings import ScraperSettings
from shared.settings import load
from shared.store import open_store
from shared.store.s3 import bucket, credentials, ledger
from tests.faults.collector import QUICK, reading
from tests.faults.proxy import Fault, FaultProxy
from tests.faults.stations import numbers_of
from tests.receiver.conftest import SECRET, Receiver, running
from tests.seaweedfs import SeaweedFS

pytestmark = [pytest.mark.seaweedfs, pytest.mark.timeout(180)]

COUNT = 30
FAILURES: tuple[Fault, ...] = ("500", "cut before", "answer lost after commit", "half an answer")
ANSWERED_WITHIN = 8.0
"""Seconds; generous: what the store may take is set to less than two."""


class Line(NamedTuple):
    """A scraper's outbox, a receiver, and a bucket behind a proxy."""

    house: House
    receiver: Receiver
    proxy: FaultProxy
    url: str

    def read(self, first: int, last: int = COUNT) -> None:
        """Have readings wait in the outbox."""
        for number in range(first, last):
            self.house.outbox.add(reading("default", number))

    @property
    def waiting(self) -> int:
        return take_stock(self.house.settings.state_dir).waiting

    async def send(self, rounds: int) -> None:
        """Try so many times to send what waits."""
        async with Client() as client:
            sender = sender_of(self.house, client, msgspec.structs.replace(QUICK, asked=0.2))
            for _ in range(rounds):
                if not self.house.outbox.head(1):
                    return
                await sender.turn()
                await sender.rest()

    async def ready(self) -> int:
        """What `/readyz` answers, anew, and in time."""
        self.receiver.app.ctx.readiness._until = 0.0
        begun = time.monotonic()
        status: int = (await self.receiver.get("/readyz", key=None))[0]
        assert time.monotonic() - begun < ANSWERED_WITHIN
        return status

    async def all_arrived(self) -> None:
        """Send all that waits, and see that everything is there once, as it was read."""
        async with asyncio.timeout(90):
            while self.house.outbox.head(1):
                await self.send(20)
        self.proxy.faults.clear()
        assert await self.ready() == 200
        fresh = open_store(self.url)
        there = [version.document async for version in fresh.stream("default", None, None)]
        await fresh.close()
        assert numbers_of(there) == list(range(COUNT))
        assert [{**one, "receivedAt": None} for one in there] == [
            {**reading("default", number), "receivedAt": None} for number in range(COUNT)
        ]
        stock = take_stock(self.house.settings.state_dir)
        assert (stock.waiting, stock.rejected, stock.quarantined, stock.tally.dropped) == (0, 0, 0, 0)


@pytest.fixture
async def line(
    seaweedfs: SeaweedFS, bucket_proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    monkeypatch.setenv("CLAUDE_SYNC_API_KEY", SECRET)
    monkeypatch.setattr(client_module, "TIMEOUT_SECONDS", 3.0)
    monkeypatch.setattr(delivery_module, "BATCH_SECONDS", 3.0)
    monkeypatch.setattr(delivery_module, "FIRST_ITEMS", 3)
    monkeypatch.setattr(delivery_module, "MOST_ITEMS", 6)
    monkeypatch.setattr(bucket, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(ledger, "DEADLINE_SECONDS", 1.5)
    url = seaweedfs.url()
    async with running(open_store(url)) as receiver:
        settings = {
            "SCRAPER_STATE_DIR": str(tmp_path / "state"),
            "CLAUDE_SYNC_URL": f"{receiver.address}/api/v1/accounts/default/snapshots",
            "CLAUDE_SYNC_API_KEY": SECRET,
        }
        yield Line(furnish(load(ScraperSettings, settings)), receiver, bucket_proxy, url)


async def test_an_endpoint_that_is_down_for_a_while_costs_time_and_nothing_else(line: Line) -> None:
    line.read(0, 10)
    await line.send(2)
    line.proxy.close()
    line.read(10)
    assert await line.ready() == 503
    await line.send(3)
    assert line.waiting == COUNT - 10
    line.proxy.open()
    await line.all_arrived()


async def test_an_endpoint_that_hangs_and_then_is_slow_costs_time_and_nothing_else(line: Line) -> None:
    line.read(0, 10)
    await line.send(1)
    line.proxy.then(["hang"] * 30)
    line.read(10)
    assert await line.ready() == 503
    await line.send(2)
    assert line.waiting
    line.proxy.faults.clear()
    line.proxy.then(["slow"] * 60)
    await line.all_arrived()
    assert line.proxy.done["slow"] > 0


async def test_with_every_tenth_request_failing_each_snapshot_arrives_once(line: Line) -> None:
    for place in range(10):
        line.read(place * 3, place * 3 + 3)
        line.proxy.faults.clear()
        line.proxy.then([FAILURES[place % len(FAILURES)]])  # three readings and the question are some ten
        await line.send(1)
        assert await line.ready() in {200, 503}
    await line.all_arrived()
    assert sum(line.proxy.done[fault] for fault in FAILURES) >= 8


@pytest.fixture
def credentials_file(
    bucket_proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seaweedfs: SeaweedFS
) -> Path:
    """A file with a wrong secret, from which the receiver that is opened next takes its credentials."""
    right = seaweedfs.environment()
    path = tmp_path / "credentials"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    monkeypatch.setattr(credentials, "_GOOD_FOR", timedelta(minutes=5))  # asked for each time
    write_credentials(path, right["AWS_ACCESS_KEY_ID"], "a-wrong-secret")
    return path


def write_credentials(path: Path, key: str, secret: str) -> None:
    path.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")


async def test_wrong_credentials_are_told_and_right_ones_are_taken_without_a_restart(
    credentials_file: Path, line: Line, seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.read(0)
    assert await line.ready() == 503
    await line.send(2)
    assert line.waiting == COUNT
    right = seaweedfs.environment()
    write_credentials(credentials_file, right["AWS_ACCESS_KEY_ID"], right["AWS_SECRET_ACCESS_KEY"])
    await line.all_arrived()
