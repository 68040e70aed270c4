"""How old a reading is decides what is shown of it: its age, that it is stale, that its window is over."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.looking import Looking, alerts, cards, link, refresh
from tests.browser.snapshots import lifelike, moment, with_session
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HOUR = timedelta(hours=1)


async def test_after_a_passed_reset_the_percentage_is_unknown_until_a_newer_reading(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(with_session(resetsAt=moment(timedelta(seconds=3))))
    page = await looking.open()
    assert (await cards(page))["session"].figure == "47 %"
    session = page.locator('[data-limit="session"]')
    await expect(session).to_have_attribute("data-state", "passed")
    card = (await cards(page))["session"]
    assert (card.figure, card.meter, card.role) == ("unknown", None, "img")
    assert "Was 47 % before the reset." in card.text
    assert (await cards(page))["weekly"].figure == "31 %"
    receiver.post(
        with_session(percentageUsed=2, resetsAt=moment(5 * HOUR)) | {"lastUpdated": moment(0 * HOUR)}
    )
    await refresh(page)
    assert (await cards(page))["session"].figure == "2 %"


async def test_a_session_without_a_reset_time_is_unknown_when_its_window_must_be_over(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(with_session(resetsIn="2 hr 42 min") | {"lastUpdated": moment(-6 * HOUR)})
    card = (await cards(await looking.open()))["session"]
    assert card.figure == "unknown"
    assert "Was 47 % 6 h ago; that window is over." in card.text


async def test_a_stale_reading_is_called_stale_and_every_figure_tells_its_age(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike(minutes_old=26))
    page = await looking.open()
    answer = receiver.latest()
    assert answer["isStale"]
    assert any(line.startswith("Stale reading.") for line in await alerts(page))
    assert f"Read {answer['ageMinutes']} min ago" in await page.locator("#reading").inner_text()
    assert all("26 min old" in card.text for card in (await cards(page)).values())
    receiver.post(lifelike(minutes_old=4))
    await refresh(page)
    assert not any("Stale" in line for line in await alerts(page))
    assert not any("old" in card.text for card in (await cards(page)).values())
    read_at = datetime.fromisoformat(await page.locator("#age").get_attribute("datetime"))
    assert abs(read_at - datetime.fromisoformat(receiver.latest()["lastUpdated"])) < timedelta(seconds=1)


async def test_a_wrong_clock_at_the_viewers_changes_neither_age_nor_countdown(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    for wrong_by in (-3 * HOUR, 3 * HOUR):
        page = await looking.blank()
        await page.clock.install(time=datetime.now(UTC) + wrong_by)
        await page.goto(receiver.url + link())
        seen = await cards(page)
        # The receiver's time is known to a second: it is told in whole ones.
        assert await page.locator("#age").inner_text() in {"2 min ago", "3 min ago", "4 min ago"}
        assert any(f"in 2 h {minutes} min" in seen["session"].text for minutes in (39, 38))
        assert not any("Stale" in line for line in await alerts(page))
