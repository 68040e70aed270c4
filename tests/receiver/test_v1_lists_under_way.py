"""Lists that are read while others write, archive and delete, on a volume that is shared."""

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from services.receiver.asking.questions import Question
from services.receiver.lists.listing import read_listing
from services.receiver.lists.pages import page_of
from shared.store import Store, open_store
from tests.receiver.v1_calls import NOON, reading

THERE = 300
ROUNDS = 6
LATER = NOON + timedelta(days=1)


async def all_ids(store: Store, order: str, limit: int) -> list[str]:
    """Read all pages, as a caller does."""
    found: list[str] = []
    given = {"order": order, "limit": str(limit)}
    while True:
        page = msgspec.json.decode(await page_of(store, "default", read_listing(Question(given))))
        found += [each["id"] for each in page["snapshots"]]
        if page["next"] is None:
            return found
        given = {"cursor": page["next"], "limit": str(limit)}


async def keep_writing(store: Store, done: asyncio.Event) -> None:
    """Add late arrivals, many in seconds that hold others already."""
    number = 0
    while not done.is_set():
        number += 1
        await store.append("default", reading((number * 37) % THERE / 3, 99, number=number), LATER)


async def keep_moving(store: Store, done: asyncio.Event) -> None:
    """Do what a janitor does: archive the oldest, then delete them."""
    while not done.is_set():
        oldest = list(await store.between("default", None, None))[:10]
        if len(oldest) == 10:
            await store.archive("default", oldest)
            await asyncio.sleep(0)
            await store.delete("default", oldest[:-1], LATER)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_what_was_there_all_the_time_is_listed_once(tmp_path: Path, order: str) -> None:
    url = f"file://{tmp_path}/store"
    reader, writer, janitor = open_store(url), open_store(url), open_store(url)
    added = [await writer.append("default", reading(number / 3), LATER) for number in range(THERE)]
    there = [one.version.id for one in added]
    done = asyncio.Event()
    others = [
        asyncio.create_task(keep_writing(writer, done)),
        asyncio.create_task(keep_moving(janitor, done)),
    ]
    for limit in range(7, 7 + ROUNDS):
        found = await all_ids(reader, order, limit * 5)
        assert len(found) == len(set(found))
        known = set(there)
        expected = there if order == "asc" else there[::-1]
        assert [one for one in found if one in known] == expected
    assert len(found) > THERE
    assert sum(month.count for month in await reader.archives("default")) > ROUNDS
    done.set()
    await asyncio.gather(*others)
    for store in (reader, writer, janitor):
        await store.close()
