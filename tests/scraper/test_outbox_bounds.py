"""What is too much goes, the oldest first, and is counted; a full disk costs nothing that waits."""

import os

import pytest
from waiting import drain

from services.scraper.outgoing.aside import Aside
from services.scraper.outgoing.outbox import REPORTS, Outbox, take_stock
from services.scraper.outgoing.tally import Counter, read_tally


def test_a_full_outbox_drops_the_oldest_and_says_how_many(tmp_path, clock):
    outbox = Outbox(tmp_path, 3, clock)
    assert [outbox.add({"n": n}) for n in range(5)] == [0, 0, 0, 1, 1]
    assert drain(outbox) == [2, 3, 4]


def test_a_full_outbox_is_full_by_bytes_too_and_keeps_the_newest_however_long(tmp_path, clock):
    outbox = Outbox(tmp_path, 100, clock, max_bytes=25)
    assert [outbox.add({"n": n}) for n in range(5)] == [0, 0, 0, 1, 1]
    assert outbox.add({"n": 5, "long": "x" * 100}) == 3
    assert drain(outbox) == [5]


def test_what_was_dropped_is_counted_across_restarts_and_processes(tmp_path, clock):
    one, other = Outbox(tmp_path, 1, clock), Outbox(tmp_path, 1, clock)
    for n in range(4):
        (one if n % 2 else other).add({"n": n})
    Outbox(tmp_path, 1, clock).add({"n": 9})
    assert take_stock(tmp_path).tally.dropped == 4
    assert drain(Outbox(tmp_path, 1, clock)) == [9]


def test_reports_are_bounded_and_counted_on_their_own(tmp_path, clock):
    reports = Outbox(tmp_path, 2, clock, folder=REPORTS)
    for n in range(5):
        reports.add({"n": n})
    tally = take_stock(tmp_path).tally
    assert (tally.reports_dropped, tally.dropped) == (3, 0)


def test_what_a_disk_did_not_count_is_counted_with_the_next(tmp_path, clock, monkeypatch):
    counter = Counter(tmp_path)
    with monkeypatch.context() as full:
        full.setattr("services.scraper.outgoing.tally.replace", fail)
        counter.add("dropped", 2)
    assert read_tally(tmp_path).dropped == 0
    counter.add("rejected")
    assert (read_tally(tmp_path).dropped, read_tally(tmp_path).rejected) == (2, 1)


def fail(*_):
    raise OSError(28, "No space left on device")


def test_a_damaged_count_begins_anew(tmp_path):
    (tmp_path / "tally.json").write_bytes(b'{"dropped": "many"')
    Counter(tmp_path).add("dropped")
    assert read_tally(tmp_path).dropped == 1


def test_nothing_is_dropped_that_a_full_disk_kept_out(tmp_path, clock, monkeypatch):
    outbox = Outbox(tmp_path, 1, clock)
    outbox.add({"n": 1})
    with monkeypatch.context() as full:
        full.setattr("services.scraper.outgoing.outbox.replace", fail)
        with pytest.raises(OSError, match="No space"):
            outbox.add({"n": 2})
    assert drain(outbox) == [1]


def test_a_full_disk_takes_no_answer_and_a_rejected_item_is_out_of_the_way(outbox, tmp_path, monkeypatch):
    outbox.add({"n": 1})
    outbox.add({"n": 2})
    with monkeypatch.context() as full:
        full.setattr("services.scraper.outgoing.aside.replace", fail)
        outbox.reject(*outbox.head(1), 400, "no")
    assert drain(outbox) == [2]
    assert take_stock(tmp_path).rejected == 1


@pytest.mark.parametrize("bound", [{"max_items": 5}, {"max_bytes": 50}])
def test_what_lies_aside_is_bounded_the_oldest_go_and_are_counted(tmp_path, clock, bound):
    counter = Counter(tmp_path)
    aside = Aside(tmp_path, "rejected", counter, clock, **bound)
    for n in range(20):
        path = tmp_path / f"{n:02}.json"
        path.write_bytes(b"0123456789")
        os.utime(path, (n, n))
        aside.take(path, 400, "no")
    left = sorted(path.name for path in (tmp_path / "rejected").iterdir())
    items = [name for name in left if not name.endswith(".answer.json")]
    assert items == [f"{n:02}.json" for n in range(20 - len(items), 20)]
    assert len(left) == 2 * len(items)
    assert 3 <= len(items) <= 5
    assert read_tally(tmp_path).aside_dropped == 20 - len(items)
