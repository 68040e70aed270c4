"""Before the first reading: what to do next, and nothing of it where a scraper runs already."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.looking import Looking, link
from tests.browser.snapshots import lifelike, moment
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SAID = "Nobody is logged in"
LOGIN_REQUIRED = {
    "state": "login_required",
    "reason": SAID,
    "advice": "Run `make login` there.",
    "collector": "vm",
}


async def test_the_next_step_is_one_that_reaches_the_scraper_that_will_run(looking: Looking) -> None:
    page = await looking.open()
    first = page.locator("#empty")
    await expect(first.locator("code")).to_have_text(["make login", "make run-local"])
    await expect(first).not_to_contain_text("python -m")
    await expect(first).not_to_contain_text("demo-data")


async def test_where_a_scraper_has_reported_its_words_stand_alone(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.report(LOGIN_REQUIRED | {"at": moment(-timedelta(minutes=1))})
    page = await looking.open()
    await expect(page.locator("#alerts")).to_contain_text("Run make login there.")
    await expect(page.locator("#empty li").first).to_be_hidden()
    await expect(page.locator("#empty")).to_contain_text("Nothing is recorded of default yet")
    await expect(page.locator("#empty")).to_contain_text("A scraper runs already")


async def test_the_first_day_opens_on_a_range_that_shows_it(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike(minutes_old=6))
    receiver.post(lifelike(minutes_old=2))
    page = await looking.open()
    await page.goto(f"{receiver.url}/#/past")
    current = page.get_by_role("group", name="Range", exact=True).locator("[aria-current]")
    await expect(current).to_have_text("6 h")
    await page.locator("#chart .line").first.wait_for(state="attached")
    await page.locator(".calendar td[data-kind=partly]").first.wait_for()
    await page.goto(f"{receiver.url}/#/past?range=7d")
    await expect(current).to_have_text("7 d")


async def test_a_command_in_the_scrapers_words_is_set_as_one_and_said_once(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike(minutes_old=2))
    receiver.report(LOGIN_REQUIRED | {"at": moment(timedelta(0))})
    page = await looking.blank()
    await page.clock.install()
    await page.goto(receiver.url + link())
    alert = page.locator("#alerts [data-kind=failure]")
    await expect(alert.locator("code")).to_have_text("make login")
    assert "`" not in await page.locator("main").inner_text()
    await alert.evaluate("line => { line.dataset.same = ''; }")
    await page.clock.run_for(3_000)  # the page draws each second
    await expect(page.locator("#alerts [data-same]")).to_have_count(1)
