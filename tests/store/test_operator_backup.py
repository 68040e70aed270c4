"""A backup under load: an export while versions arrive and a janitor prunes, looked through, and restored."""

import asyncio
import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.store import open_store
from tests.store.operators import Command, of_volume, recorded
from tests.store.samples import NOON, minutes, snapshot


@pytest.fixture
def command(repository: Path) -> Command:
    return Command(repository)


@pytest.fixture
async def backup(command: Command, tmp_path: Path) -> Path:
    await recorded(tmp_path / "a")
    file = tmp_path / "backup.ndjson.gz"
    assert command("export", "--url", f"file://{tmp_path}/a", str(file)).returncode == 0
    return file


async def test_a_backup_has_every_version_that_was_there_when_it_began(
    command: Command, tmp_path: Path
) -> None:
    place = tmp_path / "a"
    store = open_store(f"file://{place}")
    before = [
        (await store.append("default", snapshot(NOON - minutes(600 - n)), NOON)).version.id
        for n in range(600)
    ]
    going = True

    async def arrive() -> None:
        n = 0
        while going:
            n += 1
            await store.append("default", snapshot(NOON + timedelta(seconds=n)), NOON + timedelta(days=1))

    async def prune() -> None:
        left = list(before)
        while going and left:
            some, left = left[:7], left[7:]
            await store.archive("default", some)
            await store.delete("default", some, NOON)
            await asyncio.sleep(0)

    under_load = [asyncio.create_task(arrive()), asyncio.create_task(prune())]
    exporting = asyncio.to_thread(
        command, "export", "--url", f"file://{place}", str(tmp_path / "b.ndjson.gz")
    )
    done = await exporting
    going = False
    await asyncio.gather(*under_load)
    await store.close()
    assert done.returncode == 0, done.stderr
    assert command("verify", str(tmp_path / "b.ndjson.gz")).returncode == 0
    with gzip.open(tmp_path / "b.ndjson.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    kept = {row["version"] for row in rows if "version" in row}
    assert [version for version in before if version not in kept] == []
    parts = {row["part"] for row in rows if "part" in row}
    assert parts == {"history", "archive"}  # some moved while it was written: else this shows nothing


async def test_a_whole_backup_is_said_to_be_whole_without_a_store(command: Command, backup: Path) -> None:
    looked = command("verify", str(backup))
    assert looked.returncode == 0, looked.stderr
    assert looked.stdout == b"34 versions and 4 reports: whole and unchanged\n"
    assert json.loads(command("verify", "--json", str(backup)).stdout)["problemCount"] == 0


async def test_a_backup_that_is_cut_off_anywhere_is_not_whole(command: Command, backup: Path) -> None:
    whole = backup.read_bytes()
    plain = gzip.decompress(whole)
    torn = backup.with_name("torn.ndjson")
    for content in (
        whole[: len(whole) // 2],
        whole[:-30],
        plain[: plain.rstrip().rfind(b"\n") + 1],
        plain[:-20],
    ):
        torn.write_bytes(content)
        looked = command("verify", str(torn))
        assert looked.returncode == 1, looked.stdout
        assert b"cut off" in looked.stdout


async def test_a_backup_that_was_changed_is_not_whole(command: Command, backup: Path) -> None:
    changed = backup.with_name("changed.ndjson")
    changed.write_bytes(gzip.decompress(backup.read_bytes()).replace(b'"plan":"Max"', b'"plan":"Pro"'))
    looked = command("verify", str(changed))
    assert looked.returncode == 1
    assert b"its content does not match its sum" in looked.stdout


def test_what_is_no_export_at_all_is_said(command: Command, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("{}\n")
    assert b"this is no export" in command("verify", str(tmp_path / "other")).stderr
    missing = command("verify", str(tmp_path / "missing"))
    assert (missing.returncode, missing.stderr) == (
        2,
        f"store: there is no file {tmp_path}/missing\n".encode(),
    )


async def test_a_restore_goes_into_an_empty_store_only_and_then_is_right(
    command: Command, backup: Path, tmp_path: Path
) -> None:
    there = f"file://{tmp_path}/new"
    assert command("import", "--into-empty", "--url", there, str(backup)).returncode == 0
    assert command("check", "--url", there).returncode == 0
    restored = await of_volume(tmp_path / "new")
    assert restored == await of_volume(tmp_path / "a")
    again = command("import", "--into-empty", "--url", there, str(backup))
    assert again.returncode == 2
    assert b"it is not empty, but holds default, empty, work" in again.stderr
    assert await of_volume(tmp_path / "new") == restored
    assert command("import", "--url", there, str(backup)).returncode == 0
