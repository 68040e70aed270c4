"""Everybody can use it: axe in light and dark, narrow and wide, by keyboard, without motion, on paper."""

from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.looking import Looking, cards, link
from tests.browser.snapshots import Snapshot, lifelike, moment, partial, reading
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

VIEWS: dict[str, tuple[Snapshot | None, str]] = {
    "stale": (lifelike(minutes_old=26), link()),
    "partial": (partial(), link()),
    "passed": (lifelike(minutes_old=2 * 24 * 60), link()),
    "empty": (None, link()),
    "refused": (None, link("wrong")),
}

OVERFLOWING = """() => [document.documentElement, ...document.querySelectorAll("main *, header *")]
  .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth)
  .map((element) => element.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_nothing_in_light_or_dark_narrow_or_wide(
    looking: Looking, receiver: ReceiverProcess, view: str
) -> None:
    snapshot, path = VIEWS[view]
    if snapshot:
        receiver.post(snapshot)
    page = await looking.open(path, bypass_csp=True)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for width in (360, 1440):
            await page.set_viewport_size({"width": width, "height": 800})
            found = await Axe().run(page)
            assert found.response["violations"] == [], (scheme, width)
            assert await page.evaluate(OVERFLOWING) == []


async def test_long_words_stay_within_their_cards_and_the_screen(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    snapshot = lifelike() | {"plan": "P" * 200}
    snapshot["weeklyLimits"]["scoped"] = {
        "m": reading(3, label="W" * 200, resetsAt=moment(timedelta(days=300)))
    }
    snapshot["credits"] |= {"used": 1e12, "currency": "C" * 64}
    receiver.post(snapshot)
    page = await looking.open(viewport={"width": 320, "height": 700}, locale="en-US")
    await cards(page)
    for width in (320, 768, 1024, 1360, 1920):
        await page.set_viewport_size({"width": width, "height": 700})
        assert await page.evaluate(OVERFLOWING) == []


async def outlined(page: Page) -> bool:
    return await page.evaluate("""() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return outlineStyle === "solid" && parseFloat(outlineWidth) >= 2;
    }""")


async def test_everything_is_reached_by_keyboard_with_the_focus_in_sight(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open("/")
    assert await outlined(page)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Log in")).to_be_focused()
    assert await outlined(page)
    await page.goto(receiver.url + link())
    await cards(page)
    reached = ["Skip to the figures", "Now", "Past", "Resets", "Ahead", "Accounts", "API", "Log out"]
    for name in reached:
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.innerText") == name
        assert await outlined(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Key")).to_be_focused()


async def test_a_meter_tells_a_screen_reader_its_name_and_value(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(partial())
    page = await looking.open()
    await cards(page)
    await expect(page.get_by_role("meter", name="All models")).to_have_attribute("aria-valuetext", "100 %")
    await expect(page.get_by_role("meter", name="Session")).to_have_attribute("aria-valuetext", "idle")
    await expect(page.get_by_role("img", name="Credits: level unknown")).to_be_visible()
    assert await page.get_by_role("heading").all_inner_texts() == [
        "Marigraph", "Session", "All models", "Sonnet only", "Fable", "Credits",
    ]  # fmt: skip


async def test_an_alert_that_stands_is_not_said_again(looking: Looking, receiver: ReceiverProcess) -> None:
    receiver.post(lifelike(minutes_old=26))
    page = await looking.open()
    await cards(page)
    await page.evaluate("""() => {
      window.changes = 0;
      const watched = { childList: true, characterData: true, subtree: true };
      new MutationObserver((seen) => { window.changes += seen.length; }).observe(document.getElementById("alerts"), watched);
    }""")
    await page.wait_for_timeout(2500)
    assert await page.evaluate("window.changes") == 0


async def test_the_water_moves_only_where_motion_is_welcome(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open()
    await cards(page)
    moving = "parseFloat(getComputedStyle(document.querySelector('.tube'), '::before').transitionDuration)"
    assert await page.evaluate(moving) == 0
    await page.emulate_media(reduced_motion="no-preference")
    assert await page.evaluate(moving) > 0


async def test_on_paper_there_are_figures_and_no_controls(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(lifelike())
    page = await looking.open(color_scheme="dark")
    await cards(page)
    await page.emulate_media(media="print")
    await expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    await expect(page.locator('[data-limit="session"] .figure')).to_be_visible()
    assert (
        await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        == "rgb(255, 255, 255)"
    )
