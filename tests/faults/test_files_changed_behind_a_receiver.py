"""Files of a store are lost, spoilt, put back or forged while a receiver runs: the next answer is right."""

import contextlib
import itertools
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults.clients import KEY, USAGE, id_of, numbered, post
from tests.faults.conftest import Receiver
from tests.faults.invariants import HISTORY, LATEST, violations

METADATA = f"{HISTORY}/_metadata.json"
INDEX = ".index"


def move_over(path: Path, old: bytes) -> None:
    copy = path.with_name("copy")
    copy.write_bytes(old)
    os.utime(copy, (0, 0))
    copy.rename(path)


Change = Callable[[Path, bytes], object]
"""Takes a file and an older content of it."""

CHANGES: dict[str, Change] = {
    "deleted": lambda path, _: [path.unlink()],
    "emptied": lambda path, _: path.write_bytes(b""),
    "torn": lambda path, _: path.write_bytes(path.read_bytes()[:-9]),
    "garbage": lambda path, _: path.write_bytes(os.urandom(300)),
    "an older copy written over it": lambda path, old: path.write_bytes(old),
    "an older copy moved over it": move_over,
    "a folder": lambda path, _: (path.unlink(), path.mkdir()),
}


def get(receiver: Receiver, question: str = "") -> dict[str, Any]:
    request = urllib.request.Request(f"{receiver.address}{USAGE}{question}", headers={"X-API-Key": KEY})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def percentage(answer: dict[str, Any]) -> object:
    return answer["currentSession"]["percentageUsed"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def receiver(store: Path, receiver_on: Callable[[Path], Receiver]) -> Receiver:
    made = receiver_on(store)
    made.start()
    return made


@pytest.mark.parametrize("name", [INDEX, METADATA, LATEST])
def test_a_derived_file_that_changes_behind_a_receiver_changes_no_answer(
    store: Path, receiver: Receiver, name: str
) -> None:
    numbers = itertools.count()
    for change, apply in CHANGES.items():
        post(receiver.address, next(numbers))
        old = (store / name).read_bytes()
        post(receiver.address, newest := next(numbers))
        awaited(partial(differs, store / name, old))
        apply(store / name, old)
        assert percentage(get(receiver)) == newest, change
        assert walked(receiver) == list(range(newest + 1)), change
        at = numbered(1)["lastUpdated"].replace("+00:00", "Z")
        assert percentage(get(receiver, f"?timestamp={at}")) == 1, change
        post(receiver.address, newest := next(numbers))
        assert walked(receiver) == list(range(newest + 1)), change
        awaited(partial(derived_files_are_right, store, newest))
    receiver.kill()
    assert violations(store, [id_of(number) for number in range(newest + 1)]) == []


def differs(path: Path, old: bytes) -> bool:
    return path.read_bytes() != old


def walked(receiver: Receiver) -> list[object]:
    """What every version says, in their order."""
    total = get(receiver)["versionInfo"]["total"]
    with pytest.raises(urllib.error.HTTPError, match="400"):
        get(receiver, f"?version={total + 1}")
    return [percentage(get(receiver, f"?version={number}")) for number in range(1, total + 1)]


def derived_files_are_right(store: Path, newest: int) -> bool:
    counted = json.loads((store / METADATA).read_bytes())["versionCount"] == newest + 1
    return (
        counted and (store / LATEST).read_bytes() == (store / HISTORY / f"{id_of(newest)}.json").read_bytes()
    )


def awaited(true: Callable[[], bool], within: float = 10) -> None:
    """What is derived may be made again a moment later."""
    until = time.monotonic() + within
    while True:
        try:
            if true():
                return
        except (OSError, ValueError, KeyError):
            pass
        assert time.monotonic() < until, "it was not made again"
        time.sleep(0.05)


def tamper(path: Path) -> None:
    path.write_text(path.read_text().replace('"percentageUsed": ', '"percentageUsed": 4'))


def tamper_in_place_unseen(path: Path) -> None:
    """The same length, and the modification time put back."""
    stood = path.stat()
    path.write_text(path.read_text().replace('"resetsIn": "1', '"resetsIn": "9'))
    os.utime(path, ns=(stood.st_atime_ns, stood.st_mtime_ns))


def swap(path: Path) -> None:
    """Another version's content under this name."""
    shutil.copy(path.with_name(f"{id_of(0)}.json"), path)


FORGERIES: dict[str, Callable[[Path], object]] = {
    "tampered": tamper,
    "tampered, its time put back": tamper_in_place_unseen,
    "truncated": lambda path: os.truncate(path, 40),
    "emptied": lambda path: os.truncate(path, 0),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "of another version": swap,
    "a link": lambda path: (path.unlink(), path.symlink_to(path.with_name(f"{id_of(0)}.json"))),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


def test_a_forged_version_is_never_answered_and_is_reported(store: Path, receiver: Receiver) -> None:
    for number in range(2 * len(FORGERIES)):
        post(receiver.address, number)
    whole = walked(receiver)[::2]
    forged = dict(zip(FORGERIES, range(1, 99, 2), strict=False))
    for forgery, number in forged.items():
        FORGERIES[forgery](store / HISTORY / f"{id_of(number)}.json")
        answered = walked(receiver)  # what the receiver still has in memory is right, and may be answered
        assert set(whole) <= set(answered) <= set(range(2 * len(FORGERIES))), forgery
        assert answered == sorted(answered), forgery
    receiver.kill()
    receiver.log.write_text("")
    receiver.start()
    for number in range(
        len(whole) * 2, 0, -1
    ):  # a damaged file is counted until it is read for the first time
        with contextlib.suppress(urllib.error.HTTPError):
            assert percentage(get(receiver, f"?version={number}")) in whole
    assert walked(receiver) == whole
    assert percentage(get(receiver)) == whole[-1]
    for forgery, number in forged.items():
        if forgery not in {"a link", "a folder"}:  # whose names are passed over when the folder is listed
            assert id_of(number) in receiver.log.read_text(), forgery


FOREIGN = {
    "notes.txt": b"mine",
    "2026-99-99T00-00-00-01234567.json": b"{}",
    "2099-01-01T00-00-00-0123abcd.json": json.dumps(
        {**numbered(7), "receivedAt": "2099-01-01T00:00:00Z"}
    ).encode(),
    "2099-01-01T00-00-00-0123abce.json": b"",
    "2099-01-01T00-00-00-0123ABCE.json": json.dumps(numbered(7)).encode(),
    ".2099-01-01T00-00-00-0123abce.json.swp": b"x",
}


def test_a_foreign_file_in_the_history_is_no_version(store: Path, receiver: Receiver) -> None:
    for number in range(5):
        post(receiver.address, number)
    for name, content in FOREIGN.items():
        (store / HISTORY / name).write_bytes(content)
        assert percentage(get(receiver)) == 4, name
        assert percentage(get(receiver, "?timestamp=2099-01-01T00:00:00Z")) == 4, name
        assert walked(receiver) == [0, 1, 2, 3, 4], name
        assert (store / HISTORY / name).read_bytes() == content, "it is left alone"


def test_versions_copied_in_by_hand_are_answered_without_a_restart(
    store: Path, receiver: Receiver, tmp_path: Path
) -> None:
    for number in range(5):
        post(receiver.address, number)
    shutil.copytree(store / HISTORY, tmp_path / "backup")
    for number in (0, 3, 4):
        (store / HISTORY / f"{id_of(number)}.json").unlink()
    assert percentage(get(receiver)) == 2
    for name in (tmp_path / "backup").glob("2*.json"):
        shutil.copy2(name, store / HISTORY)
    assert percentage(get(receiver)) == 4
    assert [percentage(get(receiver, f"?version={number}")) for number in (1, 5)] == [0, 4]


def test_a_whole_folder_put_back_from_a_backup_is_noticed(
    store: Path, receiver: Receiver, tmp_path: Path
) -> None:
    numbers = itertools.count()
    for _ in range(5):
        post(receiver.address, next(numbers))
    run_copy(store, tmp_path / "backup")
    for _ in range(5):
        post(receiver.address, next(numbers))
    (store / HISTORY).rename(tmp_path / "away")
    run_copy(tmp_path / "backup" / HISTORY, store / HISTORY)
    assert percentage(get(receiver)) == 4
    post(receiver.address, 20)
    assert percentage(get(receiver)) == 20
    assert percentage(get(receiver, "?version=6")) == 20


def run_copy(source: Path, target: Path) -> None:
    """Copy a folder with its times, as `cp -a` does."""
    shutil.copytree(source, target, copy_function=shutil.copy2)
