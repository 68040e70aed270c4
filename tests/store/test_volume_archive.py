"""The archive on the volume: its index, damage of every kind, and what reading it costs."""

import gzip
import json
import os
import subprocess
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from shared.schemas.codec import digest
from shared.store import Store, Version, open_store
from shared.store.errors import StoreDamagedError, StoreUnavailableError
from shared.store.keys import candidate_ids
from shared.store.volume.archive import catalogue as cataloguing
from shared.store.volume.archive.archive import Archive
from shared.store.volume.layout import Layout
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


async def test_any_zcat_reads_the_archive(tmp_path: Path) -> None:
    ids = await with_archive(tmp_path)
    text = subprocess.run(
        ["zcat", str(tmp_path / NOVEMBER)], capture_output=True, text=True, check=True
    ).stdout
    assert [json.loads(line)["version"] for line in text.splitlines()] == ids[:5]


async def test_what_was_learnt_of_the_archive_is_kept_for_the_next_process(
    tmp_path: Path, scans: list[str]
) -> None:
    ids = await with_archive(tmp_path)
    store = open_store(f"file://{tmp_path}")
    assert await streamed(store) == ids
    assert scans == []
    await store.close()


def of_an_older_archive(index: Path) -> None:
    """Put back an index that was right before the last change of the archive."""
    summed, _, entries = index.read_bytes().partition(b"\n")
    assert summed
    index.write_bytes(cataloguing._summed(entries.replace(b'"count":5', b'"count":1')))
    os.utime(index.parent / NOVEMBER)


INDEX_DAMAGE: dict[str, Callable[[Path], object]] = {
    "deleted": lambda index: index.unlink(),
    "emptied": lambda index: index.write_bytes(b""),
    "torn": lambda index: index.write_bytes(index.read_bytes()[:-9]),
    "a digit changed": lambda index: index.write_bytes(
        index.read_bytes().replace(b"2026-11-22", b"2026-11-21", 1)
    ),
    "garbage": lambda index: index.write_bytes(os.urandom(500)),
    "of an older archive": of_an_older_archive,
}


@pytest.mark.parametrize("damage", INDEX_DAMAGE)
async def test_a_lost_or_wrong_index_of_archives_changes_no_answer(tmp_path: Path, damage: str) -> None:
    ids = await with_archive(tmp_path)
    INDEX_DAMAGE[damage](tmp_path / ".archive-index")
    store = open_store(f"file://{tmp_path}")
    assert await streamed(store) == ids
    found = await store.nearest("default", NOON - minutes(5))
    assert found is not None
    assert (found.version.id, found.archived) == (ids[0], True)
    assert [month.count for month in await store.archives("default")] == [5]
    await store.close()


async def test_an_archive_put_back_while_running_is_there_at_the_next_question(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 6)
    await store.archive("default", ids[:3])
    await store.delete("default", ids[:3], NOON)
    kept = (root / NOVEMBER).read_bytes()
    (root / NOVEMBER).unlink()
    assert await streamed(store) == ids[3:]
    (root / NOVEMBER).write_bytes(kept)
    assert await streamed(store) == ids
    lines = gzip.decompress(kept).split(b"\n")
    (root / NOVEMBER).write_bytes(gzip.compress(lines[1] + b"\n") + gzip.compress(lines[0] + b"\n"))
    assert await streamed(store) == ids[:2] + ids[3:]


def doubled(data: bytes) -> bytes:
    """As after an append that was repeated: every member twice."""
    return data + data


def by_hand(data: bytes) -> bytes:
    """One member, in no order, with blanks between the fields: as somebody would write it with other tools."""
    lines = [json.dumps(json.loads(line)).encode() for line in gzip.decompress(data).splitlines()]
    return gzip.compress(b"\n".join(reversed(lines)) + b"\n")


@pytest.mark.parametrize("form", [doubled, by_hand])
async def test_an_archive_of_another_make_is_read_each_version_once(
    tmp_path: Path, form: Callable[[bytes], bytes]
) -> None:
    ids = await with_archive(tmp_path)
    (tmp_path / NOVEMBER).write_bytes(form((tmp_path / NOVEMBER).read_bytes()))
    store = open_store(f"file://{tmp_path}")
    assert await streamed(store) == ids
    assert [month.count for month in await store.archives("default")] == [5]
    for version_id in ids[:5]:
        assert (await store.by_id("default", version_id)).version.id == version_id
    assert (await store.archive("default", ids)).added == 1
    assert [version.id for version in await store.archived("default", "2026-11")] == ids
    await store.close()


async def test_links_and_strangers_in_the_archive_are_left_alone(tmp_path: Path) -> None:
    ids = await with_archive(tmp_path)
    archive = tmp_path / "archive"
    (archive / "2026-10.ndjson.gz").symlink_to(archive / "2026-11.ndjson.gz")
    (archive / "2026-09.ndjson.gz").mkdir()
    (archive / "2026-13.ndjson.gz").write_bytes(b"")
    (archive / "notes.txt").write_text("mine")
    store = open_store(f"file://{tmp_path}")
    assert await streamed(store) == ids
    assert [month.month for month in await store.archives("default")] == ["2026-11"]
    await store.close()


@pytest.mark.parametrize("kind", ["a link", "a file"])
async def test_an_archive_that_is_no_folder_is_not_followed_and_nothing_leaves_into_it(
    tmp_path: Path, kind: str
) -> None:
    ids = await with_archive(tmp_path / "store")
    archive = tmp_path / "store" / "archive"
    archive.rename(tmp_path / "elsewhere")
    if kind == "a link":
        archive.symlink_to(tmp_path / "elsewhere")
    else:
        archive.write_text("mine")
    store = open_store(f"file://{tmp_path}/store")
    later = (await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))).version.id
    assert await streamed(store) == [ids[5], later]
    assert (await store.nearest("default", NOON - minutes(9))).version.id == ids[5]
    assert list(await store.archives("default")) == []
    with pytest.raises((StoreDamagedError, StoreUnavailableError)):
        await store.archive("default", ids[5:])
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1
    await store.close()


async def test_a_long_month_is_read_with_little_memory(tmp_path: Path) -> None:
    def version(place: int) -> Version:
        at = NOON - timedelta(seconds=place)
        document = snapshot(at, place % 100, collector=f"{place:064}", plan="Max" * 60)
        return Version(
            "default", next(candidate_ids(at, digest(document))), {**document, "receivedAt": NOON_TEXT}
        )

    layout = Layout(tmp_path)
    versions = [version(place) for place in range(20_000)]
    Archive("default", layout, lambda *_: None).add(versions)
    del versions
    store = open_store(f"file://{tmp_path}")
    assert (await store.archives("default"))[0].count == 20_000
    tracemalloc.start()
    count = 0
    async for _ in store.stream("default", None, None):
        count += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 4_000_000
    await store.close()


NOON_TEXT = "2026-11-22T12:00:00.000Z"


async def test_a_moment_inside_the_history_opens_no_archive(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = volume
    ids = await fill(store, 10)
    await store.archive("default", ids[:4])
    await store.delete("default", ids[:4], NOON)
    await store.nearest("default", NOON)
    monkeypatch.setattr(Archive, "open", lambda *_: pytest.fail("an archive was opened"))
    for place in range(5, 10):
        moment = NOON - minutes(9 - place)
        assert (await store.nearest("default", moment)).version.id == ids[place]
        assert (await store.as_of("default", moment + minutes(0.5))).version.id == ids[place]
        assert (await store.by_id("default", ids[place])).version.id == ids[place]
