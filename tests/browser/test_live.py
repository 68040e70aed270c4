"""The page says by itself when it is not live, keeps the last figures marked by age, and recovers by itself."""

from functools import partial

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.looking import Looking, alerts, cards, link, turn_to
from tests.browser.snapshots import lifelike
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def clocked(looking: Looking, receiver: ReceiverProcess) -> Page:
    """A page whose clock can be moved forward; it runs by itself too."""
    page = await looking.blank()
    await page.clock.install()
    await page.goto(receiver.url + link())
    await cards(page)
    return page


async def test_a_killed_receiver_is_seen_and_the_page_recovers_by_itself(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open()
    live = page.locator("#live")
    await expect(live).to_have_text("Live")
    receiver.kill()
    await turn_to(page)
    await expect(live).to_have_text("Not live", timeout=10_000)
    line, *_ = await alerts(page)
    assert line.startswith("Not live since ")
    assert "the receiver does not answer" in line
    seen = await cards(page)
    assert seen["session"].figure == "47 %"
    assert all("3 min old" in card.text for card in seen.values())
    assert await page.title() == "Not live · Marigraph"
    receiver.start()
    await expect(live).to_have_text("Live", timeout=10_000)
    assert not any("Not live" in line for line in await alerts(page))
    assert not any("old" in card.text for card in (await cards(page)).values())
    assert await page.title() == "Session 47 % · Marigraph"


async def test_a_receiver_that_accepts_and_never_answers_counts_as_not_live(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    receiver.freeze()
    await page.clock.fast_forward(15_000)
    await page.clock.fast_forward(8_000)
    await expect(page.locator("#live")).to_have_text("Not live")
    receiver.thaw()
    await page.clock.fast_forward(5_000)
    await expect(page.locator("#live")).to_have_text("Live")


async def test_a_receiver_that_is_down_at_first_is_waited_for_with_the_key_kept(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.blank()
    await page.clock.install()
    await page.route("**/api/**", lambda route: route.abort())
    await page.goto(receiver.url + link())
    await expect(page.locator("#live")).to_have_text("Not live")
    await expect(page.locator("#ask")).to_be_hidden()
    await page.unroute("**/api/**")
    await page.clock.fast_forward(5_000)
    assert (await cards(page))["session"].figure == "47 %"


STRANGE = [
    (200, "<h1>Welcome to your router</h1>", "something else answers in its place"),
    (404, "{}", "it answers 404"),
    (500, '{"message": "The disk is full."}', "it says “The disk is full.”"),
]


async def test_an_answer_that_is_none_is_told_as_such(looking: Looking, receiver: ReceiverProcess) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    for status, body, said in STRANGE:
        await page.unroute_all()
        await page.route("**/api/**", partial(Route.fulfill, status=status, body=body))
        await page.clock.fast_forward(15_000)
        await expect(page.locator("#alerts")).to_contain_text(said)
        assert (await cards(page))["session"].figure == "47 %"


async def test_it_asks_every_15_seconds_and_takes_nothing_from_a_cache(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    for minute in (2, 1):
        receiver.post(lifelike(minutes_old=minute))
        async with page.expect_response("**/api/claude/console-usage") as asked:
            await page.clock.fast_forward(15_000)
        assert (await (await asked.value).json())["versionInfo"]["total"] == 4 - minute
    await expect(page.locator("#versions")).to_have_text("3 versions recorded")


async def test_a_page_that_slept_does_not_pass_for_live_before_it_has_asked(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    await page.route("**/api/**", lambda _route: None)
    await page.clock.fast_forward("01:00:00")
    await expect(page.locator("#live")).to_have_text("Asking")
    assert "1 h 3 min old" in (await cards(page))["session"].text
