"""The index log: followed across processes, never believed more than the folder."""

import errno
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store import Store, open_store
from shared.store.volume import followed
from shared.store.volume.entries import adding, header, left_after, parse, removing, settled
from shared.store.volume.history import History
from shared.store.volume.indexlog import IndexLog
from shared.store.volume.layout import Layout
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]
SOME_IDS = [f"2026-11-22T12-00-{number:02}-1a2b3c4d" for number in range(4)]


async def add(store: Store, minute: int) -> str:
    at = NOON + minutes(minute)
    return (await store.append("default", snapshot(at, minute % 100), at)).version.id


async def listed(store: Store) -> list[str]:
    return list(await store.between("default", None, None))


def files(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "console-usage-history").glob("2*.json"))


@pytest.fixture
def listings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with every listing of a history folder."""
    seen: list[str] = []
    real = followed.FollowedIndex._scan
    monkeypatch.setattr(followed.FollowedIndex, "_scan", lambda self: (seen.append("listed"), real(self))[1])
    return seen


async def test_what_one_process_stores_and_removes_others_follow_without_listing(
    volume: Volume, listings: list[str]
) -> None:
    store, root = volume
    ids = [await add(store, minute) for minute in range(3)]
    other = open_store(f"file://{root}")
    assert await listed(other) == ids
    listings.clear()
    ids += [await add(store, minute) for minute in range(3, 100)]
    assert await listed(other) == ids
    await other.delete("default", ids[:10], NOON)
    assert await listed(store) == ids[10:]
    assert await add(other, -5) == (await listed(store))[0]
    assert listings == []
    await other.close()


async def test_a_restarted_process_believes_the_log_it_finds(volume: Volume, listings: list[str]) -> None:
    store, root = volume
    ids = [await add(store, minute) for minute in range(5)]
    listings.clear()
    other = open_store(f"file://{root}")
    assert await listed(other) == ids
    assert listings == []
    await other.close()


def older_copy(log: Path, kept: bytes) -> None:
    log.write_bytes(kept)


DAMAGE: dict[str, Callable[[Path, bytes], object]] = {
    "deleted": lambda log, _: log.unlink(),
    "emptied": lambda log, _: log.write_bytes(b""),
    "torn": lambda log, _: log.write_bytes(log.read_bytes()[:-7]),
    "garbage": lambda log, _: log.write_bytes(os.urandom(999)),
    "zeros": lambda log, _: log.write_bytes(b"\0" * log.stat().st_size),
    "an older copy": older_copy,
    "one digit changed": lambda log, _: log.write_bytes(log.read_bytes().replace(b"T12-0", b"T12-3", 1)),
    "of another boot": lambda log, _: log.write_bytes(
        log.read_bytes().replace(log.read_bytes()[18:26], b"ffffffff", 1)
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_lost_or_wrong_log_changes_no_answer(volume: Volume, damage: str) -> None:
    store, root = volume
    ids = [await add(store, minute) for minute in range(5)]
    log = root / ".index"
    kept = log.read_bytes()
    ids += [await add(store, minute) for minute in range(5, 8)]
    await store.delete("default", ids[:2], NOON)
    DAMAGE[damage](log, kept)
    newcomer = open_store(f"file://{root}")
    assert await listed(newcomer) == await listed(store) == ids[2:] == files(root)
    ids.append(await add(newcomer, 50))
    assert await listed(store) == ids[2:]
    await newcomer.close()


async def test_a_file_removed_by_hand_is_gone_from_every_answer(volume: Volume) -> None:
    store, root = volume
    ids = [await add(store, minute) for minute in range(3)]
    time.sleep(0.02)
    (root / "console-usage-history" / f"{ids[-1]}.json").unlink()
    latest = await store.latest("default")
    assert latest is not None
    assert (latest.version.id, latest.total) == (ids[1], 2)


async def test_a_process_that_died_after_naming_a_file_leaves_a_version(volume: Volume) -> None:
    """It was not acknowledged, but it is whole: it counts, as it would after any crash."""
    store, root = volume
    ids = [await add(store, minute) for minute in range(2)]
    text = (root / "console-usage-history" / f"{ids[0]}.json").read_text()
    orphan = json.loads(text) | {"lastUpdated": (NOON + minutes(9)).isoformat()}
    other = open_store("memory:")
    name = (await other.append("default", orphan, NOON + minutes(10))).version
    time.sleep(0.02)
    (root / "console-usage-history" / f"{name.id}.json").write_text(json.dumps(name.document))
    latest = await store.latest("default")
    assert latest is not None
    assert latest.version.id == name.id
    assert (await store.append("default", orphan, NOON + minutes(11))).duplicate


async def test_a_process_that_died_while_removing_removes_nothing_it_did_not(volume: Volume) -> None:
    store, root = volume
    ids = [await add(store, minute) for minute in range(4)]
    with (root / ".index").open("ab") as log:
        log.write(removing(ids[:2]))
    assert await listed(store) == ids


async def test_a_log_that_cannot_be_written_costs_time_not_truth(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    ids = [await add(store, 0)]

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(followed.IndexLog, "append", refuse)
    monkeypatch.setattr(followed.IndexLog, "rewrite", refuse)
    for minute in range(1, 4):
        time.sleep(0.02)
        ids.append(await add(store, minute))
    assert await listed(store) == ids
    latest = await store.latest("default")
    assert latest is not None
    assert latest.version.id == ids[-1]
    assert json.loads((root / "console-usage-synced.json").read_text()) == latest.version.document


def test_lines_say_what_changed_and_when_the_folder_agreed() -> None:
    ids = ["2026-11-22T12-00-00-1a2b3c4d", "2026-11-22T12-01-00-1a2b3c4d"]
    stored = adding(ids)
    line = settled(5, crc32(stored))
    entries = parse(stored + line + removing(ids[:1]))
    assert entries.runs == [(True, ids), (False, ids[:1])]
    assert entries.settled is None
    assert entries.sum == crc32(stored + line + removing(ids[:1]))
    assert parse(stored + line).settled == 5
    assert parse(settled(7, 9), 9).settled == 7
    assert parse(b"").runs == []
    assert list(left_after([], entries.runs)) == ids[1:]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.booleans(), st.lists(st.sampled_from(SOME_IDS), min_size=1, max_size=5)), st.none()
        )
    ),
    st.integers(0, 9),
)
def test_a_log_read_in_two_parts_says_what_it_says_in_one(
    written: list[tuple[bool, list[str]] | None], cut: int
) -> None:
    parts, total = [], 0
    for number, run in enumerate(written):
        part = settled(number, total) if run is None else (adding if run[0] else removing)(run[1])
        parts.append(part)
        total = crc32(part, total)
    first = parse(b"".join(parts[:cut]))
    second = parse(b"".join(parts[cut:]), first.sum)
    all_of_it = parse(b"".join(parts))
    assert set(left_after(left_after([], first.runs), second.runs)) == set(left_after([], all_of_it.runs))
    assert second.sum == all_of_it.sum == total


@pytest.mark.parametrize(
    "lines", [b"+short\n", b"=x\n", b"+2026-11-22T12-00-00-1a2b3c4d", b"\n", b"\xff\n", header("x")]
)
def test_torn_and_foreign_lines_are_refused(lines: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(lines)


def test_any_changed_bit_of_a_log_is_noticed() -> None:
    lines = adding(SOME_IDS)
    log = lines + settled(5, crc32(lines))
    for place in range(len(log) - 1):
        changed = bytearray(log)
        changed[place] ^= 1
        try:
            assert parse(bytes(changed)).settled != 5
        except ValueError:
            continue


def test_a_first_look_that_waits_for_another_process_keeps_no_thread_of_its_own_from_working(
    tmp_path: Path,
) -> None:
    """Lock, then guard, always in this order: the other way round a first read and a first write wait for ever."""
    history = History("default", Layout(tmp_path))
    history.layout.history.mkdir()
    with ThreadPoolExecutor(1) as pool, history.layout.locked():
        looking = pool.submit(history.look, len)
        time.sleep(0.2)
        assert not looking.done()
        assert history._guard.acquire(timeout=2)
        history._guard.release()
    assert looking.result() == 0


@pytest.mark.parametrize("removing", [False, True])
async def test_a_log_that_lacks_a_line_never_says_that_it_agrees(
    volume: Volume, monkeypatch: pytest.MonkeyPatch, removing: bool
) -> None:
    """The first line fails, as on a disk that is full; the one after it, that all is told, would go through."""
    store, root = volume
    ids = [await add(store, minute) for minute in range(3)]
    real, failures = IndexLog.append, [OSError(errno.ENOSPC, "full")]

    def append(log: IndexLog, lines: bytes) -> None:
        if failures:
            raise failures.pop()
        real(log, lines)

    monkeypatch.setattr(IndexLog, "append", append)
    ids = await _changed(store, ids, removing=removing)
    other = open_store(f"file://{root}")
    assert await listed(other) == await listed(store) == ids == files(root)
    await other.close()


async def _changed(store: Store, ids: list[str], *, removing: bool) -> list[str]:
    if not removing:
        return [*ids, await add(store, 3)]
    await store.delete("default", ids[:1], NOON)
    return ids[1:]
