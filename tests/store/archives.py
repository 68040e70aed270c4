"""Stores with versions that have left the history."""

from datetime import datetime
from pathlib import Path

from shared.schemas.figures import Figures, figures_of
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
    """What a store streams; its figures must be those of the same versions."""
    every = [version async for version in store.stream("default", None, None)]
    assert await figured(store) == [(version.id, figures_of(version.document)) for version in every]
    return [version.id for version in every]


async def figured(
    store: Store, start: datetime | None = None, end: datetime | None = None
) -> list[tuple[str, Figures]]:
    """The figures of a range, piece after piece."""
    return [one async for piece in store.figures("default", start, end) for one in piece]
