"""A store that is checked, mended and pruned over and over while versions arrive."""

import asyncio
from pathlib import Path

from shared.store import open_store
from tests.store.samples import NOON, minutes, snapshot


async def test_scrubbing_beside_writers_never_sets_a_version_aside_and_loses_none(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/store"
    writers = [open_store(url) for _ in range(3)]
    janitor = open_store(url)
    stored: list[str] = []
    done = asyncio.Event()

    async def write(number: int) -> None:
        for count in range(60):
            at = NOON + minutes(count * 3 + number)
            stored.append((await writers[number].append("default", snapshot(at), at)).version.id)
            await asyncio.sleep(0)

    async def check() -> int:
        passes = 0
        while not done.is_set() or not passes:
            versions = (await janitor.census("default")).versions
            assert await janitor.scrub("default", versions, NOON, mend=True) == []
            await janitor.archive("default", versions[:5])
            assert await janitor.scrub_archive("default", "2026-11", NOON, mend=True) is None
            await janitor.rebuild()
            passes += 1
        return passes

    checking = asyncio.create_task(check())
    await asyncio.gather(*(write(number) for number in range(3)))
    done.set()
    assert await checking > 0
    assert list(await janitor.between("default", None, None)) == sorted(stored)
    assert not (tmp_path / "store" / "quarantine").exists()
    for store in [*writers, janitor]:
        await store.close()
