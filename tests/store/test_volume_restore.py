"""Files put back, replaced or lost by hand while a store is open: right at the next question, no restart."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.store import Store, open_store
from shared.store.volume import tending
from shared.store.volume.history import History
from tests.store.archives import fill, streamed
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]
HISTORY = "console-usage-history"
LATEST = "console-usage-synced.json"


def backup(root: Path, to: Path) -> None:
    shutil.copytree(root, to, copy_function=shutil.copy2)
    for folder in (root, *root.rglob("*")):  # as `cp -a` and `rsync -a` do: folders keep their times, too
        shutil.copystat(folder, to / folder.relative_to(root))


async def listed(store: Store) -> list[str]:
    return list(await store.between("default", None, None))


async def test_a_history_folder_put_back_whole_is_what_is_answered(volume: Volume, tmp_path: Path) -> None:
    store, root = volume
    ids = await fill(store, 5)
    backup(root, tmp_path / "backup")
    await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    await store.delete("default", ids[:2], NOON)
    shutil.rmtree(root / HISTORY)
    assert await listed(store) == []
    assert await store.latest("default") is None
    shutil.copytree(tmp_path / "backup" / HISTORY, root / HISTORY)
    shutil.copystat(tmp_path / "backup" / HISTORY, root / HISTORY)
    assert await listed(store) == ids
    assert (await store.latest("default")).version.id == ids[-1]
    assert (await store.metadata("default")).version_count == 5


async def test_a_store_put_back_whole_from_a_backup_is_what_is_answered(
    volume: Volume, tmp_path: Path
) -> None:
    store, root = volume
    ids = await fill(store, 5)
    await store.archive("default", ids[:2])
    await store.delete("default", ids[:2], NOON)
    backup(root, tmp_path / "backup")
    later = [
        (await store.append("default", snapshot(NOON + minutes(n)), NOON + minutes(n))).version.id
        for n in (1, 2)
    ]
    await store.archive("default", ids[2:4])
    await store.delete("default", ids[2:4], NOON)
    other = open_store(f"file://{root}")
    assert await streamed(other) == [*ids, *later]
    root.rename(tmp_path / "broken")
    backup(tmp_path / "backup", root)
    for opened in (store, other):
        assert await listed(opened) == ids[2:]
        assert await streamed(opened) == ids
    added = (await other.append("default", snapshot(NOON + minutes(9)), NOON + minutes(9))).version.id
    assert (await store.latest("default")).version.id == added
    assert await listed(store) == [*ids[2:], added]
    await other.close()


async def test_an_incomplete_backup_with_an_index_of_the_whole_is_believed_for_what_it_holds(
    volume: Volume, tmp_path: Path
) -> None:
    store, root = volume
    ids = await fill(store, 5)
    backup(root, tmp_path / "backup")
    (tmp_path / "backup" / HISTORY / f"{ids[2]}.json").unlink()
    shutil.copystat(root / HISTORY, tmp_path / "backup" / HISTORY)
    root.rename(tmp_path / "broken")
    backup(tmp_path / "backup", root)
    assert await listed(store) == [*ids[:2], *ids[3:]]
    newcomer = open_store(f"file://{root}")
    assert await listed(newcomer) == [*ids[:2], *ids[3:]]
    await newcomer.close()


async def test_files_copied_into_an_empty_place_are_an_account_at_once(
    volume: Volume, tmp_path: Path
) -> None:
    store, root = volume
    other = open_store(f"file://{tmp_path}/other")
    ids = [(await other.append("work", snapshot(NOON), NOON)).version.id]
    await other.close()
    assert await store.latest("work") is None
    shutil.copytree(tmp_path / "other" / "accounts", root / "accounts")
    assert await store.accounts() == ["work"]
    assert (await store.latest("work")).version.id == ids[0]


def older(path: Path) -> None:
    document = json.loads(path.read_text())
    document["lastUpdated" if "lastUpdated" in document else "versionCount"] = 0
    path.write_text(json.dumps(document))
    os.utime(path, (0, 0))


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


LOSSES: dict[str, Callable[[Path], object]] = {
    "deleted": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "torn": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "garbage": lambda path: path.write_bytes(os.urandom(300)),
    "an older copy": older,
    "a link": a_link,
    "a folder": lambda path: (path.unlink(), path.mkdir(), (path / "mine").write_text("mine")),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", [LATEST, f"{HISTORY}/_metadata.json"])
async def test_a_derived_file_lost_while_running_is_made_again_and_no_answer_changes(
    volume: Volume, name: str, loss: str
) -> None:
    store, root = volume
    ids = await fill(store, 4)
    await store.delete("default", ids[:1], NOON)
    await store.tend()
    right, before = (root / name).read_bytes(), await store.metadata("default")
    assert list(await store.tend()) == []
    LOSSES[loss](root / name)
    assert (await store.latest("default")).version.id == ids[-1]
    assert await store.metadata("default") == before
    assert len(await store.tend()) == 1
    assert (root / name).read_bytes() == right
    assert not (root / name).is_symlink()
    assert list(await store.tend()) == []
    assert await listed(store) == ids[1:]


async def test_what_another_process_writes_is_not_taken_for_a_loss(volume: Volume) -> None:
    store, root = volume
    await fill(store, 2)
    await store.tend()
    other = open_store(f"file://{root}")
    for step in range(1, 4):
        await other.append("default", snapshot(NOON + minutes(step)), NOON + minutes(step))
        assert list(await store.tend()) == []
    await other.close()


async def test_a_lost_account_folder_is_not_made_again_by_looking_after_it(volume: Volume) -> None:
    store, root = volume
    await fill(store, 2)
    shutil.rmtree(root / HISTORY)
    assert list(await store.tend()) == []
    assert not (root / HISTORY).exists()


async def test_one_account_that_cannot_be_looked_after_keeps_nobody_from_the_others(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    await store.append("alpha", snapshot(), NOON)
    await store.append("work", snapshot(), NOON)
    await store.tend()
    real = tending.refresh_derived

    def failing(history: History) -> list[str]:
        if history.account == "alpha":
            raise KeyError("a fault of our own")
        return real(history)

    monkeypatch.setattr(tending, "refresh_derived", failing)
    for account in ("alpha", "work"):
        (root / "accounts" / account / LATEST).unlink()
    with pytest.raises(KeyError):
        await store.tend()
    assert (root / "accounts" / "work" / LATEST).exists()
