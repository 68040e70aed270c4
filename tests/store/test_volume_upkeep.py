"""Archives checked and made whole, the lock of the one janitor, what it notes and the room it has."""

import asyncio
import fcntl
import gzip
import os
from pathlib import Path

import pytest

from shared.store import Store, open_store
from shared.store.errors import StoreReadOnlyError
from shared.store.upkeep import Finding
from shared.store.volume import derived
from shared.store.volume import scrub as scrubbing
from shared.store.volume.archive import writing
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_SETTLED_SECONDS", 0)


async def fill(store: Store, count: int) -> list[str]:
    moments = [NOON - minutes(back) for back in reversed(range(count))]
    return [(await store.append("default", snapshot(at), at)).version.id for at in moments]


async def scrub_archive(store: Store, *, mend: bool = True) -> Finding | None:
    return await store.scrub_archive("default", "2026-11", NOON, mend=mend)


async def archived(store: Store) -> list[str]:
    return [version.id for version in await store.archived("default", "2026-11")]


async def test_of_a_torn_archive_what_is_whole_is_kept(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 6)
    archive = root / "archive" / "2026-11.ndjson.gz"
    for start in (0, 2, 4):
        await store.archive("default", ids[start : start + 2])
    torn = archive.read_bytes()[:-15]
    archive.write_bytes(torn)
    found = await scrub_archive(store)
    assert found.restored
    assert (root / found.set_aside).read_bytes() == torn
    assert (await archived(store))[:4] == ids[:4]
    assert (await store.archive("default", ids)).added <= 2
    assert await archived(store) == ids
    assert await scrub_archive(store) is None


async def test_a_damaged_member_in_the_middle_costs_only_itself(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_FULL", 2)
    store, root = volume
    ids = await fill(store, 6)
    archive = root / "archive" / "2026-11.ndjson.gz"
    sizes = []
    for start in (0, 2, 4):
        await store.archive("default", ids[start : start + 2])
        sizes.append(archive.stat().st_size)
    data = bytearray(archive.read_bytes())
    data[sizes[0] + 12 : sizes[0] + 40] = bytes(28)
    archive.write_bytes(data)
    assert (await scrub_archive(store)).restored
    assert await archived(store) == [*ids[:2], *ids[4:]]


@pytest.mark.parametrize("content", [b"", b"not gzip", gzip.compress(b'{"version": 3}\n', mtime=0)])
async def test_an_archive_with_nothing_whole_leaves_its_place(volume: Volume, content: bytes) -> None:
    store, root = volume
    ids = await fill(store, 2)
    (root / "archive").mkdir()
    archive = root / "archive" / "2026-11.ndjson.gz"
    archive.write_bytes(content)
    found = await scrub_archive(store)
    assert not found.restored
    assert (root / found.set_aside).read_bytes() == content
    assert not archive.exists()
    assert (await store.archive("default", ids[:1])).added == 1


async def test_a_version_tampered_with_in_the_archive_is_not_believed(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 2)
    await store.archive("default", ids)
    archive = root / "archive" / "2026-11.ndjson.gz"
    lines = gzip.decompress(archive.read_bytes())
    archive.write_bytes(gzip.compress(lines.replace(b"47", b"46", 1)))
    found = await scrub_archive(store)
    assert "does not match its name" in found.reason
    assert await archived(store) == ids[1:]


async def test_only_one_can_be_the_janitor_of_a_store(volume: Volume) -> None:
    store, root = volume
    other = open_store(f"file://{root}")
    assert await store.take_duty("run, process 7") is None
    assert await store.take_duty("the same once more") is None
    assert await other.take_duty("another") == "run, process 7"
    await store.close()
    assert await other.take_duty("another") is None
    await other.close()


async def test_a_lock_put_back_from_a_backup_is_the_one_that_counts(volume: Volume) -> None:
    store, root = volume
    other = open_store(f"file://{root}")
    assert await store.take_duty("first") is None
    (root / ".janitor.lock").unlink()
    assert await other.take_duty("second") is None
    assert await store.take_duty("first") == "second"
    await other.close()
    assert await store.take_duty("first") is None


async def test_a_note_is_kept_for_the_next_run(volume: Volume) -> None:
    store, root = volume
    assert await store.read_note("janitor") is None
    await store.write_note("janitor", b"{}")
    other = open_store(f"file://{root}")
    assert await other.read_note("janitor") == b"{}"
    await other.close()


async def test_the_room_left_is_the_disks(volume: Volume) -> None:
    store, _ = volume
    space = await store.space()
    assert 0 < space.free < space.total


async def test_a_store_opened_only_to_be_read_leaves_every_file_as_it_is(tmp_path: Path) -> None:
    root = tmp_path / "store"
    before = open_store(f"file://{root}")
    ids = await fill(before, 3)
    await before.archive("default", ids[:1])
    await before.close()
    for name in (".index", ".lock", "console-usage-synced.json", "console-usage-history/_metadata.json"):
        (root / name).unlink()
    (root / "console-usage-history" / f"{ids[0]}.json").write_text("{")
    stood = {p: (p.stat().st_mtime_ns, p.is_dir() or p.read_bytes()) for p in [root, *root.rglob("*")]}
    store = open_store(f"file://{root}", read_only=True)
    assert (await store.latest("default")).version.id == ids[-1]
    assert list(await store.between("default", None, None)) == ids
    assert len(await store.scrub("default", ids, NOON, mend=False)) == 1
    assert await archived(store) == ids[:1]
    for refused in (
        store.append("default", snapshot(), NOON),
        store.archive("default", ids),
        store.delete("default", ids[:1], NOON),
        store.scrub("default", ids, NOON, mend=True),
        store.rebuild(),
        store.probe(),
        store.take_duty("nobody"),
        store.write_note("janitor", b""),
    ):
        with pytest.raises(StoreReadOnlyError):
            await refused
    assert stood == {
        p: (p.stat().st_mtime_ns, p.is_dir() or p.read_bytes()) for p in [root, *root.rglob("*")]
    }
    await store.close()
    open_store(f"file://{tmp_path}/none", read_only=True)
    assert not (tmp_path / "none").exists()


async def test_what_is_deleted_is_gone_also_when_nothing_can_be_noted_of_it(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = volume
    ids = await fill(store, 4)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(derived, "replace", full)
        assert await store.delete("default", ids[:2], NOON) == 2
    assert list(await store.between("default", None, None)) == ids[2:]
    assert len(await store.rebuild()) == 1
    assert await store.rebuild() == []


async def test_nobody_waits_for_the_archive_to_be_written(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 4)
    other = open_store(f"file://{root}")
    descriptor = os.open(root / ".archive-lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    archiving = asyncio.create_task(store.archive("default", ids[:2]))
    await asyncio.sleep(0.05)
    assert not (await asyncio.wait_for(other.append("default", snapshot(NOON, 9), NOON), 5)).duplicate
    assert not archiving.done()
    os.close(descriptor)
    assert (await archiving).added == 2
    await other.close()
