"""What deserves attention is said: limits nearly full, use ahead of time, a collector in trouble, times without readings."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.looking import Looking, alerts, cards
from tests.browser.snapshots import lifelike, moment, reading, with_session
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HOUR = timedelta(hours=1)


ALARMS = [
    (89.99, None),
    (90, "Approaching limit: Session at 90 %."),
    (99.97, "Approaching limit: Session at 99.9 %."),
    (100, "Limit reached: Session, until"),
]


async def test_nearly_full_and_full_are_told_apart(looking: Looking, receiver: ReceiverProcess) -> None:
    page = None
    for second, (percentage, said) in enumerate(ALARMS):
        snapshot = with_session(percentageUsed=percentage, resetsAt=moment(2 * HOUR))
        snapshot["lastUpdated"] = moment(timedelta(seconds=2 * second) - HOUR / 60)
        del snapshot["weeklyLimits"]["sonnetOnly"]
        receiver.post(snapshot)
        if page is None:
            page = await looking.open()
        else:
            await page.reload()
        await cards(page)
        lines = await alerts(page)
        assert len(lines) == (0 if said is None else 1)
        assert said is None or lines[0].startswith(said)


async def test_use_is_compared_with_the_time_that_passed(looking: Looking, receiver: ReceiverProcess) -> None:
    snapshot = with_session(percentageUsed=80, resetsAt=moment(2.5 * HOUR - HOUR / 20))
    snapshot["weeklyLimits"]["allModels"] = reading(10, resetsAt=moment(timedelta(days=1.4)))
    snapshot["weeklyLimits"]["sonnetOnly"] = reading(50, resetsAt=moment(timedelta(days=3.5)))
    snapshot["weeklyLimits"]["scoped"] = {"fable": reading(50, resetsAt=moment(timedelta(days=30)))}
    receiver.post(snapshot)
    page = await looking.open()
    seen = await cards(page)
    assert "50 % of the time passed\n\nuse 30 points ahead" in seen["session"].text
    assert "79 % of the time passed\n\nuse 70 points behind" in seen["weekly"].text
    assert "of the time passed\n\nuse even with it" in seen["weekly:sonnet"].text
    assert "passed" not in seen["weekly:fable"].text
    staff = page.locator('[data-limit="session"] .staff')
    mark = await staff.evaluate(
        "staff => parseFloat(getComputedStyle(staff, '::before').bottom) / staff.clientHeight * 100"
    )
    assert mark == pytest.approx(50, abs=1)


async def test_the_last_day_is_drawn_with_its_gaps(looking: Looking, receiver: ReceiverProcess) -> None:
    for minutes_old in (300, 290, 3):
        receiver.post(lifelike(minutes_old=minutes_old))
    page = await looking.open()
    drawing = page.locator('[data-limit="session"] .spark')
    label = await drawing.get_attribute("aria-label")
    assert label == "last 24 hours: between 47 and 47 %, a gap without a reading"
    assert await drawing.locator(".gap").count() == 1


LOGIN_REQUIRED = {
    "state": "login_required",
    "reason": "Nobody is logged in to Claude in the scraper's browser",
    "advice": "Run <b>make login</b>.",
    "collector": "laptop",
}


async def test_a_report_that_is_newer_than_the_reading_tells_what_to_do_at_once(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.report(LOGIN_REQUIRED | {"at": moment(-HOUR)})
    receiver.post(lifelike(minutes_old=2))
    page = await looking.open()
    await cards(page)
    await expect(page.locator("#live")).to_have_text("Connected")
    assert not any("login" in line for line in await alerts(page))
    receiver.report(LOGIN_REQUIRED | {"at": moment(timedelta(0))})
    alert = page.locator("#alerts [data-kind=failure]")
    await expect(alert).to_contain_text("Claude asks for a login. Nobody is logged in to Claude")
    await expect(alert).to_contain_text("Run <b>make login</b>.")
    await expect(alert).to_contain_text("by the collector laptop.")


async def test_a_record_that_only_holds_reports_says_why_nothing_is_read(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.report(LOGIN_REQUIRED | {"at": moment(-HOUR)})
    page = await looking.open()
    await expect(page.locator("#alerts")).to_contain_text("Run <b>make login</b>.")
    await expect(page.get_by_text("Nothing is recorded of default yet")).to_be_visible()


async def test_a_scrapers_login_that_ends_soon_is_told_ahead(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike(minutes_old=5) | {"loginEndsAt": moment(timedelta(days=5))})
    page = await looking.open()
    await cards(page)
    assert not any("login" in line for line in await alerts(page))
    receiver.post(lifelike(minutes_old=1) | {"loginEndsAt": moment(timedelta(days=2))})
    said = page.get_by_text("The scraper's login is expected to end")
    await expect(said).to_contain_text("make login ANEW=1")
