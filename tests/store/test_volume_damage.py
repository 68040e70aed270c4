"""A volume whose files were lost, torn, tampered with or linked away."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.store import Store, open_store
from shared.store.errors import StoreDamagedError, StoreReadOnlyError
from shared.store.volume import derived
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


def history(root: Path) -> Path:
    return root / "console-usage-history"


async def fill(store: Store, count: int, account: str = "default") -> list[str]:
    moments = [NOON - minutes(back) for back in reversed(range(count))]
    return [(await store.append(account, snapshot(at), at)).version.id for at in moments]


@pytest.mark.parametrize("damage", ["", "{", '{"versionCount": "many"}', "\x00\x00"])
async def test_lost_or_broken_derived_files_are_made_again(volume: Volume, damage: str) -> None:
    store, root = volume
    ids = await fill(store, 3)
    await store.delete("default", ids[:1], NOON)
    metadata, latest = history(root) / "_metadata.json", root / "console-usage-synced.json"
    right = (json.loads(metadata.read_text()), latest.read_text())
    for path in (metadata, latest):
        path.write_text(damage)
    assert len(await store.rebuild()) == 2
    again = json.loads(metadata.read_text())
    assert latest.read_text() == right[1]
    assert again["versionCount"] == 2
    metadata.unlink()
    latest.unlink()
    assert len(await store.rebuild()) == 2
    assert latest.read_text() == right[1]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"lastUpdated": 5}', "\xff"])
async def test_a_torn_or_foreign_file_is_never_a_version(volume: Volume, content: str) -> None:
    store, root = volume
    ids = await fill(store, 2)
    (history(root) / "2026-11-22T13-00-00-0123abcd.json").write_text(content, encoding="latin-1")
    (history(root) / "notes.txt").write_text("mine")
    (history(root) / "2026-13-45T99-00-00-0123abcd.json").write_text("{}")
    latest = await store.latest("default")
    assert latest is not None
    assert (latest.version.id, latest.total) == (ids[-1], 2)


async def test_a_tampered_version_is_never_served(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 2)
    file = history(root) / f"{ids[1]}.json"
    file.write_text(file.read_text().replace("47", "12"))
    here = await store.latest("default")
    assert here is not None
    assert here.version.document["currentSession"]["percentageUsed"] == 47
    other = open_store(f"file://{root}")
    latest = await other.latest("default")
    assert latest is not None
    assert latest.version.id == ids[0]
    assert not (await store.append("default", snapshot(NOON), NOON)).duplicate
    await other.close()


async def test_a_link_in_the_history_is_not_followed(volume: Volume, tmp_path: Path) -> None:
    store, root = volume
    ids = await fill(store, 1)
    secret = tmp_path / "elsewhere.json"
    secret.write_text(json.dumps(snapshot(NOON + minutes(60))))
    (history(root) / "2026-11-22T13-00-00-0123abcd.json").symlink_to(secret)
    os.mkfifo(history(root) / "2026-11-22T14-00-00-0123abcd.json")
    (history(root) / "2026-11-22T15-00-00-0123abcd.json").mkdir()
    latest = await store.latest("default")
    assert latest is not None
    assert latest.version.id == ids[0]


def with_another_time(file: Path) -> None:
    file.rename(file.with_name("2026-11-22T13-30-00" + file.name[19:]))


def with_another_content(file: Path) -> None:
    others = [path for path in file.parent.glob("2*.json") if path != file]
    file.write_bytes(others[0].read_bytes())


TAMPERING: dict[str, Callable[[Path], object]] = {
    "emptied": lambda file: file.write_bytes(b""),
    "cut short": lambda file: file.write_bytes(file.read_bytes()[:-20]),
    "a bit flipped": lambda file: file.write_bytes(file.read_bytes().replace(b"47", b"46")),
    "a letter of its arrival changed": lambda file: file.write_bytes(
        file.read_bytes().replace(b"receivedAt", b"receivedAu")
    ),
    "under a name of another time": with_another_time,
    "another version's content": with_another_content,
    "huge": lambda file: file.write_bytes(file.read_bytes() + b" " * 5_000_000),
    "nested without end": lambda file: file.write_bytes(b'{"a":' * 100_000),
    "a link to another version": lambda file: (
        file.rename(file.with_name("kept")),
        file.symlink_to(file.with_name("kept")),
    ),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
}


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_whatever_is_done_to_a_versions_file_it_is_passed_over(tmp_path: Path, tampering: str) -> None:
    url, before = f"file://{tmp_path}/store", open_store(f"file://{tmp_path}/store")
    ids = await fill(before, 3)
    await before.close()
    TAMPERING[tampering](history(tmp_path / "store") / f"{ids[-1]}.json")
    store = open_store(url)
    latest = await store.latest("default")
    assert latest is not None
    assert latest.version.id == ids[1]
    assert await store.by_id("default", ids[-1]) is None
    assert not (await store.append("default", snapshot(NOON), NOON + minutes(1))).duplicate
    again = await store.latest("default")
    assert again is not None
    assert again.version.document == {**snapshot(NOON), "receivedAt": "2026-11-22T12:01:00.000Z"}
    await store.close()


async def test_a_damaged_file_that_is_put_right_counts_again_at_the_next_question(
    volume: Volume, tmp_path: Path
) -> None:
    store, root = volume
    ids = await fill(store, 3)
    file = history(root) / f"{ids[1]}.json"
    right = file.read_bytes()
    file.write_bytes(right[:-20])
    other = open_store(f"file://{root}")
    assert await other.by_id("default", ids[1]) is None
    assert await other.count("default") == 2
    file.write_bytes(right)
    assert await other.count("default") == 3
    found = await other.by_id("default", ids[1])
    assert found is not None
    assert found.version.document["currentSession"]["percentageUsed"] == 47
    await other.close()


async def test_a_history_that_is_a_link_is_neither_followed_nor_written(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "store").mkdir()
    history(tmp_path / "store").symlink_to(elsewhere)
    store = open_store(f"file://{tmp_path}/store")
    with pytest.raises(StoreDamagedError, match="link"):
        await store.append("default", snapshot(), NOON)
    with pytest.raises(StoreDamagedError, match="link"):
        await store.latest("default")
    assert list(elsewhere.iterdir()) == []
    await store.close()


async def test_a_snapshot_that_indenting_makes_long_is_stored_as_readably_as_any(tmp_path: Path) -> None:
    deep: object = [0] * 20_000
    for _ in range(60):
        deep = [deep]
    store = open_store(f"file://{tmp_path}")
    stored = await store.append("default", snapshot(more=deep), NOON)
    await store.close()
    store = open_store(f"file://{tmp_path}")
    found = await store.latest("default")
    assert found is not None
    assert found.version == stored.version
    await store.close()


async def test_what_a_deletion_could_not_remove_is_a_version_still(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    moments = [NOON + minutes(number) for number in range(4)]
    ids = [(await store.append("default", snapshot(at), at)).version.id for at in moments]
    real = Path.unlink

    def stuck(path: Path, missing_ok: bool = False) -> None:
        if path.name.startswith(ids[1]):
            raise PermissionError(errno.EPERM, "not permitted")
        real(path, missing_ok)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(Path, "unlink", stuck)
    monkeypatch.setattr(derived, "replace", full)
    with pytest.raises(StoreReadOnlyError):
        await store.delete("default", ids[:3], NOON)
    assert await store.between("default", None, None) == ids[1:]
    assert (await store.metadata("default")).version_count == 3
    assert len(list(history(root).glob("2*.json"))) == 3
