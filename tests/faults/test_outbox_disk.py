"""The outbox on a disk whose power is cut, and on one that is full: what was kept is there, whole and in order."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.scraper.outgoing.outbox import Outbox, take_stock
from shared.clock import SystemClock
from shared.schemas.codec import decode_document
from tests.faults.collector import reading
from tests.faults.disks import Cut, Disk, run
from tests.faults.lengths import note, rounds
from tests.faults.stations import numbers_of

CUTS = rounds(3)
EACH = 10

pytestmark = [pytest.mark.loop_disk, pytest.mark.timeout(120 + 5 * CUTS)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk.made(tmp_path)
    yield made
    made.unmount()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory that holds some dozens of small files."""
    folder = tmp_path / "small"
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder))
    yield folder
    run("umount", str(folder))


def waiting(outbox: Outbox) -> list[int]:
    return numbers_of([decode_document(item.body) for item in outbox.head(100_000)])


def add_without_end(outbox: Outbox) -> None:
    for number in itertools.count():
        outbox.add(reading("default", number))


@pytest.mark.parametrize("cut", list(Cut))
def test_a_power_cut_leaves_everything_that_was_kept(disk: Disk, cut: Cut) -> None:
    state, numbers = disk.mounted / "state", itertools.count()
    for _ in range(CUTS):
        outbox = Outbox(state, 100_000, SystemClock())
        for number in itertools.islice(numbers, EACH):
            outbox.add(reading("default", number))
        disk.cut_power(cut)
        disk.unmount()
        disk.mount()
    assert waiting(Outbox(state, 100_000, SystemClock())) == list(range(CUTS * EACH))
    assert take_stock(state).quarantined == 0
    note(f"{CUTS} power cuts ({cut.name}), {CUTS * EACH} snapshots kept before them, none lost")


def test_a_full_disk_refuses_the_newest_keeps_the_rest_and_takes_more_as_it_is_emptied(small: Path) -> None:
    outbox = Outbox(small / "state", 100_000, SystemClock())
    with pytest.raises(OSError, match="No space left"):
        add_without_end(outbox)
    kept = take_stock(small / "state").waiting
    assert waiting(outbox) == list(range(kept))
    first, second = outbox.head(2)
    outbox.reject(first, 400, "no")
    outbox.remove(second)
    outbox.add(reading("default", kept))
    assert waiting(Outbox(small / "state", 100_000, SystemClock())) == list(range(2, kept + 1))
    assert take_stock(small / "state").tally.dropped == 0
