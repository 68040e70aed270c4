"""The outbox keeps every item until it is taken, in order, and sets aside what is no good."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from waiting import drain, number

from services.scraper.house import sweep
from services.scraper.outgoing import outbox as outbox_room
from services.scraper.outgoing.outbox import Outbox, take_stock
from shared.schemas.codec import decode_document


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
    assert [number(item) for item in [*outbox.head(5), *outbox.head(5)]] == [1, 1]


def test_an_item_of_another_process_is_found(outbox, tmp_path, clock):
    assert outbox.head(1) == []
    Outbox(tmp_path, 100, clock).add({"n": 7})
    assert drain(outbox) == [7]


def test_an_item_that_another_process_sent_is_passed_over(outbox, tmp_path, clock):
    outbox.add({"n": 1})
    outbox.add({"n": 2})
    other = Outbox(tmp_path, 100, clock)
    other.remove(*other.head(1))
    assert drain(outbox) == [2]


def test_items_are_given_together_within_bounds_and_of_one_account_only(outbox):
    for n in range(4):
        outbox.add({"n": n})
    outbox.add({"n": 4, "account": "work"})
    outbox.add({"n": 5, "account": "default"})
    assert [number(item) for item in outbox.head(3)] == [0, 1, 2]
    assert [number(item) for item in outbox.head(9, most_bytes=14)] == [0, 1]
    assert [number(item) for item in outbox.head(9, most_bytes=1)] == [0]
    assert [number(item) for item in outbox.head(9)] == [0, 1, 2, 3]
    for item in outbox.head(4):
        outbox.remove(item)
    assert [(number(item), item.account) for item in outbox.head(9)] == [(4, "work")]


@pytest.mark.parametrize("account", ["../../x", "Work", 7, ["work"]])
def test_an_item_of_an_account_that_cannot_be_is_set_aside(outbox, tmp_path, account):
    outbox.add({"n": 1, "account": account})
    outbox.add({"n": 2})
    assert drain(outbox) == [2]
    assert take_stock(tmp_path).quarantined == 1


def test_an_item_may_leave_out_of_order(outbox):
    for n in range(4):
        outbox.add({"n": n})
    first, second, third, _ = outbox.head(4)
    outbox.remove(third)
    outbox.reject(second, 400, "no")
    assert drain(outbox) == [0, 3]
    assert first


@pytest.mark.parametrize("kind", ["folder", "link", "pipe", "no rights"])
def test_what_is_no_readable_file_is_set_aside_and_the_rest_flows(outbox, tmp_path, kind, monkeypatch):
    outbox.add({"n": 1})
    outbox.add({"n": 2})
    first = min((tmp_path / "outbox").iterdir())
    if kind == "no rights":
        read = outbox_room.read_regular
        monkeypatch.setattr(
            outbox_room, "read_regular", lambda path: refuse(path) if path == first else read(path)
        )
    else:
        first.unlink()
        puts = {"folder": first.mkdir, "pipe": lambda: os.mkfifo(first)}
        puts.get(kind, lambda: first.symlink_to(tmp_path / "elsewhere"))()
    assert drain(outbox) == [2]
    assert take_stock(tmp_path).quarantined == 1


def refuse(path):
    raise PermissionError(13, "Permission denied", str(path))


def test_a_trouble_of_the_whole_machine_sets_nothing_aside(outbox, tmp_path, monkeypatch):
    outbox.add({"n": 1})
    with monkeypatch.context() as busy:
        busy.setattr(outbox_room, "read_regular", too_many_open_files)
        with pytest.raises(OSError, match="open files"):
            outbox.head(1)
    assert drain(outbox) == [1]


def too_many_open_files(_):
    raise OSError(24, "Too many open files")


def test_a_file_that_cannot_be_an_item_is_set_aside(outbox, tmp_path, clock):
    (tmp_path / "outbox" / "notes.txt").write_text("hello")
    (tmp_path / "outbox" / ".tmp-unfinished").write_text("{")
    outbox = Outbox(tmp_path, 100, clock)
    outbox.add({"n": 1})
    assert drain(outbox) == [1]
    assert (tmp_path / "quarantine" / "notes.txt").read_text() == "hello"
    assert (tmp_path / "outbox" / ".tmp-unfinished").exists()


@pytest.mark.parametrize(
    "name",
    [
        "99991231T235959.999999-0123456789abcdef.json",
        "20261399T996060.000000-0123456789abcdef.json",
        "20990230T000000.000000-0123456789abcdef.json",
    ],
)
def test_a_name_that_no_clock_could_give_stops_nothing(tmp_path, clock, name):
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / name).write_bytes(b"{}")
    assert take_stock(tmp_path).oldest is None
    outbox = Outbox(tmp_path, 100, clock)
    outbox.add({"n": 1})
    outbox.add({"n": 2})
    assert drain(outbox) == [1, 2]
    assert drain(Outbox(tmp_path, 100, clock)) == []
    assert take_stock(tmp_path).quarantined == 1


def test_many_damaged_items_are_all_set_aside(outbox, tmp_path, clock):
    for n in range(1200):
        name = f"20261122T1000{n // 100:02}.{n % 100:06}-0123456789abcdef.json"
        (tmp_path / "outbox" / name).write_bytes(b"{")
    outbox = Outbox(tmp_path, 5000, clock)
    outbox.add({"n": 1})
    assert drain(outbox) == [1]
    stock = take_stock(tmp_path)
    assert (stock.quarantined, stock.tally.quarantined) == (1200, 1200)


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
    outbox.reject(*outbox.head(1), 400, "percentageUsed is out of range")
    item, answer = sorted((tmp_path / "rejected").iterdir(), key=lambda path: "answer" in path.name)
    assert decode_document(item.read_bytes()) == {"n": 1}
    assert decode_document(answer.read_bytes())["answer"] == "percentageUsed is out of range"
    assert outbox.head(1) == []


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
    assert Outbox(tmp_path, 100, clock).head(1) == []


def test_only_the_owner_can_read_the_items(outbox, tmp_path):
    outbox.add({"n": 1})
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "outbox").iterdir())
