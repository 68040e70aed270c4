"""A receiver for each test, a browser for each module, and pages that are watched for what they must not do."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.looking import Looking
from tests.browser.stage import ReceiverProcess
from tests.chromium import open_browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    receiver = ReceiverProcess(tmp_path / "store")
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.kill()


@pytest_asyncio.fixture(loop_scope="module")
async def looking(browser: Browser, receiver: ReceiverProcess) -> AsyncIterator[Looking]:
    """Opens pages of the receiver; afterwards none may have broken its policy, thrown, or asked elsewhere."""
    looking = Looking(browser, receiver)
    yield looking
    await looking.close()
    assert looking.misdeeds == []
