"""A disk that does not give a file, and files that are looked at while somebody is still writing them."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.store import Store, open_store
from shared.store.errors import StoreIOError
from shared.store.volume import history as histories
from shared.store.volume import scrub as scrubbing
from tests.store.archives import figured, fill, streamed
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]
HISTORY = "console-usage-history"


@pytest.fixture
def bad_sector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Has the disk refuse a file's bytes from now on."""
    bad: set[int] = set()

    def refusing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(descriptor: int, *more: Any) -> Any:
            if os.fstat(descriptor).st_ino in bad:
                raise OSError(5, "Input/output error")
            return real(descriptor, *more)

        return call

    for name in ("read", "pread", "preadv"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))
    yield lambda path: bad.add(path.stat().st_ino)
    bad.clear()


async def reopened(root: Path) -> Store:
    """A store that has nothing in memory."""
    return open_store(f"file://{root}")


async def test_the_newest_that_the_disk_does_not_give_is_answered_from_its_copy(
    volume: Volume, bad_sector: Callable[[Path], None]
) -> None:
    store, root = volume
    ids = await fill(store, 3)
    right = (await store.latest("default")).version
    bad_sector(root / HISTORY / f"{ids[-1]}.json")
    again = await reopened(root)
    assert (await again.latest("default")).version == right
    assert (await again.by_number("default", 3)).version == right
    await again.close()


async def test_an_older_version_is_never_passed_off_as_the_latest(
    volume: Volume, bad_sector: Callable[[Path], None]
) -> None:
    """Where neither copy nor archive has the newest, whoever asks is told that the disk failed."""
    store, root = volume
    ids = await fill(store, 3)
    bad_sector(root / HISTORY / f"{ids[-1]}.json")
    (root / "console-usage-synced.json").write_bytes((root / HISTORY / f"{ids[0]}.json").read_bytes())
    again = await reopened(root)
    for _ in range(2):
        with pytest.raises(StoreIOError, match="Input/output error"):
            await again.latest("default")
    assert (await again.by_number("default", 2)).version.id == ids[1]
    assert (await again.as_of("default", NOON - minutes(1))).version.id == ids[1]
    newer = await again.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    assert (await again.latest("default")).version == newer.version
    await again.close()


async def test_an_archived_version_is_answered_where_the_history_does_not_give_it(
    volume: Volume, bad_sector: Callable[[Path], None]
) -> None:
    store, root = volume
    ids = await fill(store, 3)
    await store.archive("default", ids[:1])
    bad_sector(root / HISTORY / f"{ids[0]}.json")
    again = await reopened(root)
    assert (await again.by_id("default", ids[0])).version.id == ids[0]
    await again.close()


async def test_one_bad_sector_keeps_only_its_own_version_from_leaving(
    volume: Volume, bad_sector: Callable[[Path], None]
) -> None:
    store, root = volume
    ids = await fill(store, 4)
    bad_sector(root / HISTORY / f"{ids[1]}.json")
    again = await reopened(root)
    done = await again.archive("default", ids[:3])
    assert (done.added, list(done.ids), list(done.unread)) == (2, [ids[0], ids[2]], [ids[1]])
    await again.close()


async def test_a_file_completed_while_it_is_found_damaged_is_a_version_at_the_next_question(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last byte comes between the reading of a half copied file and the note how it stands."""
    store, root = volume
    ids = await fill(store, 3)
    file = root / HISTORY / f"{ids[-1]}.json"
    whole = file.read_bytes()
    again = await reopened(root)
    file.write_bytes(whole[:-9])
    real = histories.until_it_stands
    monkeypatch.setattr(histories, "until_it_stands", lambda path: (file.write_bytes(whole), real(path)))
    assert (await again.latest("default")).version.id == ids[-1]
    assert await again.count("default") == 3
    assert again.damage_seen() == 0
    await again.close()


async def test_of_many_damaged_files_each_is_noticed_when_it_is_put_right(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 90)
    files = {version_id: root / HISTORY / f"{version_id}.json" for version_id in ids[:80]}
    whole = {version_id: file.read_bytes() for version_id, file in files.items()}
    for file in files.values():
        file.write_bytes(b"{")
    again = await reopened(root)
    assert await streamed(again) == ids[80:]
    for version_id in ids[35:45]:
        with files[version_id].open("wb") as copying:  # in place: the folder does not tell
            copying.write(whole[version_id])
    for _ in range(6):
        await again.count("default")
    assert await streamed(again) == [*ids[35:45], *ids[80:]]
    await again.close()


async def test_a_copy_that_pauses_is_never_lost_however_often_it_is_looked_at(
    volume: Volume, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can tell a pausing network copy from a torn file: it is set aside, and comes back when whole."""
    monkeypatch.setattr(scrubbing, "_SETTLED_SECONDS", 0)
    store, root = volume
    ids = await fill(store, 3)
    file = root / HISTORY / f"{ids[1]}.json"
    whole = file.read_bytes()
    file.unlink()
    monkeypatch.setattr(scrubbing, "is_being_written", lambda _: False)
    with file.open("wb") as copying:
        copying.write(whole[:50])
        copying.flush()
        assert list(await store.between("default", None, None)) == ids
        [found] = await store.scrub("default", ids, NOON, mend=True)
        assert found.set_aside == f"quarantine/{file.name}"
        await store.rebuild()
        assert list(await store.between("default", None, None)) == [ids[0], ids[2]]
        copying.write(whole[50:])
    os.utime(root / found.set_aside, (0, 0))
    assert "put back" in " ".join(await store.rebuild())
    assert list(await store.between("default", None, None)) == ids
    assert list((root / "quarantine").iterdir()) == []
    assert list(await store.scrub("default", ids, NOON, mend=True)) == []


async def test_what_is_whole_in_quarantine_takes_nobodys_place(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "_SETTLED_SECONDS", 0)
    store, root = volume
    ids = await fill(store, 3)
    file = root / HISTORY / f"{ids[1]}.json"
    whole = file.read_bytes()
    file.write_bytes(b"{")
    assert len(await store.scrub("default", ids, NOON, mend=True)) == 1
    file.write_bytes(whole)
    (root / "quarantine" / file.name).write_bytes(whole)
    assert "put back" not in " ".join(await store.rebuild())
    assert (root / "quarantine" / file.name).read_bytes() == whole


@pytest.mark.timeout(60)
async def test_a_restore_by_hand_under_readers_ends_with_every_version(volume: Volume) -> None:
    """As `cp`, in pieces, while a process that has nothing in memory asks all the time."""
    store, root = volume
    ids = await fill(store, 40)
    backup = {version_id: (root / HISTORY / f"{version_id}.json").read_bytes() for version_id in ids}
    for version_id in ids:
        (root / HISTORY / f"{version_id}.json").unlink()

    def copy() -> None:
        for version_id, data in backup.items():
            with (root / HISTORY / f"{version_id}.json").open("wb") as file:
                for piece in (data[:10], data[10:150], data[150:]):
                    file.write(piece)
                    file.flush()
                    time.sleep(0.002)
            os.utime(root / HISTORY / f"{version_id}.json", (0, 0))

    again, copying = await reopened(root), threading.Thread(target=copy)
    copying.start()
    while copying.is_alive():
        await again.latest("default")
        assert {version.id async for version in again.stream("default", None, None)} <= set(ids)
        assert {one for one, _ in await figured(again)} <= set(ids)
    copying.join()
    assert list(await again.between("default", None, None)) == ids
    assert await streamed(again) == ids
    assert (await again.latest("default")).version.id == ids[-1]
    await again.close()
