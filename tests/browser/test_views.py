"""Every view over weeks of two accounts: axe in light and dark at three widths, zoomed, on paper, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.demo import demo_receiver
from tests.browser.looking import Looking, link
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

VIEWS = ("now", "past", "resets", "ahead", "accounts")
DAYS = 20
LONG_MS = 30_000

TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1
      && !one.closest(".scroller")).map((one) => one.outerHTML.slice(0, 120)) : []"""

FOCUSABLE = """() => [...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility() && !one.disabled).length"""


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReceiverProcess]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with demo_receiver(folder, days=DAYS) as receiver:
        yield receiver


async def opened(looking: Looking, view: str, **options: object) -> Page:
    page = await looking.open(**options)
    await page.goto(f"{page.url.partition('#')[0]}#/{view}")
    await page.locator(f".view-{view}[data-shown], .view-{view} :is(article, svg)").first.wait_for(
        timeout=LONG_MS
    )
    await expect(page.locator("#live")).to_have_text("Connected", timeout=LONG_MS)
    return page


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(looking: Looking, view: str) -> None:
    page = await opened(looking, view, bypass_csp=True)
    await expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for width in (360, 768, 1440):
            await page.set_viewport_size({"width": width, "height": 900})
            found = await Axe().run(page)
            assert found.response["violations"] == [], (scheme, width)
            assert await page.evaluate(TOO_WIDE) == [], width


@pytest.mark.parametrize("view", VIEWS)
async def test_everything_is_reached_by_keyboard_with_the_focus_in_sight(looking: Looking, view: str) -> None:
    page = await opened(looking, view)
    most = await page.evaluate(FOCUSABLE)
    await page.evaluate("document.activeElement.blur()")
    seen = set()
    for _ in range(most + 5):
        await page.keyboard.press("Tab")
        seen.add(
            await page.evaluate("""() => {
          const one = document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          const isSeen = one === document.body || (outlineStyle === "solid" && parseFloat(outlineWidth) >= 2);
          return `${isSeen ? "" : "unseen: "}${one.outerHTML.slice(0, 90)}`;
        }""")
        )
        if "Log out" in " ".join(seen):
            break
    assert [one for one in seen if one.startswith("unseen")] == []
    assert any("Log out" in one for one in seen), "the last control of the page is reached"


@pytest.mark.parametrize("view", VIEWS)
async def test_zoomed_nothing_is_cut_off_and_on_paper_there_are_no_controls(
    looking: Looking, view: str
) -> None:
    page = await opened(
        looking, view, viewport={"width": 640, "height": 450}, device_scale_factor=2, color_scheme="dark"
    )
    for width in (640, 320):  # 1280 pixels at 200 and 400 %
        await page.set_viewport_size({"width": width, "height": 450})
        assert await page.evaluate(TOO_WIDE) == [], width
    await page.emulate_media(media="print")
    for hidden in ("#nav", "footer form", ".skip"):
        await expect(page.locator(hidden)).to_be_hidden()
    await expect(page.locator(f".view-{view}")).to_be_visible()
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    assert await page.evaluate(paper) == "rgb(255, 255, 255)"


async def test_on_a_phone_the_forecasts_words_are_as_large_as_others(looking: Looking) -> None:
    page = await opened(looking, "ahead", viewport={"width": 360, "height": 800})
    drawing = page.locator(".ahead-drawing").first
    await expect(drawing).to_be_visible()
    sizes = await drawing.evaluate("""svg => {
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return [...svg.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale);
    }""")
    assert min(sizes) > 10
    await page.set_viewport_size({"width": 1440, "height": 900})
    await expect(drawing).not_to_have_attribute("viewBox", "0 0 302 170")


async def test_a_view_is_where_its_address_says_and_the_browsers_steps_go_back(looking: Looking) -> None:
    page = await opened(looking, "now")
    for view in ("Past", "Accounts"):
        await page.get_by_role("navigation").get_by_role("link", name=view).click()
        await expect(page.locator(f".view-{view.lower()}")).to_be_visible()
    assert await page.title() == "Accounts · Marigraph"
    await page.go_back()
    await expect(page.locator(".view-past")).to_be_visible()
    await page.goto(page.url.partition("#")[0] + "#/nowhere?account=<b>")
    await expect(page.locator(".view-now")).to_be_visible()
    await expect(page.locator("main > .notice")).to_have_text("There is no view “nowhere”. This is Now.")
    await expect(page.locator('[data-limit="session"]')).to_be_visible()
    assert link() not in page.url
