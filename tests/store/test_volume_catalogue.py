"""What is known of the archives is never older than they are, and rarely read anew."""

import os
import time
from pathlib import Path

import pytest

from shared.store import Store, open_store
from shared.store.volume.archive import catalogue as cataloguing
from shared.store.volume.archive.months import Mark, Month, month_with
from shared.store.volume.archive.reading import OpenMonth
from tests.store.archives import NOVEMBER, fill, streamed, with_archive
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with every month that is read from its beginning to its end to learn what is in it."""
    seen: list[str] = []
    real = cataloguing.scanned
    monkeypatch.setattr(cataloguing, "scanned", lambda fd, month: (seen.append(month), real(fd, month))[1])
    return seen


async def test_what_another_process_archives_is_not_read_through(volume: Volume, scans: list[str]) -> None:
    store, root = volume
    ids = await fill(store, 30)
    janitor = open_store(f"file://{root}")
    for start in range(0, 20, 5):
        await janitor.archive("default", ids[start : start + 5])
        await janitor.delete("default", ids[start : start + 5], NOON)
        found = await store.as_of("default", NOON - minutes(28))
        assert found is not None
        assert (found.version.id, found.archived) == (ids[1], True)
        assert await streamed(store) == ids
    assert scans == []
    await janitor.close()


async def test_a_month_replaced_while_it_is_read_through_is_not_taken_for_what_it_was(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    ids = await fill(store, 6)
    await store.archive("default", ids[:1])
    other, real = open_store(f"file://{root}"), cataloguing.scanned
    slow = store._history("default").archive

    def overtaken(descriptor: int, month: str) -> Month:
        monkeypatch.setattr(cataloguing, "scanned", real)
        other._history("default").archive.add([store._history("default").read(ids[2])])
        time.sleep(0.06)  # past the time in which a change may be unseen anyway
        slow.catalogue.names()  # another question meanwhile
        return real(descriptor, month)

    monkeypatch.setattr(cataloguing, "scanned", overtaken)
    slow.damage("2026-11")
    monkeypatch.setattr(cataloguing, "scanned", real)
    await other.delete("default", [ids[0], ids[2]], NOON)
    found = await store.as_of("default", NOON - minutes(3))
    assert found is not None
    assert found.version.id == ids[2]
    await other.close()


async def test_two_changes_within_one_tick_of_the_disk_are_both_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await with_archive(tmp_path)
    december = tmp_path / "archive" / "2026-12.ndjson.gz"
    store = open_store(f"file://{tmp_path}")
    stood = (tmp_path / "archive").stat().st_ctime_ns
    monkeypatch.setattr(cataloguing.Catalogue, "_stand", lambda _: stood)  # a clock that stands still
    monkeypatch.setattr(cataloguing.time, "time_ns", lambda: stood + 1_000_000)
    assert [month.month for month in await store.archives("default")] == ["2026-11"]
    os.link(tmp_path / NOVEMBER, december)
    assert [month.month for month in await store.archives("default")] == ["2026-11", "2026-12"]
    assert await streamed(store) == ids
    await store.close()


async def test_counting_what_left_unpacks_nothing_while_the_counts_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One version in four was kept, as a rule for each hour would; the others lie around it in the archive."""
    store = open_store(f"file://{tmp_path}")
    ids = await fill(store, 300)
    leaving = [version_id for place, version_id in enumerate(ids[:-1]) if place % 4]
    await store.archive("default", leaving)
    await store.delete("default", leaving, NOON)
    unpacked: list[int] = []
    real = OpenMonth.lines_of
    monkeypatch.setattr(OpenMonth, "lines_of", lambda *a: (unpacked.append(1), real(*a))[1])
    await store.rebuild()
    assert unpacked == []
    (tmp_path / "console-usage-history" / "_metadata.json").unlink()
    await store.close()
    again = open_store(f"file://{tmp_path}")
    metadata = await again.metadata("default")
    assert (metadata.version_count, metadata.total_versions_deleted) == (76, 224)
    assert len(unpacked) <= 4, "each member once"
    await again.close()


async def test_a_snapshot_whose_archived_twin_cannot_be_read_gets_a_name_of_its_own_time(
    volume: Volume,
) -> None:
    """It is known from the index that it came before, from a clock ahead; but nothing is left of it."""
    store, root = volume
    reading = snapshot(NOON + minutes(60))
    first = await store.append("default", reading, NOON)
    await fill(store, 2)
    await store.append("default", snapshot(NOON + minutes(1), 3), NOON + minutes(1))
    await store.archive("default", [first.version.id])
    await store.delete("default", [first.version.id], NOON)
    stood, data = (root / NOVEMBER).stat(), bytearray((root / NOVEMBER).read_bytes())
    data[40:50] = bytes(10)
    (root / NOVEMBER).write_bytes(data)
    os.utime(root / NOVEMBER, ns=(stood.st_atime_ns, stood.st_mtime_ns))
    again = await store.append("default", reading, NOON + minutes(90))
    assert not again.duplicate
    assert again.version.time == NOON + minutes(60)
    assert list(await store.scrub("default", [again.version.id], NOON, mend=True)) == []


def test_of_many_versions_ahead_the_newest_are_remembered() -> None:
    ids = [f"2026-11-22T12-{place // 60:02}-{place % 60:02}-0123abcd" for place in range(1800)]
    month = month_with("2026-11", Mark(1, 2, 3), [], 0, ahead=reversed(ids))
    assert month.ahead == ids[-1024:]
