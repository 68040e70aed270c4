"""Damage to the archive: never served, told, and no more lost than what is damaged."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.store import Version, open_store
from shared.store.volume.archive.archive import Archive
from shared.store.volume.layout import Layout
from tests.store.archives import NOVEMBER, fill, streamed, with_archive
from tests.store.samples import NOON, minutes, snapshot


def lines_of(root: Path) -> list[bytes]:
    return gzip.decompress((root / NOVEMBER).read_bytes()).splitlines()


def write_lines(root: Path, lines: list[bytes]) -> None:
    (root / NOVEMBER).write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines)))


LINE_DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "tampered with": lambda line: line.replace(b'"percentageUsed":47', b'"percentageUsed":48'),
    "torn": lambda line: line[:50],
    "emptied": lambda _: b"",
    "not JSON": lambda _: b"\xff\x00{",
    "of another month": lambda line: line.replace(b'"2026-11-22T', b'"2026-12-22T'),
    "under another name": lambda line: line.replace(b'"2026-11-22T11-56', b'"2026-11-22T11-50'),
    "no version": lambda _: b'{"version": "../../etc", "snapshot": {}}',
    "endless": lambda line: line + b" " * 5_000_000,
}


@pytest.mark.parametrize("damage", LINE_DAMAGE)
async def test_a_damaged_line_is_never_served_and_the_rest_is(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = await with_archive(tmp_path)
    lines = lines_of(tmp_path)
    write_lines(tmp_path, [*lines[:1], LINE_DAMAGE[damage](lines[1]), *lines[2:]])
    store = open_store(f"file://{tmp_path}")
    served = await streamed(store)
    assert ids[1] not in served
    if damage != "endless":  # nothing behind it can be told from it
        assert served == [ids[0], *ids[2:]]
    assert await store.by_id("default", ids[1]) is None
    [month] = await store.archives("default")
    assert len(month.damage) == 1
    assert "archive is damaged" in capsys.readouterr().out
    await store.close()


@pytest.mark.parametrize("cut", [1, 8, 9, 60, 200])
async def test_of_a_torn_archive_only_the_end_is_lost(tmp_path: Path, cut: int) -> None:
    ids = await with_archive(tmp_path, 200, 199)
    (tmp_path / NOVEMBER).write_bytes((tmp_path / NOVEMBER).read_bytes()[:-cut])
    store = open_store(f"file://{tmp_path}")
    served = await streamed(store)
    assert served == [*ids[: len(served) - 1], ids[-1]]
    assert len(served) > 190
    assert len((await store.archives("default"))[0].damage) == 1
    await store.close()


async def test_any_flipped_bit_of_an_archive_is_seen_and_nothing_wrong_is_served(tmp_path: Path) -> None:
    ids = await with_archive(tmp_path)
    right = (tmp_path / NOVEMBER).read_bytes()
    layout = Layout(tmp_path)
    told: list[str] = []

    def served() -> list[Version]:
        archive = Archive("default", layout, lambda _, reason: told.append(reason))
        return list(archive.between("2026-11", "2026-11", "2026-11~"))

    whole = {version.id: version.document for version in served()}
    assert sorted(whole) == ids[:5]
    harmless = {24, *range(4 * 8, 10 * 8)}  # is it text, time and make: no check sum covers the header
    for bit in range(0, len(right) * 8, 3):
        flipped = bytearray(right)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / NOVEMBER).write_bytes(flipped)
        told.clear()
        for version in served():
            assert {**whole[version.id], "receivedAt": ""} == {**version.document, "receivedAt": ""}
        assert told or bit in harmless, bit


async def test_archiving_into_a_damaged_month_keeps_what_is_whole_and_the_damaged_file(
    tmp_path: Path,
) -> None:
    ids = await with_archive(tmp_path, 200, 190)
    damaged = (tmp_path / NOVEMBER).read_bytes()[:-30]
    (tmp_path / NOVEMBER).write_bytes(damaged)
    store = open_store(f"file://{tmp_path}")
    before = [version.id for version in await store.archived("default", "2026-11")]
    assert (await store.archive("default", ids[190:195])).added == 5
    assert [version.id for version in await store.archived("default", "2026-11")] == [*before, *ids[190:195]]
    assert list((await store.archives("default"))[0].damage) == []
    assert (tmp_path / "quarantine" / "2026-11.ndjson.gz").read_bytes() == damaged
    await store.close()


async def test_an_origin_version_is_archived_too_and_believed_only_where_the_check_sum_is_right(
    tmp_path: Path,
) -> None:
    history = tmp_path / "console-usage-history"
    history.mkdir()
    (history / "2026-11-22T11-00-00-0123abcd.json").write_text(json.dumps(snapshot(NOON - minutes(60))))
    store = open_store(f"file://{tmp_path}")
    ids = ["2026-11-22T11-00-00-0123abcd", *await fill(store, 2)]
    await store.archive("default", ids[:2])
    await store.delete("default", ids[:2], NOON)
    assert await streamed(store) == ids
    (tmp_path / NOVEMBER).write_bytes((tmp_path / NOVEMBER).read_bytes()[:-1])
    assert await streamed(store) == ids[1:]
    await store.close()


async def test_what_is_whole_before_damage_is_set_aside_with_it_when_more_is_added(tmp_path: Path) -> None:
    ids = await with_archive(tmp_path, 6, 4)
    archive = tmp_path / NOVEMBER
    stood, data = archive.stat(), bytearray(archive.read_bytes())
    data[60:70] = bytes(10)  # as a disk changes it: neither time nor length tell
    archive.write_bytes(data)
    os.utime(archive, ns=(stood.st_atime_ns, stood.st_mtime_ns))
    store = open_store(f"file://{tmp_path}")
    await store.archive("default", ids[4:5])
    assert (tmp_path / "quarantine" / NOVEMBER.name).read_bytes() == data
    assert ids[4] in await streamed(store)
    await store.close()
