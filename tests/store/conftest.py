"""Every backend, by the URL that opens it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.store import Store, open_store


@pytest.fixture(params=["memory", "volume"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    url = "memory:" if request.param == "memory" else f"file://{tmp_path}/store"
    opened = open_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def volume(tmp_path: Path) -> AsyncIterator[tuple[Store, Path]]:
    root = tmp_path / "store"
    opened = open_store(f"file://{root}")
    yield opened, root
    await opened.close()
