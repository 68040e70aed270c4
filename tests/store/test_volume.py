"""What only the volume promises: the origin's files, and the truth through crashes, copies and other processes."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from shared import files
from shared.store import Store, open_store
from shared.store.errors import (
    StoreFullError,
    StoreIOError,
    StoreReadOnlyError,
    StoreUnavailableError,
    StoreUrlError,
)
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


def history(root: Path) -> Path:
    return root / "console-usage-history"


def names(root: Path) -> list[str]:
    return sorted(path.name for path in history(root).iterdir())


async def fill(store: Store, count: int, account: str = "default") -> list[str]:
    moments = [NOON - minutes(back) for back in reversed(range(count))]
    return [(await store.append(account, snapshot(at), at)).version.id for at in moments]


async def test_the_files_have_the_origins_names_and_form(volume: Volume) -> None:
    store, root = volume
    version = (await store.append("default", snapshot(), NOON)).version
    file = history(root) / f"{version.id}.json"
    assert names(root) == sorted([file.name, "_metadata.json"])
    assert file.read_bytes() == (root / "console-usage-synced.json").read_bytes()
    assert file.read_text() == json.dumps(version.document, indent=2) + "\n"
    assert json.loads((history(root) / "_metadata.json").read_text()) == {
        "versionCount": 1,
        "oldestTimestamp": "2026-11-22T12:00:00.000Z",
        "newestTimestamp": "2026-11-22T12:00:00.000Z",
        "lastCleanup": None,
        "totalVersionsCreated": 1,
        "totalVersionsDeleted": 0,
    }


async def test_other_accounts_lie_under_their_name(volume: Volume) -> None:
    store, root = volume
    await store.append("work", snapshot(), NOON)
    assert (root / "accounts" / "work" / "console-usage-synced.json").is_file()
    assert not history(root).exists()


async def test_nobody_else_on_the_machine_can_read_the_record(volume: Volume) -> None:
    store, root = volume
    await store.append("work", snapshot(), NOON)
    for path in [root, *root.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


async def test_no_temporary_file_stays_behind(volume: Volume) -> None:
    store, root = volume
    await fill(store, 3)
    await store.append("default", snapshot(), NOON)
    await store.archive("default", await store.between("default", None, None))
    assert list(root.rglob(".tmp-*")) == []


async def test_a_late_arrival_leaves_the_latest_file_alone(volume: Volume) -> None:
    store, root = volume
    await store.append("default", snapshot(NOON), NOON)
    before = (root / "console-usage-synced.json").read_bytes()
    await store.append("default", snapshot(NOON - minutes(9)), NOON)
    assert (root / "console-usage-synced.json").read_bytes() == before


async def test_file_and_folder_are_synced_before_an_append_is_answered(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    calls: list[str] = []
    real_fsync, real_link = os.fsync, os.link
    monkeypatch.setattr(
        os, "fsync", lambda fd: (calls.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real_fsync(fd))
    )
    monkeypatch.setattr(os, "link", lambda a, b: (calls.append("link"), real_link(a, b)))
    await store.append("default", snapshot(), NOON)
    linked = calls.index("link")
    assert any(Path(path).name.startswith(files.TEMPORARY) for path in calls[:linked])
    assert str(history(root)) in calls[linked:]


async def test_a_failed_sync_is_an_error_and_stores_nothing_it_acknowledged(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    await store.append("default", snapshot(NOON, 1), NOON)

    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StoreIOError, match="Input/output error"):
            await store.append("default", snapshot(NOON, 2), NOON)
    assert await store.count("default") == 1
    assert list(root.rglob(".tmp-*")) == []
    assert not (await store.append("default", snapshot(NOON, 2), NOON)).duplicate


async def test_two_stores_on_one_volume_see_each_others_changes_at_once(volume: Volume) -> None:
    store, root = volume
    other = open_store(f"file://{root}")
    for step in range(20):
        mine = (await store.append("default", snapshot(NOON + minutes(step)), NOON + minutes(step))).version
        found = await other.latest("default")
        assert found is not None
        assert (found.version.id, found.total) == (mine.id, step + 1)
    oldest = (await store.between("default", None, None))[:5]
    await other.delete("default", oldest, NOON)
    first = await store.by_number("default", 1)
    assert first is not None
    assert (first.version.id not in oldest, first.total) == (True, 15)
    await other.close()


WRITER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from shared.store import open_store
async def main(url, who):
    store = open_store(url)
    start = datetime(2026, 11, 1, tzinfo=UTC)
    documents = [{"lastUpdated": (start + timedelta(minutes=n)).isoformat(), "writer": who,
                  "currentSession": {"percentageUsed": 1, "resetsIn": ""}} for n in range(50)]
    await asyncio.gather(*(store.append("default", d, start + timedelta(days=1)) for d in documents))
    await store.close()
asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


async def test_counts_stay_right_while_several_processes_write(volume: Volume, repository: Path) -> None:
    store, root = volume
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, f"file://{root}", str(who)], cwd=repository)
        for who in range(4)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    on_disk = json.loads((history(root) / "_metadata.json").read_text())
    assert on_disk["versionCount"] == on_disk["totalVersionsCreated"] == await store.count("default") == 200
    assert list(await store.rebuild()) == []


async def test_versions_copied_in_from_a_backup_are_there_at_the_next_question(volume: Volume) -> None:
    store, root = volume
    await fill(store, 4)
    found = await store.by_number("default", 1)
    assert found is not None
    older = found.version
    kept = (history(root) / f"{older.id}.json").read_bytes()
    await store.delete("default", [older.id], NOON)
    assert await store.count("default") == 3
    (history(root) / f"{older.id}.json").write_bytes(kept)
    back = await store.by_number("default", 1)
    assert back is not None
    assert back.version == older
    assert (await store.metadata("default")).version_count == 4
    assert (await store.rebuild())[0].endswith("counts 4 versions")


async def test_a_file_of_the_origin_system_is_a_version(volume: Volume) -> None:
    store, root = volume
    history(root).mkdir(parents=True)
    (history(root) / "2026-02-09T12-00-00-0123abcd.json").write_text(json.dumps(snapshot(), indent=2))
    found = await store.latest("default")
    assert found is not None
    assert found.version.document == snapshot()


async def test_any_zcat_reads_the_archive(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 3)
    await store.archive("default", ids[:1])
    await store.archive("default", ids[:2])
    lines = subprocess.run(
        ["zcat", str(root / "archive" / "2026-11.ndjson.gz")], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [json.loads(line)["version"] for line in lines] == ids[:2]


@pytest.mark.parametrize("folder", [".", "console-usage-history", "archive", "quarantine", "reports"])
async def test_old_temporary_files_are_swept_and_young_ones_left(volume: Volume, folder: str) -> None:
    store, root = volume
    await fill(store, 1)
    (root / folder).mkdir(exist_ok=True)
    old, young = root / folder / ".tmp-old", root / folder / ".tmp-young"
    for path in (old, young):
        path.write_text("half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert list(await store.rebuild()) == ["default: 1 abandoned temporary files removed"]
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
async def test_a_full_disk_is_an_error_that_stores_nothing_and_passes(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=True)
    try:
        store = open_store(f"file://{disk}/store")
        await store.append("default", snapshot(NOON, 1), NOON)
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):  # noqa: PT012 - until it is full
            while True:
                file.write(b"\0" * 4096)
        with pytest.raises(StoreFullError):
            await store.append("default", snapshot(NOON, 2), NOON)
        assert await store.count("default") == 1
        with pytest.raises(StoreFullError):
            await store.probe()
        filler.unlink()
        assert not (await store.append("default", snapshot(NOON, 2), NOON)).duplicate
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(StoreReadOnlyError):
            await store.append("default", snapshot(NOON, 3), NOON)
        assert await store.count("default") == 2
        await store.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_store_that_cannot_be_made_says_where_and_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailableError, match="Not a directory"):
        open_store(f"file://{tmp_path}/file/store")


@pytest.mark.parametrize("url", ["", "store", "file:", "file://relative/path", "http://x/y"])
def test_a_url_that_names_no_store_is_refused_with_the_cure(url: str) -> None:
    with pytest.raises(StoreUrlError, match="file:///"):
        open_store(url)


async def test_a_version_time_is_to_the_second_and_survives_odd_offsets(volume: Volume) -> None:
    store, _ = volume
    document = snapshot() | {"lastUpdated": "2026-11-22T17:30:00.999+05:30"}
    assert (await store.append("default", document, NOON + timedelta(days=1))).version.time == NOON
    assert msgspec.json.encode(document)


async def test_an_acknowledged_duplicate_is_seen_though_its_first_copy_was_never_logged(
    volume: Volume, tmp_path: Path
) -> None:
    """A receiver died between naming the file and logging it, in the clock tick of the commit before."""
    store, root = volume
    await fill(store, 1)
    elsewhere = open_store(f"file://{tmp_path}/elsewhere")
    later = snapshot(NOON + minutes(1))
    lost = (await elsewhere.append("default", later, NOON + minutes(1))).version.id
    await elsewhere.close()
    own = store._history("default")
    with own.layout.locked():
        own.look(len, in_lock=True)
        (history(tmp_path / "elsewhere") / f"{lost}.json").rename(history(root) / f"{lost}.json")
        own.note_settled()
    assert await store.count("default") == 1
    assert (await store.append("default", later, NOON + minutes(2))).duplicate
    assert await store.count("default") == 2
    other = open_store(f"file://{root}")
    assert await other.count("default") == 2
    assert (await other.latest("default")).version.id == lost
    await other.close()
