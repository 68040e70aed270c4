"""Every backend, by the URL that opens it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.store import Store, open_store

BUCKETS = [pytest.param(name, marks=pytest.mark.seaweedfs) for name in ("s3", "s3 in small packs")]


@pytest.fixture(params=["memory", "volume", *BUCKETS])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "s3 in small packs":
        monkeypatch.setattr("shared.store.s3.chain.MOST_CARRIED", 2)
        monkeypatch.setattr("shared.store.s3.packing.MOST", 4)
    if request.param.startswith("s3"):
        return str(request.getfixturevalue("seaweedfs").url())
    return "memory:" if request.param == "memory" else f"file://{tmp_path}/store"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = open_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def volume(tmp_path: Path) -> AsyncIterator[tuple[Store, Path]]:
    root = tmp_path / "store"
    opened = open_store(f"file://{root}")
    yield opened, root
    await opened.close()
