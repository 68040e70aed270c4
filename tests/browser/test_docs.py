"""The page that shows the calls: whole, from the receiver alone, within its policy (which `looking` watches)."""

import pytest
from playwright.async_api import expect

from tests.browser.looking import Looking
from tests.browser.stage import KEY, ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_every_call_is_shown_and_can_be_tried(looking: Looking, receiver: ReceiverProcess) -> None:
    page = await looking.blank()
    await page.goto(f"{receiver.url}/docs")
    for summary in ("How the limits went", "Store one snapshot, or each of an array", "One report"):
        await expect(page.get_by_role("heading", name=summary, exact=True)).to_have_count(1)
    await page.get_by_placeholder("api-token").first.fill(KEY)
    await page.get_by_role("button", name="Set").first.click()
    async with page.expect_response("**/api/v1/accounts") as answered:
        await page.get_by_role("button", name="Try").first.click()
    answer = await answered.value
    assert answer.status == 200
