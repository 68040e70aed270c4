"""A disk that is full, read-only or frozen under load: errors in time, reads go on, writes resume by themselves."""

import contextlib
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.receiver.minding.readiness import KEPT_SECONDS
from tests.faults.clients import USAGE, Answer, Attempts, ask, post, try_to_post
from tests.faults.conftest import Receiver
from tests.faults.disks import Disk, run
from tests.faults.filling import fill
from tests.faults.invariants import HISTORY, violations
from tests.faults.lengths import note, times

SOON = 1.0
"""Seconds within which an error must come; a machine that is busy with other tests gets SLACK on top."""
DEADLINE = 5.0
"""Seconds after which a post is answered when the disk does not answer at all."""
SLACK = 2.0
FREEZES = times(1, 20)

pytestmark = pytest.mark.loop_disk


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A small disk in memory, full to the byte when it is full; the clients alone do not fill it."""
    folder = tmp_path / "small"
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder))
    yield folder
    run("umount", str(folder))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk.made(tmp_path)
    yield made
    made.unmount()


class Readers:
    """A thread that reads the latest, the first and one by time in turn, and keeps how that went."""

    def __init__(self, address: str, first: str) -> None:
        self.answers: list[Answer] = []
        self._paths = [USAGE, f"{USAGE}?version=1", f"{USAGE}?timestamp={first}"]
        self._address = address
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read_on, daemon=True)
        self._thread.start()

    def stop(self) -> list[Answer]:
        self._stop.set()
        self._thread.join()
        return self.answers

    def _read_on(self) -> None:
        for path in itertools.cycle(self._paths):
            if self._stop.wait(0.01):
                return
            self.answers.append(ask(self._address, path))


def under_load(receiver: Receiver, numbers: "itertools.count[int]") -> tuple[Attempts, Readers]:
    receiver.start()
    post(receiver.address, next(numbers))
    attempts = Attempts(receiver.address, 4, numbers)
    time.sleep(0.5)
    return attempts, Readers(receiver.address, "2026-11-22T12:00:00Z")


def resumed(receiver: Receiver, numbers: "itertools.count[int]", within: float = 10) -> float:
    """Seconds until a post is stored again."""
    began = time.monotonic()
    while try_to_post(receiver.address, next(numbers)).status != 200:
        assert time.monotonic() - began < within, "writes did not resume"
        time.sleep(0.05)
    return time.monotonic() - began


def judge(name: str, failed: list[Answer], reads: list[Answer], limit: float, again: float) -> None:
    """Every post was refused in time, and every read was answered."""
    slowest = max(answer.seconds for answer in failed)
    slowest_read = max(answer.seconds for answer in reads)
    note(
        f"{name}: {len(failed)} posts refused, slowest {slowest:.2f} s; {len(reads)} reads, slowest"
        f" {slowest_read:.2f} s; posts stored again after {again:.2f} s"
    )
    assert {answer.status for answer in failed} <= {500, 503, 507}
    assert slowest < limit + SLACK
    assert {answer.status for answer in reads} == {200}
    assert slowest_read < SOON + SLACK


def stored(store: Path) -> set[str]:
    return {path.stem for path in (store / HISTORY).glob("2*.json")}


def fill_up(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_a_full_disk_refuses_at_once_and_takes_again_when_there_is_room(
    small: Path, receiver_on: Callable[[Path], Receiver]
) -> None:
    store, numbers = small / "store", itertools.count()
    receiver = receiver_on(store)
    attempts, readers = under_load(receiver, numbers)
    ballast = small / "ballast"
    fill_up(ballast)
    attempts.mark()
    time.sleep(2)
    attempts.mark()
    ballast.unlink()
    again = resumed(receiver, numbers)
    attempts.stop()
    failed = [answer for answer in attempts.between_marks() if answer.status != 200]
    judge("full disk", failed, readers.stop(), SOON, again)
    kept = stored(store)
    assert attempts.acknowledged <= kept
    assert not attempts.refused & kept, "refused, but stored"
    receiver.kill()
    assert violations(store, attempts.acknowledged) == []
    assert list((store / HISTORY).glob(".tmp-*")) == []


def test_a_receiver_that_starts_on_a_full_disk_answers_reads_and_takes_again_when_there_is_room(
    small: Path, receiver_on: Callable[[Path], Receiver]
) -> None:
    store, numbers = small / "store", itertools.count()
    fill(store, 3, numbers)
    fill_up(small / "ballast")
    receiver = receiver_on(store)
    receiver.start()
    assert ask(receiver.address, USAGE).status == 200
    assert ask(receiver.address, "/readyz").status == 503
    assert try_to_post(receiver.address, next(numbers)).status == 507
    (small / "ballast").unlink()
    resumed(receiver, numbers)
    time.sleep(KEPT_SECONDS)  # an answer of /readyz holds as long
    assert ask(receiver.address, "/readyz").status == 200


def test_a_disk_that_became_read_only_refuses_at_once_and_takes_again_when_it_can(
    disk: Disk, receiver_on: Callable[[Path], Receiver]
) -> None:
    store, numbers = disk.mounted / "store", itertools.count()
    receiver = receiver_on(store)
    attempts, readers = under_load(receiver, numbers)
    disk.make_read_only()
    attempts.mark()
    time.sleep(2)
    attempts.mark()
    run("mount", "-o", "remount,rw", str(disk.mounted))
    again = resumed(receiver, numbers)
    attempts.stop()
    failed = [answer for answer in attempts.between_marks() if answer.status != 200]
    judge("read-only disk", failed, readers.stop(), SOON, again)
    assert not attempts.refused & stored(store), "refused, but stored"
    receiver.kill()
    assert violations(store, attempts.acknowledged) == []


@pytest.mark.timeout(120 + FREEZES * 20)
def test_a_frozen_disk_keeps_nobody_waiting_and_loses_nothing_when_it_thaws(
    disk: Disk, receiver_on: Callable[[Path], Receiver]
) -> None:
    store, numbers = disk.mounted / "store", itertools.count()
    receiver = receiver_on(store)
    attempts, readers = under_load(receiver, numbers)
    waits, failed = [], []
    for _ in range(FREEZES):
        time.sleep(random.uniform(0.2, 0.6))
        with disk.frozen():
            attempts.mark()
            time.sleep(DEADLINE + 1)
            ready = ask(receiver.address, "/readyz")
            attempts.mark()
        waits.append(resumed(receiver, numbers))
        failed += [answer for answer in attempts.between_marks() if answer.status != 200]
        assert ready.status == 503
        assert ready.seconds < DEADLINE + SLACK
    attempts.stop()
    judge(f"{FREEZES} times frozen", failed, readers.stop(), DEADLINE, max(waits))
    for number in attempts.refused_numbers:
        attempts.acknowledged.add(post(receiver.address, number))
    receiver.kill()
    assert violations(store, attempts.acknowledged) == []
    assert len(stored(store)) == len(attempts.acknowledged) + 1 + FREEZES
