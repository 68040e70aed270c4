"""The page says by itself when it is not live, keeps the last figures marked by age, and recovers by itself."""

import json
from datetime import timedelta
from functools import partial

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.looking import Looking, cards, link
from tests.browser.snapshots import lifelike, moment, with_session
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def clocked(looking: Looking, receiver: ReceiverProcess) -> Page:
    """A page whose clock can be moved forward; it runs by itself too."""
    page = await looking.blank()
    await page.clock.install()
    await page.goto(receiver.url + link())
    await cards(page)
    return page


async def test_a_killed_receiver_is_seen_within_ten_seconds_and_the_page_recovers_by_itself(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open()
    live, trouble = page.locator("#live"), page.locator("#trouble")
    await expect(live).to_have_text("Connected")
    await expect(trouble).to_be_hidden()
    receiver.kill()
    await expect(live).to_have_text("Not live", timeout=10_000)
    await expect(trouble).to_contain_text("Not live since ")
    await expect(trouble).to_contain_text("The receiver does not answer. The last reading is 3 min old.")
    seen = await cards(page)
    assert seen["session"].figure == "47 %"
    assert all("3 min old" in card.text for card in seen.values())
    assert await page.title() == "Not live · Marigraph"
    receiver.start()
    await expect(live).to_have_text("Connected", timeout=10_000)
    await expect(trouble).to_be_hidden()
    assert not any("old" in card.text for card in (await cards(page)).values())
    assert await page.title() == "Session 47 % · Marigraph"
    receiver.post(with_session(percentageUsed=52) | {"lastUpdated": moment(timedelta())})
    await expect(page.locator('[data-limit="session"] .figure')).to_have_text("52%")


async def test_a_view_that_was_opened_while_the_receiver_was_away_comes_when_it_is_back(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open()
    await page.goto(f"{receiver.url}/#/past")
    await page.locator(".view-past .calendar td").first.wait_for()
    for view, content in (("accounts", "article"), ("past", ".calendar td")):
        await page.goto(f"{receiver.url}/#/now")
        await cards(page)
        receiver.kill()
        await page.goto(f"{receiver.url}/#/{view}")
        said = page.locator(f".view-{view} [role=alert]", has_text="The receiver does not answer.")
        await expect(said.first).to_be_visible()
        receiver.start()
        await expect(page.locator(f".view-{view} {content}").first).to_be_visible()
        await expect(said).to_have_count(0)


async def test_a_store_that_cannot_be_written_is_told_on_every_view_until_it_can(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    notice = page.locator("#unready")
    await expect(notice).to_be_hidden()
    checks = {"store": "writing to the store: Permission denied", "disk": "ok", "keys": "ok"}
    body = json.dumps({"status": "unready", "checks": checks})
    await page.route("**/readyz", partial(Route.fulfill, status=503, body=body))
    await page.goto(f"{receiver.url}/#/accounts")
    await page.clock.fast_forward(35_000)
    await expect(notice).to_contain_text("Nothing can be stored. The receiver says: writing to the store")
    await expect(page.locator("#live")).to_have_text("Connected")
    await page.unroute("**/readyz")
    await page.clock.fast_forward(35_000)
    await expect(notice).to_be_hidden()


async def test_a_receiver_that_accepts_and_never_answers_counts_as_not_live(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    receiver.freeze()
    await page.clock.fast_forward(4_000)
    await page.clock.fast_forward(4_000)
    await expect(page.locator("#live")).to_have_text("Not live")
    receiver.thaw()
    await page.clock.fast_forward(5_000)
    await expect(page.locator("#live")).to_have_text("Connected")


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
    (200, "<h1>Welcome to your router</h1>", "Something else answers in the receiver's place."),
    (404, "{}", "The receiver answers 404."),
    (500, '{"detail": "The disk is full."}', "The disk is full."),
]


async def test_an_answer_that_is_none_is_told_as_such(looking: Looking, receiver: ReceiverProcess) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    for status, body, said in STRANGE:
        await page.unroute_all()
        await page.route("**/snapshots?*", partial(Route.fulfill, status=status, body=body))
        await page.clock.fast_forward(120_000)
        await expect(page.locator("#trouble")).to_contain_text(said)
        assert (await cards(page))["session"].figure == "47 %"


async def test_without_a_stream_it_asks_every_15_seconds_and_takes_nothing_from_a_cache(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.blank()
    await page.clock.install()
    await page.route("**/events", partial(Route.fulfill, status=503, body="{}"))
    await page.goto(receiver.url + link())
    await cards(page)
    await expect(page.locator("#live")).to_have_text("Connected")
    for percentage in (48, 49):
        receiver.post(with_session(percentageUsed=percentage) | {"lastUpdated": moment(timedelta())})
        await page.clock.fast_forward(15_000)
        await expect(page.locator('[data-limit="session"] .figure')).to_have_text(f"{percentage}%")


HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_a_hidden_tab_gives_its_stream_back_and_takes_it_up_again(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open()
    await expect(page.locator("#live")).to_have_text("Connected")
    await receiver.listened_to_by(1)
    await page.evaluate(HIDE, True)
    await receiver.listened_to_by(0)
    receiver.post(with_session(percentageUsed=52) | {"lastUpdated": moment(timedelta())})
    await page.evaluate(HIDE, False)
    await receiver.listened_to_by(1)
    await expect(page.locator('[data-limit="session"] .figure')).to_have_text("52%")


async def test_a_page_that_slept_does_not_pass_for_live_before_it_has_asked(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await clocked(looking, receiver)
    await page.route("**/api/**", lambda _route: None)
    await page.clock.fast_forward("01:00:00")
    await expect(page.locator("#live")).to_have_text("Asking")
    assert "1 h 3 min old" in (await cards(page))["session"].text
