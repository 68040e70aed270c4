"""`python -m tests.faults.workload STORE MARKS`: everything that changes a store, told step by step.

Each line in MARKS is JSON: what was acknowledged (`stored`), what may from now on be in the archive only
(`leaving`), what may be nowhere (`dropping`), whose file may be torn (`spoilt`) and is whole again (`restored`).
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from shared.store import Store, open_store
from tests.faults.invariants import HISTORY, snapshot

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
TURNS = 6


class Marks:
    """Tells others what has happened, in one write each."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY)

    def tell(self, event: str, ids: list[str]) -> None:
        os.pwrite(self._descriptor, json.dumps({event: ids}).encode(), 0)


async def work(store: Store, root: Path, marks: Marks) -> None:
    async def append(second: int, percentage: int = 47) -> str:
        version = (await store.append("default", snapshot(second, percentage), NOW)).version
        marks.tell("stored", [version.id])
        return version.id

    async def leave(ids: list[str], *, archive: bool) -> None:
        if archive:
            await store.archive("default", ids)
        marks.tell("leaving" if archive else "dropping", ids)
        await store.delete("default", ids, NOW)

    async def spoil(ids: list[str]) -> None:
        """Tear files of versions that are in the archive, too, and have the store set them aside."""
        await store.archive("default", ids)
        marks.tell("leaving", ids)
        marks.tell("spoilt", ids)
        for version_id in ids:
            os.truncate(root / HISTORY / f"{version_id}.json", 30)
        found = await store.scrub("default", ids, NOW, mend=True)
        assert [one.restored for one in found] == [True] * len(ids)
        marks.tell("restored", ids)

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
        if turn == TURNS // 2:
            await spoil(ids[10:13])


async def main(root: str, marks: str) -> None:
    store = open_store(f"file://{root}")
    await work(store, Path(root), Marks(marks))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
