"""Figures of whole members: taken at once only while nothing speaks against them, else read with care."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.store import open_store
from shared.store.volume.archive import reading
from shared.store.volume.archive.figuring import figures_in
from tests.store.archives import NOVEMBER, figured, streamed, with_archive
from tests.store.samples import NOON, minutes, snapshot

COUNT = 150


def unseen(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change a file so that it stands as it did: nobody is told by its size, its place or its time."""
    found = path.stat()
    data = change(path.read_bytes())
    assert len(data) == found.st_size
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.fixture
def taken_whole(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each member that was asked for could be taken at once."""
    answers: list[bool] = []

    def noted(*arguments):
        found = figures_in(*arguments)
        answers.append(found is not None)
        return found

    monkeypatch.setattr(reading, "figures_in", noted)
    return answers


async def test_members_are_taken_whole_and_what_stays_in_the_history_comes_behind(
    tmp_path: Path, taken_whole: list[bool]
) -> None:
    ids = await with_archive(tmp_path, COUNT, COUNT - 5)
    store = open_store(f"file://{tmp_path}")
    assert await streamed(store) == ids
    assert taken_whole == [True] * 3
    await store.close()


async def test_a_range_cuts_members_with_care(tmp_path: Path) -> None:
    ids = await with_archive(tmp_path, COUNT, COUNT - 5)
    store = open_store(f"file://{tmp_path}")
    for first, last in ((0, 1), (3, 64), (63, 65), (64, 128), (10, 149), (146, 150)):
        start, end = (NOON - minutes(COUNT - 1 - place) for place in (first, last))
        assert [one for one, _ in await figured(store, start, end)] == ids[first:last]
    await store.close()


async def test_a_late_version_among_archived_ones_comes_in_its_place(tmp_path: Path) -> None:
    ids = await with_archive(tmp_path, COUNT, COUNT - 5)
    store = open_store(f"file://{tmp_path}")
    late = [NOON - minutes(back) for back in (100.5, 20.5, 500)]
    ids += [(await store.append("default", snapshot(at), NOON)).version.id for at in late]
    assert await streamed(store) == sorted(ids)
    await store.archive("default", ids[-3:])  # a member that overlaps the others
    await store.delete("default", ids[-3:], NOON)
    assert await streamed(store) == sorted(ids)
    await store.close()


async def test_versions_of_one_second_are_ordered_with_care(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}")
    documents = [snapshot(NOON, percentage) for percentage in (1, 2, 3, 4)]
    ids = [(await store.append("default", one, NOON)).version.id for one in documents]
    await store.append("default", snapshot(NOON + minutes(5)), NOON + minutes(5))
    await store.archive("default", ids)
    await store.delete("default", ids, NOON)
    assert len(await streamed(store)) == 5
    await store.close()


async def test_a_flipped_bit_under_a_file_that_stands_as_it_did_gives_no_wrong_figure(tmp_path: Path) -> None:
    await with_archive(tmp_path, 40, 35)
    store = open_store(f"file://{tmp_path}")
    right = await figured(store)
    path = tmp_path / NOVEMBER
    for place in range(0, path.stat().st_size, 3):
        unseen(path, lambda data, at=place: data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        assert [one for one in await figured(store) if one not in right] == []
        unseen(path, lambda data, at=place: data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
    assert await figured(store) == right
    await store.close()


async def test_a_member_with_other_lines_than_were_believed_is_not_taken_whole(
    tmp_path: Path, taken_whole: list[bool]
) -> None:
    ids = await with_archive(tmp_path, 40, 35)
    path = tmp_path / NOVEMBER
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    lines[7] = lines[7].replace(b'"percentageUsed":47', b'"percentageUsed":48')
    path.write_bytes(gzip.compress(b"".join(lines)))
    store = open_store(f"file://{tmp_path}")
    assert await streamed(store) == ids[:7] + ids[8:]
    assert taken_whole == [False]
    await store.close()
