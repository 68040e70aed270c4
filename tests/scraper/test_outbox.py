"""The outbox keeps every item until it is taken, in order, and sets aside what is no good."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from services.scraper.house import sweep
from services.scraper.outbox import Outbox, take_stock
from shared.schemas.codec import decode_document


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.moment = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def now(self):
        return self.moment

    def monotonic(self):
        return self.moment.timestamp()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def outbox(tmp_path, clock):
    return Outbox(tmp_path, 100, clock)


def number(item):
    return decode_document(item.body)["n"]


def drain(outbox):
    found = []
    while item := outbox.oldest():
        found.append(number(item))
        outbox.remove(item)
    return found


def test_items_come_back_oldest_first_after_a_restart(outbox, tmp_path, clock):
    for n in range(5):
        outbox.add({"n": n})
        clock.moment += timedelta(seconds=1)
    assert drain(Outbox(tmp_path, 100, clock)) == [0, 1, 2, 3, 4]


def test_the_order_holds_when_the_clock_is_put_back(outbox, clock):
    for n in range(5):
        outbox.add({"n": n})
        clock.moment -= timedelta(hours=1)
    assert drain(outbox) == [0, 1, 2, 3, 4]


def test_an_item_stays_until_it_is_removed(outbox):
    outbox.add({"n": 1})
    assert number(outbox.oldest()) == number(outbox.oldest()) == 1


def test_an_item_of_another_process_is_found(outbox, tmp_path, clock):
    assert outbox.oldest() is None
    Outbox(tmp_path, 100, clock).add({"n": 7})
    assert drain(outbox) == [7]


def test_an_item_that_another_process_sent_is_passed_over(outbox, tmp_path, clock):
    outbox.add({"n": 1})
    outbox.add({"n": 2})
    other = Outbox(tmp_path, 100, clock)
    other.remove(other.oldest())
    assert drain(outbox) == [2]


def test_a_full_outbox_drops_the_oldest_and_says_how_many(tmp_path, clock):
    outbox = Outbox(tmp_path, 3, clock)
    assert [outbox.add({"n": n}) for n in range(5)] == [0, 0, 0, 1, 1]
    assert drain(outbox) == [2, 3, 4]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"n": 9}', b"\xff\xfe"])
def test_a_damaged_item_is_set_aside_and_the_rest_flows(outbox, tmp_path, damage):
    outbox.add({"n": 1})
    outbox.add({"n": 2})
    first = min((tmp_path / "outbox").iterdir())
    first.write_bytes(damage)
    assert drain(outbox) == [2]
    assert (tmp_path / "quarantine" / first.name).read_bytes() == damage
    assert take_stock(tmp_path).quarantined == 1


def test_a_rejected_item_lies_beside_the_answer(outbox, tmp_path):
    outbox.add({"n": 1})
    outbox.reject(outbox.oldest(), 400, "percentageUsed is out of range")
    item, answer = sorted((tmp_path / "rejected").iterdir(), key=lambda path: "answer" in path.name)
    assert decode_document(item.read_bytes()) == {"n": 1}
    assert decode_document(answer.read_bytes())["answer"] == "percentageUsed is out of range"
    assert outbox.oldest() is None


def test_stock_tells_how_much_waits_since_when_and_changes_nothing(outbox, tmp_path, clock):
    assert take_stock(tmp_path / "elsewhere").waiting == 0
    assert not (tmp_path / "elsewhere").exists()
    outbox.add({"n": 1})
    clock.moment += timedelta(hours=2)
    outbox.add({"n": 2})
    stock = take_stock(tmp_path)
    assert (stock.waiting, stock.oldest) == (2, datetime(2026, 11, 22, 10, tzinfo=UTC))


@pytest.mark.parametrize("folder", [".", "outbox", "reports", "captures", "rejected"])
def test_unfinished_files_of_a_dead_process_are_swept_once_they_are_old(tmp_path, clock, folder):
    (tmp_path / folder).mkdir(exist_ok=True)
    old, young = tmp_path / folder / ".tmp-old", tmp_path / folder / ".tmp-young"
    old.write_bytes(b"{")
    young.write_bytes(b"{")
    os.utime(old, (0, 0))
    sweep(tmp_path)
    assert not old.exists()
    assert young.exists()
    assert Outbox(tmp_path, 100, clock).oldest() is None


def test_only_the_owner_can_read_the_items(outbox, tmp_path):
    outbox.add({"n": 1})
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "outbox").iterdir())
