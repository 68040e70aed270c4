"""Every byte of a version's file, and of a small archive, damaged in turn: nothing wrong is ever answered."""

import os
from pathlib import Path

import pytest

from shared.schemas.codec import Document
from shared.store import Store, open_store
from shared.store.volume.history import History
from shared.store.volume.layout import Layout
from tests.store.archives import NOVEMBER, fill
from tests.store.samples import NOON, minutes, snapshot

HISTORY = "console-usage-history"


def told(document: Document) -> Document:
    """What a version says; of its arrival no name can tell when it is after the reading."""
    return {key: value for key, value in document.items() if key != "receivedAt"}


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return open_store(f"file://{tmp_path}")


async def test_no_flipped_bit_of_a_version_is_served(tmp_path: Path, store: Store) -> None:
    """Blanks between the fields aside: with another one of them the content is the same."""
    stored = (await store.append("default", snapshot(NOON, plan="Max"), NOON)).version
    await store.append("default", snapshot(NOON - minutes(1)), NOON)
    file = tmp_path / HISTORY / f"{stored.id}.json"
    right = file.read_bytes()
    history = History("default", Layout(tmp_path))
    for bit in range(8 * len(right)):
        flipped = bytearray(right)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        try:
            read = history.read(stored.id)
        except ValueError:
            continue
        assert told(read.document) == told(stored.document), bit
    await store.close()


async def test_no_truncated_version_is_served(tmp_path: Path, store: Store) -> None:
    stored = (await store.append("default", snapshot(NOON, plan="Max"), NOON)).version
    file = tmp_path / HISTORY / f"{stored.id}.json"
    right = file.read_bytes()
    history = History("default", Layout(tmp_path))
    for length in range(len(right) - len(b"}\n") + 1):
        file.write_bytes(right[:length])
        with pytest.raises(ValueError, match="snapshot"):
            history.read(stored.id)
    await store.close()


async def test_of_an_archive_damaged_anywhere_only_right_versions_are_answered_and_the_rest_is_told(
    tmp_path: Path, store: Store
) -> None:
    """Cut at every length, and zeros over each pair of bytes; found by id, by time and in a range."""
    ids = await fill(store, 3)
    right = {i: (await store.by_id("default", i)).version for i in ids}
    await store.archive("default", ids[:2])
    await store.delete("default", ids[:2], NOON)
    await store.close()
    archive = tmp_path / NOVEMBER
    whole = archive.read_bytes()
    cut = [whole[:length] for length in range(0, len(whole), 3)]
    zeros = [whole[:at] + bytes(2) + whole[at + 2 :] for at in range(0, len(whole) - 2, 3)]
    for data in (*cut, *zeros):
        archive.write_bytes(data)
        archive_history = History("default", Layout(tmp_path, read_only=True)).archive
        answers = [
            *archive_history.between("2026-11", "2026-11", "2026-11~"),
            *archive_history.present(ids),
            *filter(None, (archive_history.newest_until("2026-11-23"), archive_history.get(ids[0]))),
        ]
        for answer in answers:
            assert told(answer.document) == told(right[answer.id].document)
        if data != whole and not answers and data:
            assert archive_history.damage("2026-11") != []
    os.truncate(archive, 0)
