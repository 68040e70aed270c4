"""Kills and power cuts while clients post: what was acknowledged is there, whole, and counted."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.schemas.codec import decode_document, decode_snapshot
from shared.store import open_store
from tests.faults.clients import Clients
from tests.faults.conftest import Receiver
from tests.faults.disks import Cut, Disk
from tests.faults.lengths import note, rounds

CLIENTS = 4
ROUNDS = rounds(4)
pytestmark = pytest.mark.timeout(60 + 20 * ROUNDS)


def check(store: Path, acknowledged: list[str]) -> None:
    """Every acknowledged version is there once and whole; latest and metadata agree with the files."""
    history = store / "console-usage-history"
    there = {path.stem: path.read_bytes() for path in history.glob("2*.json")}
    assert set(acknowledged) <= set(there), sorted(set(acknowledged) - set(there))[:5]
    for data in there.values():
        decode_snapshot(decode_document(data))
    opened = open_store(f"file://{store}")

    async def seen() -> tuple[list[str], int]:
        ids = list(await opened.between("default", None, None))
        metadata = await opened.metadata("default")
        await opened.close()
        return ids, metadata.version_count

    ids, count = asyncio.run(seen())
    assert sorted(ids) == sorted(there)
    assert json.loads((history / "_metadata.json").read_text())["versionCount"] == count == len(there)
    assert (store / "console-usage-synced.json").read_bytes() == there[max(there)]


def test_a_receiver_killed_while_clients_post_loses_nothing(
    tmp_path: Path, receiver_on: Callable[[Path], Receiver]
) -> None:
    receiver, numbers = receiver_on(tmp_path / "store"), itertools.count()
    acknowledged: list[str] = []
    starts = []
    for _ in range(ROUNDS):
        starts.append(receiver.start())
        clients = Clients(receiver.address, CLIENTS, numbers)
        time.sleep(random.uniform(0.05, 0.4))
        receiver.kill()
        clients.stop()
        acknowledged += clients.acknowledged
    starts.append(receiver.start())
    check(tmp_path / "store", acknowledged)
    assert len(acknowledged) > ROUNDS
    note(f"{len(acknowledged)} acknowledged, {ROUNDS} kills, slowest start {max(starts):.2f} s")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk.made(tmp_path)
    yield made
    made.unmount()


@pytest.mark.loop_disk
@pytest.mark.parametrize("cut", list(Cut))
def test_a_power_cut_while_clients_post_loses_nothing(
    disk: Disk, cut: Cut, receiver_on: Callable[[Path], Receiver]
) -> None:
    store = disk.mounted / "store"
    receiver, numbers = receiver_on(store), itertools.count()
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        receiver.start()
        clients = Clients(receiver.address, CLIENTS, numbers)
        time.sleep(random.uniform(0.1, 0.5))
        disk.cut_power(cut)
        receiver.kill()
        clients.stop()
        acknowledged += clients.acknowledged
        disk.unmount()
        disk.mount()
    receiver.start()
    check(store, acknowledged)
    assert len(acknowledged) > ROUNDS
    receiver.kill()
    note(f"{len(acknowledged)} acknowledged, {ROUNDS} cuts ({cut.name})")
