"""Kills and power cuts while clients post: what was acknowledged is there, whole, and counted."""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.clients import Clients
from tests.faults.conftest import Receiver
from tests.faults.disks import Cut, Disk
from tests.faults.filling import fill
from tests.faults.invariants import violations
from tests.faults.lengths import note, rounds, times

CLIENTS = 4
CUTS = rounds(4)
KILLS = rounds(4) * times(1, 5)
JANITOR_KILLS = rounds(5)
THERE_BEFORE = times(200, 10_000)
"""Versions that a receiver finds when it is started again after a kill."""


@pytest.mark.timeout(120 + 20 * KILLS)
def test_a_receiver_killed_while_clients_post_loses_nothing(
    tmp_path: Path, receiver_on: Callable[[Path], Receiver]
) -> None:
    store, numbers = tmp_path / "store", itertools.count()
    acknowledged = fill(store, THERE_BEFORE, numbers)
    receiver, starts = receiver_on(store), []
    for _ in range(KILLS):
        starts.append(receiver.start())
        clients = Clients(receiver.address, CLIENTS, numbers, pause=times(0, 0.02))
        time.sleep(random.uniform(0.05, 0.4))
        receiver.kill()
        clients.stop()
        acknowledged += clients.acknowledged
    starts.append(receiver.start())
    receiver.kill()
    wrong = violations(store, acknowledged)
    starts.sort()
    note(
        f"{KILLS} kills of the receiver, {len(acknowledged)} acknowledged ({THERE_BEFORE} of them before),"
        f" {len(wrong)} violations; to serving: median {starts[len(starts) // 2]:.2f} s,"
        f" p99 {starts[int(len(starts) * 0.99)]:.2f} s, slowest {starts[-1]:.2f} s"
    )
    assert not wrong, wrong[:5]
    assert len(acknowledged) > THERE_BEFORE + KILLS


@pytest.mark.timeout(120 + 20 * JANITOR_KILLS)
def test_a_janitor_killed_at_its_work_loses_nothing_and_doubles_nothing(
    tmp_path: Path, receiver_on: Callable[[Path], Receiver]
) -> None:
    store, numbers = tmp_path / "store", itertools.count()
    acknowledged = fill(store, 500, numbers)
    receiver = receiver_on(store)
    receiver.start()
    clients = Clients(receiver.address, CLIENTS, numbers, pause=0.02)
    assert receiver.janitor().wait(30) == 0
    began = time.monotonic()
    assert receiver.janitor().wait(30) == 0
    usual, acted = time.monotonic() - began, 0
    for _ in range(JANITOR_KILLS):
        janitor = receiver.janitor()
        time.sleep(random.uniform(usual * 0.4, usual))
        acted += janitor.poll() is None
        janitor.kill()
        janitor.wait()
    clients.stop()
    assert receiver.janitor().wait(30) == 0
    receiver.kill()
    acknowledged += clients.acknowledged
    wrong = violations(store, acknowledged, archived=acknowledged)
    left = len(list((store / "console-usage-history").glob("2*.json")))
    note(
        f"{acted} kills of a janitor at work, {len(acknowledged)} acknowledged, {left} left in the history,"
        f" {len(wrong)} violations"
    )
    assert not wrong, wrong[:5]
    assert left == 100
    assert acted


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk.made(tmp_path, times(64, 1024) << 20)
    yield made
    made.unmount()


@pytest.mark.loop_disk
@pytest.mark.timeout(120 + 20 * CUTS)
@pytest.mark.parametrize("cut", list(Cut))
def test_a_power_cut_while_clients_post_loses_nothing(
    disk: Disk, cut: Cut, receiver_on: Callable[[Path], Receiver]
) -> None:
    store = disk.mounted / "store"
    receiver, numbers = receiver_on(store), itertools.count()
    acknowledged: list[str] = []
    for _ in range(CUTS):
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
    receiver.kill()
    wrong = violations(store, acknowledged)
    note(f"{CUTS} power cuts ({cut.name}), {len(acknowledged)} acknowledged, {len(wrong)} violations")
    assert not wrong, wrong[:5]
    assert len(acknowledged) > CUTS
