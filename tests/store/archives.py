"""Stores with versions that have left the history."""

from pathlib import Path

from shared.store import Store, open_store
from tests.store.samples import NOON, minutes, snapshot

NOVEMBER = Path("archive") / "2026-11.ndjson.gz"


async def fill(store: Store, count: int) -> list[str]:
    moments = [NOON - minutes(back) for back in reversed(range(count))]
    return [(await store.append("default", snapshot(at), at)).version.id for at in moments]


async def with_archive(root: Path, count: int = 6, left: int = 5) -> list[str]:
    """A store whose oldest versions have left; nothing of it is open any more."""
    store = open_store(f"file://{root}")
    ids = await fill(store, count)
    for version_id in ids[:left]:
        await store.archive("default", [version_id])
    await store.delete("default", ids[:left], NOON)
    await store.close()
    return ids


async def streamed(store: Store) -> list[str]:
    return [version.id async for version in store.stream("default", None, None)]
