"""Several accounts: switched between, looked over together, and a login that opens only some of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.looking import Looking, link
from tests.browser.snapshots import lifelike, moment, with_session
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WORK_ONLY = "a-key-for-work-alone"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    receiver = ReceiverProcess(tmp_path / "store", keys_file=tmp_path / "keys.json")
    receiver.allow("all", accounts=["*"])
    receiver.allow("work", accounts=["work"], key=WORK_ONLY, scopes=("read",))
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.kill()


def of_work(percentage: float, **more: Any) -> dict[str, Any]:
    return with_session(percentageUsed=percentage) | {"account": "work", "collector": "desk"} | more


async def shown(page: Page, figure: str) -> None:
    await expect(page.locator('[data-limit="session"] .figure')).to_have_text(figure, timeout=15_000)


async def test_an_account_is_chosen_and_stays_chosen_in_the_address(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    receiver.send(of_work(12), "work")
    page = await looking.open()
    await shown(page, "47%")
    await page.get_by_label("Account").select_option("work")
    await shown(page, "12%")
    assert page.url.endswith("/#/now?account=work")
    await page.get_by_role("link", name="Accounts").click()
    assert page.url.endswith("/#/accounts?account=work")
    await page.go_back()
    await shown(page, "12%")
    await page.reload()
    await shown(page, "12%")
    receiver.send(of_work(13, lastUpdated=moment(timedelta())), "work")
    await shown(page, "13%")


async def test_a_login_of_another_account_shows_that_one_and_no_failure(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    receiver.send(of_work(12), "work")
    page = await looking.open(link(WORK_ONLY))
    await shown(page, "12%")
    await expect(page.locator("#live")).to_have_text("Connected")
    await expect(page.locator("#trouble")).to_be_hidden()
    await expect(page.locator("#whose")).to_have_text("work · Max (20x)")
    await page.goto(f"{receiver.url}/#/now?account=default")
    await expect(page.get_by_role("alert")).to_contain_text("The account default is not open to this login.")
    await page.get_by_role("link", name="work").click()
    await shown(page, "12%")


async def test_a_login_of_another_account_that_is_empty_is_told_the_next_step(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open(link(WORK_ONLY))
    await expect(page.get_by_text("Nothing is recorded yet that this login may read")).to_be_visible()
    assert await page.get_by_role("alert").count() == 0
    receiver.send(of_work(12), "work")
    await shown(page, "12%")


async def test_an_account_of_which_nothing_is_known_cannot_be_chosen_and_can_be_left(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open()
    await page.goto(f"{receiver.url}/#/past?account=nobody")
    options = page.locator("#account option")
    await expect(options).to_have_text(["nobody (unknown)", "default"])
    await expect(options.first).to_be_disabled()
    await page.get_by_label("Account").select_option("default")
    await expect(page.locator("#switch")).to_be_hidden()


async def test_the_overview_tells_of_every_account_and_who_collects_it(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.send(lifelike(minutes_old=12) | {"collector": "phone"}, "default")
    receiver.post(lifelike())
    receiver.send(of_work(12, lastUpdated=moment(-timedelta(minutes=40))), "work")
    report = {"at": moment(-timedelta(minutes=1)), "state": "challenge", "collector": "desk<b>"}
    receiver.report(report | {"advice": "Wait."}, "work")
    page = await looking.open()
    await page.goto(f"{receiver.url}/#/accounts")
    default, work = page.locator('[data-account="default"]'), page.locator('[data-account="work"]')
    await expect(default.locator("tr", has_text="Session")).to_contain_text("47 %")
    await expect(default.locator("tr", has_text="laptop")).to_contain_text("Reads.")
    await expect(default.locator("tr", has_text="phone")).to_contain_text("12 min ago")
    await expect(default.locator(".notice")).to_have_count(0)
    await expect(work.locator(".notice")).to_contain_text("Claude's site asks for a verification. Wait.")
    await expect(work.locator("tr", has_text="desk<b>")).to_contain_text("never")
    await expect(work).to_contain_text("1 reading since")
    receiver.send(of_work(14, lastUpdated=moment(timedelta())), "work")
    await expect(work.locator("tr", has_text="Session")).to_contain_text("14 %", timeout=20_000)
    await work.get_by_role("link", name="work").click()
    await shown(page, "14%")
