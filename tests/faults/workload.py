"""`python -m tests.faults.workload STORE MARKS`: everything that changes a store, told step by step.

Each line in MARKS is JSON: what was acknowledged (`stored`), what may from now on be in the archive only
(`leaving`) and what may be nowhere (`dropping`).
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime

from shared.store import Store, open_store
from tests.faults.invariants import snapshot

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
TURNS = 6


class Marks:
    """Tells others what has happened, in one write each."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY)

    def tell(self, event: str, ids: list[str]) -> None:
        os.pwrite(self._descriptor, json.dumps({event: ids}).encode(), 0)


async def work(store: Store, marks: Marks) -> None:
    async def append(second: int, percentage: int = 47) -> str:
        version = (await store.append("default", snapshot(second, percentage), NOW)).version
        marks.tell("stored", [version.id])
        return version.id

    async def leave(ids: list[str], *, archive: bool) -> None:
        if archive:
            await store.archive("default", ids)
        marks.tell("leaving" if archive else "dropping", ids)
        await store.delete("default", ids, NOW)

    for turn in range(TURNS):
        begin = 10_000 + turn * 1000
        ids = [await append(begin + number) for number in range(4)]
        ids += await asyncio.gather(*(append(begin + 100 + number) for number in range(12)))
        await append(begin + 100)  # a duplicate
        late = [await append(9_000 + turn * 10 + number, percentage=turn) for number in range(2)]
        latest = await store.latest("default")
        assert latest is not None
        assert latest.version.id == max(ids)
        await leave(sorted([*late, *ids[:6]]), archive=True)
        await leave(ids[6:8], archive=False)
        await store.rebuild()


async def main(root: str, marks: str) -> None:
    store = open_store(f"file://{root}")
    await work(store, Marks(marks))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
