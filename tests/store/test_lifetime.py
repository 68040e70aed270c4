"""Counts of a history's whole life: what is left of them when the file that holds them is lost."""

from pathlib import Path

import pytest

from shared.store import Metadata, Store, open_store
from tests.store.archives import fill
from tests.store.samples import NOON, minutes, snapshot


async def with_losses(root: Path) -> Store:
    """Ten came, four left through the archive and one without it."""
    store = open_store(f"file://{root}")
    ids = await fill(store, 10)
    await store.archive("default", ids[:4])
    await store.delete("default", ids[:4], NOON)
    await store.delete("default", ids[4:5], NOON)
    return store


def counts(metadata: Metadata) -> tuple[int, int, int]:
    return metadata.version_count, metadata.total_versions_created, metadata.total_versions_deleted


@pytest.mark.parametrize("damage", [None, b"", b"{", b'{"versionCount": "many"}'])
async def test_a_running_process_remembers_the_counts_of_a_lost_file(
    tmp_path: Path, damage: bytes | None
) -> None:
    store = await with_losses(tmp_path)
    file = tmp_path / "console-usage-history" / "_metadata.json"
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)
    assert counts(await store.metadata("default")) == (5, 10, 5)
    await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    await store.close()
    again = open_store(f"file://{tmp_path}")
    assert counts(await again.metadata("default")) == (6, 11, 5)
    assert (await again.metadata("default")).last_cleanup == "2026-11-22T12:00:00.000Z"
    await again.close()


async def test_an_older_copy_of_the_file_takes_no_count_back(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}")
    ids = await fill(store, 10)
    file = tmp_path / "console-usage-history" / "_metadata.json"
    kept = file.read_bytes()
    await store.delete("default", ids[:3], NOON)
    file.write_bytes(kept)
    assert counts(await store.metadata("default")) == (7, 10, 3)
    await store.close()


async def test_with_nobody_left_to_remember_the_archive_tells_what_left_through_it(tmp_path: Path) -> None:
    store = await with_losses(tmp_path)
    await store.close()
    (tmp_path / "console-usage-history" / "_metadata.json").unlink()
    again = open_store(f"file://{tmp_path}")
    assert counts(await again.metadata("default")) == (5, 9, 4)
    await again.rebuild()
    await again.close()
    third = open_store(f"file://{tmp_path}")
    assert counts(await third.metadata("default")) == (5, 9, 4)
    await third.close()


async def test_what_is_archived_but_not_yet_deleted_has_not_left(tmp_path: Path) -> None:
    store = await with_losses(tmp_path)
    await store.archive("default", (await store.between("default", None, None))[:2])
    await store.close()
    (tmp_path / "console-usage-history" / "_metadata.json").unlink()
    again = open_store(f"file://{tmp_path}")
    assert counts(await again.metadata("default")) == (5, 9, 4)
    await again.close()


async def test_a_rebuild_raises_counts_to_what_the_archive_proves_and_never_lowers_them(
    tmp_path: Path,
) -> None:
    store = await with_losses(tmp_path)
    await store.close()
    file = tmp_path / "console-usage-history" / "_metadata.json"
    file.write_text(file.read_text().replace('"totalVersionsDeleted": 5', '"totalVersionsDeleted": 1'))
    again = open_store(f"file://{tmp_path}")
    await again.rebuild()
    assert counts(await again.metadata("default")) == (5, 10, 4)
    await again.close()


async def test_a_snapshot_sent_again_after_it_left_is_a_duplicate_and_counts_nowhere(tmp_path: Path) -> None:
    store = await with_losses(tmp_path)
    before = await store.metadata("default")
    again = await store.append("default", snapshot(NOON - minutes(9)), NOON + minutes(5))
    assert again.duplicate
    assert again.version.document["receivedAt"] == "2026-11-22T11:51:00.000Z"
    assert await store.metadata("default") == before
    await store.close()
