"""Stores that hold something before a test begins."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from shared.store import open_store
from tests.faults.clients import numbered


def fill(store: Path, count: int, numbers: Iterator[int]) -> list[str]:
    """Store so many versions, as the first that clients would have posted."""

    async def stored() -> list[str]:
        opened, now = open_store(f"file://{store}"), datetime.now(UTC)
        some = [opened.append("default", numbered(next(numbers)), now) for _ in range(count)]
        ids = [appended.version.id for appended in await asyncio.gather(*some)]
        await opened.close()
        return ids

    return asyncio.run(stored())
