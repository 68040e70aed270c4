"""Readers that take their time, beside writers and a janitor: nobody waits for a reader, and it misses nothing."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from shared.store import Store, open_store
from shared.store.volume import reading
from shared.store.volume.layout import Layout
from tests.store.archives import fill
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


async def test_a_reader_in_the_middle_of_a_stream_holds_nobody_up(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SLICE", 8)
    store, root = volume
    ids = await fill(store, 120)
    await store.archive("default", ids[:40])
    await store.delete("default", ids[:40], NOON)
    layout = Layout(root)
    stream = store.stream("default", None, None)
    seen = [(await anext(stream)).id]
    for turn in range(3):
        with layout.locked(wait=False) as free:
            assert free
        writer = open_store(f"file://{root}")
        async with asyncio.timeout(60):
            added = await writer.append("default", snapshot(NOON + minutes(turn + 1)), NOON + minutes(9))
            left = ids[40 + 20 * turn : 60 + 20 * turn]
            await writer.archive("default", left)
            await writer.delete("default", left, NOON)
            await writer.close()
        assert (await store.latest("default")).version.id == added.version.id
        seen += [(await anext(stream)).id for _ in range(30)]
    seen += [version.id async for version in stream]
    assert seen[:120] == ids
    assert seen == sorted(set(seen))


JANITOR = """
import asyncio, sys
from datetime import UTC, datetime
from shared.store import open_store
async def main(url):
    store = open_store(url)
    archived = 0
    while archived < 140:
        leaving = list(await store.between("default", None, None))[:-40]
        if leaving:
            archived += (await store.archive("default", leaving)).added
            await store.delete("default", leaving, datetime.now(UTC))
    await store.close()
asyncio.run(main(sys.argv[1]))
"""

WRITER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from shared.store import open_store
async def main(url, who):
    store = open_store(url)
    start = datetime(2026, 10, 31, tzinfo=UTC)
    for n in range(100):
        at = start + timedelta(minutes=20 * n)
        document = {"lastUpdated": at.isoformat(), "writer": who,
                    "currentSession": {"percentageUsed": 1, "resetsIn": ""}}
        await store.append("default", document, start + timedelta(days=30))
    await store.close()
asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


@pytest.mark.timeout(300)
async def test_every_version_is_read_once_while_processes_write_archive_and_delete(
    volume: Volume, repository: Path
) -> None:
    store, root = volume
    url = f"file://{root}"
    programs = [(WRITER, url, "a"), (WRITER, url, "b"), (JANITOR, url)]
    processes = [subprocess.Popen([sys.executable, "-c", *program], cwd=repository) for program in programs]
    known: set[str] = set()
    rounds = 0
    while any(process.poll() is None for process in processes) or rounds == 0:
        stamps = [version.id async for version in store.stream("default", None, None)]
        assert len(stamps) == len(set(stamps))
        assert [one[:19] for one in stamps] == sorted(one[:19] for one in stamps)
        assert known <= set(stamps)
        known, rounds = set(stamps), rounds + 1
        await asyncio.sleep(0.05)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len([version async for version in store.stream("default", None, None)]) == 200
    metadata = await store.metadata("default")
    assert metadata.total_versions_created == 200
    assert metadata.version_count + metadata.total_versions_deleted == 200
    assert list(await store.rebuild()) == []


async def test_an_import_into_the_archive_waits_for_a_janitor_that_writes_there(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 3)
    versions = [version async for version in store.stream("default", None, None)]
    with Layout(root).archive_locked():
        importing = asyncio.create_task(store.restore("default", versions[:2], "archive"))
        await asyncio.wait([importing], timeout=0.3)
        assert not importing.done()
        assert not (await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))).duplicate
    assert await importing == 2
    assert [version.id for version in await store.archived("default", "2026-11")] == ids[:2]
