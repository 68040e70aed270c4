"""A day that has one of everything: each kind of not knowing is shown as what it is, by words and by shape."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page, expect

from tests.browser.lived import DAY, MINUTE, fill_with_a_day
from tests.browser.looking import Looking
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HOUR = timedelta(hours=1)

SEEN = """() => Object.fromEntries([...document.querySelectorAll("#chart svg[data-limit]")].map((svg) => {
  const boxes = (kind) => [...svg.querySelectorAll(kind)].map((one) => {
    const { x, width } = one.getBBox();
    return [x, x + width];
  });
  return [svg.dataset.limit, { gaps: boxes(".gap"), fills: boxes(".fill:not(.loose)"), bands: boxes(".band:not(.loose)"),
    still: boxes(".still"), turns: boxes(".turn"), said: svg.getAttribute("aria-label"),
    line: svg.querySelector(".line").getAttribute("d"),
    words: [...document.querySelectorAll(".axis-word")].map((word) => word.textContent) }];
}))"""

DRAWN_WITHIN = """([from, to]) => [...document.querySelectorAll("#chart .line, #chart .still")].some((path) => {
  const points = path.getAttribute("d").match(/M[^M]*/g) ?? [];
  return points.some((part) => {
    const [x, , kind, end] = part.match(/[-\\d.]+|[HV]/g);
    return kind === "H" && Number(x) < to - 0.5 && Number(end) > from + 0.5;
  });
})"""


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReceiverProcess]:
    receiver = ReceiverProcess(tmp_path_factory.mktemp("day") / "store")
    fill_with_a_day(receiver.store)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.kill()


async def see(looking: Looking, view: str = "past", start: int = -30, end: int = 480, **more: str) -> Page:
    """Open a view of some minutes of the day."""
    page = await looking.open()
    asked = {name: (DAY + minute * MINUTE).isoformat() for name, minute in (("from", start), ("to", end))}
    await page.evaluate("(hash) => { location.hash = hash; }", f"#/{view}?{urlencode(asked | more)}")
    await page.locator("#chart .line, #listing, #turns").first.wait_for(state="attached")
    return page


async def test_a_gap_is_hatched_and_no_line_goes_through_it(looking: Looking) -> None:
    page = await see(looking)
    seen = await page.evaluate(SEEN)
    assert seen["session"]["gaps"], "a gap is drawn"
    whole = max(seen["session"]["gaps"], key=lambda gap: gap[1] - gap[0])
    assert seen["session"]["line"] != ""
    assert not await page.evaluate(DRAWN_WITHIN, whole)
    assert "gap" in seen["session"]["said"]
    await page.get_by_role("link", name="Table").click()
    await expect(page.locator(".gap-row").first).to_contain_text(
        "Gap of 1 h 30 min: no reading, why is not kept any more."
    )


async def test_a_hit_is_filled_and_an_idle_session_is_no_window_and_no_solid_line(looking: Looking) -> None:
    page = await see(looking)
    seen = (await page.evaluate(SEEN))["session"]
    assert seen["fills"]
    assert len(seen["bands"]) == 1
    [still] = seen["still"]
    assert still[0] >= seen["bands"][0][1] - 1
    assert len(seen["turns"]) == 1
    assert "1 reset" in seen["said"]


async def test_unknown_idle_and_zero_are_different_words(looking: Looking) -> None:
    page = await see(looking, show="table")
    cells = page.locator("#listing tbody tr[data-at] td")
    words = [" ".join(words.split()) for words in await cells.all_inner_texts()]
    assert "unknown not read: its row was not found" in words
    assert "idle no window is open" in words
    assert "0 %" not in words


async def test_after_the_newest_reading_nothing_is_said_to_be_known(looking: Looking) -> None:
    page = await see(looking, start=300, end=900)
    cursor = page.locator(".cursor")
    box = await cursor.bounding_box()
    await page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 60)
    await expect(page.locator(".at-cursor").first).to_contain_text("no reading")
    await page.evaluate("() => { location.hash = '#/past?range=6h'; }")
    await expect(page.locator(".notices")).to_contain_text("Stale reading.")


async def test_the_day_on_which_clocks_go_forward_has_23_hours(looking: Looking) -> None:
    page = await see(looking, start=16 * 60, end=22 * 60)
    ticks = (await page.evaluate(SEEN)).get("session", {}).get("words") or await page.locator(
        ".axis-word"
    ).all_inner_texts()
    assert "Sun 29 Mar" in ticks
    assert "01:00" in ticks
    assert "02:00" not in ticks
    assert "03:00" in ticks


async def test_a_reset_and_a_hit_are_listed_with_both_readings_that_prove_them(looking: Looking) -> None:
    page = await see(looking, "resets")
    turn = page.locator("#turns tbody tr").first
    await expect(turn).to_contain_text("On time")
    await expect(turn).to_contain_text("between ")
    await turn.locator("summary").click()
    links = turn.locator(".evidence a")
    assert await links.count() == 2
    for place in range(2):
        address = await links.nth(place).get_attribute("href")
        version = await links.nth(place).inner_text()
        answer = await page.evaluate("(path) => fetch(path).then((answer) => answer.json())", address)
        assert answer["id"] == version
    hit = page.locator("#hits tbody tr").first
    await expect(hit).to_contain_text("ended by the reset")
    report = await page.get_by_role("link", name="Printable report").get_attribute("href")
    assert "format=html" in report
    assert await page.evaluate("(path) => fetch(path).then((answer) => answer.status)", report) == 200


async def test_on_a_phone_a_reset_takes_few_lines_and_early_is_not_said_as_before(looking: Looking) -> None:
    page = await see(looking, "resets")
    await page.set_viewport_size({"width": 390, "height": 800})
    turn = page.locator("#turns tbody tr").first
    await expect(turn).to_contain_text("5 min early to 5 min late")
    box = await turn.bounding_box()
    assert box["height"] < 4.5 * 21, "four lines"
    await expect(page.get_by_title("limit=session").first).to_have_text("Session")


async def test_a_wide_table_fits_and_a_narrow_one_shows_that_it_goes_on(looking: Looking) -> None:
    page = await see(looking, show="table")
    await page.set_viewport_size({"width": 1280, "height": 800})
    table = page.locator(".past .scroller")
    assert await table.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert "local" in await table.evaluate("one => getComputedStyle(one).backgroundAttachment")


async def test_ahead_says_why_nothing_is_expected(looking: Looking) -> None:
    page = await looking.open()
    await page.evaluate("() => { location.hash = '#/ahead'; }")
    card = page.locator('.forecast[data-limit="weekly"]')
    await expect(card.locator(".notice")).to_contain_text("unknown")
    await expect(card.locator("svg")).to_have_count(0)
    told = await page.evaluate("""async () => {
      const base = document.querySelector('script[type="module"]').src;
      const { lackOf } = await import(new URL("figures/foreseen.js", base));
      return lackOf({ status: "not_enough_data", knownHours: 40, neededHours: 168 }, Date.now());
    }""")
    assert told == {
        "lead": "Not enough data.",
        "text": "40 of 168 hours of use are known; 128 more are needed.",
    }
