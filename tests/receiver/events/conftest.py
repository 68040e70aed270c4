"""A receiver on a volume whose news are looked for often, and the same volume in other hands."""

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


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return open_store(f"file://{tmp_path}/store")


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Store]:
    """The same store in the hands of another process."""
    opened = open_store(f"file://{tmp_path}/store")
    yield opened
    await opened.close()
