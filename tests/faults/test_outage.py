"""A day without a receiver, and the way back through every fault: each snapshot arrives once, with its own time."""

import asyncio
import itertools
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.scraper.house import House, furnish, sender_of
from services.scraper.outgoing import client as client_module
from services.scraper.outgoing import delivery as delivery_module
from services.scraper.outgoing.client import Client
from services.scraper.outgoing.outbox import take_stock
from services.scraper.schedule import USUAL_WAITS
from services.scraper.settings import ScraperSettings
from shared.settings import load
from tests.faults.clients import KEY
from tests.faults.collector import QUICK, reading
from tests.faults.conftest import Receiver
from tests.faults.invariants import violations
from tests.faults.lengths import note, times
from tests.faults.proxy import FAULTS, Fault, FaultProxy
from tests.faults.stations import Station, fill, key_for_all, numbers_of, stored

ACCOUNTS = ("default", "home", "work")
DAY = 288
"""Readings of a day, one every five minutes."""

STOPPED = {0, -signal.SIGTERM}
"""How a collector ends that is told to stop; one that was killed just before may be starting, and has no ears yet."""

ORIGIN = "/api/claude/console-usage"
PATIENCE = msgspec.structs.replace(QUICK, asked=0.2)

LATER = times(24, 144)
"""Readings taken while sending goes wrong in every way."""

ROUNDS = times(1, 12)
KILLS_BEFORE, KILLS_AFTER = times(4, 40), times(8, 120)
SEED = random.randrange(2**32)

pytestmark = pytest.mark.timeout(times(180, 1800))

numbers = itertools.count()


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    folder = tmp_path_factory.mktemp("outage")
    running = Receiver(folder / "store", folder / "log", RECEIVER_KEYS_FILE=key_for_all(folder))
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def proxy(receiver: Receiver) -> Iterator[FaultProxy]:
    with FaultProxy(receiver.port) as running:
        running.open()
        yield running


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, and no long wait for what hangs."""
    monkeypatch.setenv("CLAUDE_SYNC_API_KEY", KEY)
    monkeypatch.setattr(client_module, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(delivery_module, "BATCH_SECONDS", 0.5)


def settings_of(folder: Path, url: str) -> dict[str, str]:
    return {
        "SCRAPER_STATE_DIR": str(folder / "state"),
        "CLAUDE_SYNC_URL": url,
        "CLAUDE_SYNC_API_KEY": KEY,
    }


async def send_all(house: House) -> None:
    async with asyncio.timeout(30), Client() as client:
        sender = sender_of(house, client, PATIENCE)
        while house.outbox.head(1):
            await sender.turn()
            await sender.rest()


@pytest.mark.parametrize(
    ("count", "path"),
    [(1, ORIGIN), (7, ORIGIN), (7, "/api/v1/accounts/default/snapshots")],
    ids=["alone", "the question before a batch", "a batch"],
)
@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_loses_a_snapshot_doubles_it_or_sets_it_aside(
    tmp_path: Path, receiver: Receiver, proxy: FaultProxy, fault: Fault, count: int, path: str
) -> None:
    house = furnish(load(ScraperSettings, settings_of(tmp_path, proxy.base + path)))
    own = [next(numbers) for _ in range(count)]
    for number in own:
        house.outbox.add(reading("default", number))
    done = proxy.done[fault]
    proxy.then([fault])
    await send_all(house)
    assert proxy.done[fault] == done + 1
    documents = [one for one in stored(receiver.store, "default") if numbers_of([one])[0] in own]
    assert numbers_of(documents) == own
    assert [{**one, "receivedAt": None} for one in documents] == [
        {**reading("default", number), "receivedAt": None} for number in own
    ]
    arrived = [one["receivedAt"] for one in documents]
    assert arrived == sorted(arrived)
    stock = take_stock(house.settings.state_dir)
    assert (stock.waiting, stock.rejected, stock.quarantined) == (0, 0, 0)


async def test_a_backlog_is_drained_and_its_pace_is_told(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "BATCH_SECONDS", 25)
    count = times(2 * DAY, 35 * DAY)
    fill(tmp_path / "state", "drained", count)
    house = furnish(load(ScraperSettings, settings_of(tmp_path, receiver.address + ORIGIN)))
    async with Client() as client:
        sender = sender_of(house, client, USUAL_WAITS)
        began = time.monotonic()
        await sender.turn()
        seconds = time.monotonic() - began
    assert sender.sent == count, sender.sending
    assert numbers_of(stored(receiver.store, "drained")) == list(range(count))
    note(f"{count} snapshots drained in {seconds:.2f} s: {count / seconds:.0f} a second")


class Outage:
    """Three collectors, a proxy and a receiver, any of which may be killed."""

    def __init__(self, receiver: Receiver, stations: list[Station]) -> None:
        self.receiver = receiver
        self.stations = stations
        self.dice = random.Random(SEED)
        self.kills = 0

    def kill_one(self, count: int, pause: float, *, receiver_too: bool) -> None:
        """Wait a moment, kill something, and start it again."""
        time.sleep(self.dice.uniform(0.3, 1.0))
        victim = self.dice.choice([*self.stations, self.receiver] if receiver_too else self.stations)
        victim.kill()
        self.kills += 1
        if isinstance(victim, Station):
            victim.start(count, pause)
        else:
            victim.start()

    def await_all(self, done: Callable[[Station], bool]) -> None:
        deadline = time.monotonic() + times(90, 600)
        while not all(done(station) for station in self.stations):
            assert time.monotonic() < deadline, [
                (station.account, station.recorded, station.waiting, station.log()[-2000:])
                for station in self.stations
            ]
            time.sleep(0.1)


def test_after_a_day_s_outage_every_snapshot_is_there_once_in_order_with_its_own_time(
    tmp_path: Path, repository: Path, receiver_on: Callable[..., Receiver]
) -> None:
    store = tmp_path / "store"
    receiver = receiver_on(store, RECEIVER_KEYS_FILE=key_for_all(tmp_path))
    with FaultProxy(receiver.port) as proxy:
        stations = [Station(name, tmp_path / name, proxy.base + ORIGIN, repository) for name in ACCOUNTS]
        outage = Outage(receiver, stations)
        try:
            be_without_a_receiver(outage)
            began = time.monotonic()
            come_back(outage, proxy)
            seconds = time.monotonic() - began
            assert {station.stop() for station in stations} <= STOPPED
        finally:
            for station in stations:
                station.kill()
    for station in stations:
        documents = stored(store, station.account)
        assert numbers_of(documents) == list(range(DAY + LATER)), f"seed {SEED}"
        expected = [reading(station.account, number) for number in range(DAY + LATER)]
        assert [as_read(one) for one in documents] == expected
        stock = take_stock(station.folder)
        assert (stock.waiting, stock.reports, stock.rejected, stock.quarantined) == (0, 0, 0, 0)
        assert stock.tally.dropped == 0
    receiver.kill()
    assert violations(store, [path.stem for path in (store / "console-usage-history").glob("2*.json")]) == []
    faults = sum(proxy.done[fault] for fault in FAULTS)
    note(
        f"{len(stations)} x {DAY + LATER} snapshots, {faults} faults of {len(FAULTS)} kinds, {outage.kills} kills: "
        f"all there after {seconds:.0f} s (seed {SEED})"
    )


def be_without_a_receiver(outage: Outage) -> None:
    """Record a day; nothing listens, and collectors are killed."""
    for station in outage.stations:
        station.start(DAY, 0.002)
    for _ in range(KILLS_BEFORE):
        outage.kill_one(DAY, 0.002, receiver_too=False)
    outage.await_all(lambda station: station.recorded == DAY)
    assert all(take_stock(station.folder).waiting >= DAY for station in outage.stations)


def come_back(outage: Outage, proxy: FaultProxy) -> None:
    """Let the receiver come back through every fault, while readings go on and everything is killed."""
    outage.receiver.start()
    for _ in range(ROUNDS):
        for _ in ACCOUNTS:
            proxy.then(outage.dice.sample(FAULTS, len(FAULTS)))
    proxy.open()
    for station in outage.stations:
        station.kill()
        station.start(DAY + LATER, 0.1)
    for _ in range(KILLS_AFTER):
        outage.kill_one(DAY + LATER, 0.1, receiver_too=True)
    outage.await_all(lambda station: station.recorded == DAY + LATER and not station.waiting)
    assert all(proxy.done[fault] for fault in FAULTS), proxy.done


def as_read(document: dict[str, Any]) -> dict[str, Any]:
    """A version without what the way to the store added: when it arrived, when the login ends."""
    added = {"receivedAt", "loginEndsAt"}
    assert added <= document.keys()
    return {name: value for name, value in document.items() if name not in added}
