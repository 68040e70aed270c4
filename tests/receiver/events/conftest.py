"""A receiver whose news are looked for often, on a volume or a bucket, and the same in other hands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.receiver.live import channel
from services.receiver.options import Options
from shared.store import Store, open_store
from tests.receiver.conftest import Receiver, running


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "LOOK_SECONDS", 0.05)


@pytest.fixture
async def receiver(store: Store) -> AsyncIterator[Receiver]:
    async with running(store, options=Options(silence_minutes=0)) as one:  # its clock is not the store's
        yield one


@pytest.fixture(params=["volume", pytest.param("s3", marks=pytest.mark.seaweedfs)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        return str(request.getfixturevalue("seaweedfs").url())
    return f"file://{tmp_path}/store"


@pytest.fixture
async def store(url: str) -> Store:
    return open_store(url)


@pytest.fixture
async def other(url: str) -> AsyncIterator[Store]:
    """The same store in the hands of another process."""
    opened = open_store(url)
    yield opened
    await opened.close()
