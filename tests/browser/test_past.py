"""The course of each limit: what is seen equals what the receiver answers, over whatever range."""

import random
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.lived import DAYS, fill_with_life
from tests.browser.looking import Looking
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RANGES = 50
STEP = "document.querySelector('.body').dataset.step"

ROWS = r"""() => [...document.querySelectorAll("#listing tbody tr[data-at]")].map((row) => [
  new Date(Number(row.dataset.at)).toISOString(),
  ...[...row.cells].slice(1).map((cell) => cell.innerText.trim().replace(/\s+/g, " ")),
])"""

ASK = "(path) => fetch(`api/v1/accounts/default/${path}`).then((answer) => answer.json())"

OVERFLOWING = """() => [document.documentElement, ...document.querySelectorAll("main > div, main section, main svg")]
  .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth)
  .map((element) => element.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReceiverProcess]:
    receiver = ReceiverProcess(tmp_path_factory.mktemp("lived") / "store")
    fill_with_life(receiver.store)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.kill()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, receiver: ReceiverProcess) -> AsyncIterator[Page]:
    """A page that is logged in, of which misdeeds are reported."""
    looking = Looking(browser, receiver)
    page = await looking.open(bypass_csp=True)
    yield page
    await looking.close()
    assert looking.misdeeds == []


async def past(page: Page, start: datetime, end: datetime, **more: str) -> None:
    """Go to a range and wait until it is drawn."""
    asked = {"from": told(start), "to": told(end), **more}
    drawn = f"{start.timestamp() * 1000:.0f}/{end.timestamp() * 1000:.0f}"
    await page.evaluate("(hash) => { location.hash = hash; }", f"#/past?{urlencode(asked)}")
    await page.wait_for_function(
        "(drawn) => document.querySelector('.body')?.dataset.range === drawn", arg=drawn
    )


def told(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def percent(value: float) -> str:
    tenths = floor(round(value * 10, 6))
    return f"{tenths // 10 if tenths % 10 == 0 else tenths / 10}"


def words_of(column: dict[str, Any]) -> str:
    """What a reading or a step is to be called."""
    value = column["percentage"] if "percentage" in column else column["last"]
    if value is None:
        failed = column.get("unread", 1) > 0
        return f"unknown not read: {column['reason']}" if failed else "no reading"
    if column.get("state") == "idle" and value == 0:
        return "idle no window is open"
    if column.get("state") == "unused" and value == 0:
        return "unused"
    words = [f"{percent(value)} %"]
    more = []
    if column.get("min", value) != column.get("max", value):
        more.append(f"from {percent(column['min'])} to {percent(column['max'])} %")
    if column.get("count", 1) > 1:
        more.append(f"{column['count']} readings")
    return " ".join(words + [", ".join(more)] * bool(more))


def some_range(chance: random.Random) -> tuple[datetime, datetime]:
    """A range within the record or across its ends, of ten minutes to all of it."""
    now = datetime.now(UTC).replace(microsecond=0)
    length = timedelta(minutes=10 * (DAYS * 144) ** chance.random() + 1)
    start = now - timedelta(days=DAYS + 1) * chance.random()
    return start.replace(microsecond=0), (start + length).replace(microsecond=0)


async def columns_of(page: Page, start: datetime, end: datetime) -> list[dict[str, dict[str, Any]]]:
    """What the receiver answers: for each limit its readings or steps, by the moment at which they begin."""
    step = await page.evaluate(STEP)
    asked = {"from": told(start), "to": told(end)} | ({} if step == "readings" else {"step": step})
    answer = await page.evaluate(ASK, f"series?{urlencode(asked)}")
    return [
        {
            told_moment(max(datetime.fromisoformat(one.get("time") or one["start"]), start)): one
            for one in series.get("readings", series.get("buckets"))
        }
        for series in answer["series"]
    ]


def told_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_every_figure_of_the_table_equals_the_answer_over_random_ranges(page: Page) -> None:
    chance = random.Random(8)
    compared = 0
    for _ in range(RANGES):
        start, end = some_range(chance)
        await past(page, start, end, show="table")
        columns = await columns_of(page, start, end)
        rows = await page.evaluate(ROWS)
        seen = [{row[0]: row[1 + place] for row in rows} for place in range(len(columns))]
        for place, series in enumerate(columns):
            read = {at: words_of(one) for at, one in series.items() if one.get("count", 1) > 0}
            assert {at: seen[place][at] for at in read} == read
            compared += len(read)
            silent = {at for at in seen[place] if at not in read}
            assert {seen[place][at].split()[0] for at in silent} <= {"no", "unknown"}
    assert compared > 1000 * RANGES / 10


async def test_what_the_cursor_says_equals_the_answer(page: Page) -> None:
    chance = random.Random(12)
    now = datetime.now(UTC).replace(microsecond=0)
    for hours in (3, 20, 24 * 6, 24 * 14):
        end = now - timedelta(hours=chance.uniform(1, 24))
        start = (end - timedelta(hours=hours)).replace(microsecond=0)
        await past(page, start, end := end.replace(microsecond=0))
        columns = await columns_of(page, start, end)
        cursor = page.get_by_role("slider", name="Moment in the chart")
        await cursor.focus()
        for _ in range(12):
            await page.keyboard.press(chance.choice(["ArrowRight", "PageUp", "PageDown", "ArrowLeft"]))
            at = told_moment(datetime.fromtimestamp(float(await cursor.get_attribute("data-at")) / 1000, UTC))
            said = await page.locator(".at-cursor").all_inner_texts()
            for words, series in zip(said, columns, strict=True):
                if words.startswith(("gap", "unknown · nothing")):
                    continue
                read = words.replace(" · ", " ")
                assert re.sub(",? no window is open$", "", read) == words_of(series[at]).replace(
                    "idle no window is open", "idle"
                )


async def test_dragging_zooms_the_address_says_it_and_back_leads_back(page: Page) -> None:
    end = datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(days=1)
    start = end - timedelta(days=4)
    await past(page, start, end)
    before = page.url
    box = await page.locator(".cursor").bounding_box()
    await page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=4)
    await page.mouse.up()
    await page.wait_for_url(lambda url: url != before)
    shown = page.locator(".body:not([aria-busy])")
    await expect(shown).not_to_have_attribute(
        "data-range", f"{start.timestamp() * 1000:.0f}/{end.timestamp() * 1000:.0f}"
    )
    low, high = map(float, (await shown.get_attribute("data-range")).split("/"))
    assert high - low == pytest.approx((end - start).total_seconds() * 200, rel=0.1)
    assert low == pytest.approx((start + 0.4 * (end - start)).timestamp() * 1000, abs=0.05 * 4 * 86_400_000)
    await page.go_back()
    await expect(shown).to_have_attribute(
        "data-range", f"{start.timestamp() * 1000:.0f}/{end.timestamp() * 1000:.0f}"
    )


async def test_keys_mark_a_stretch_and_enter_shows_it(page: Page) -> None:
    end = datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(days=1)
    await past(page, end - timedelta(days=2), end)
    cursor = page.get_by_role("slider", name="Moment in the chart")
    await cursor.focus()
    await page.keyboard.press("Home")
    first = float(await cursor.get_attribute("data-at"))
    await page.keyboard.press("Shift+PageUp")
    last = float(await cursor.get_attribute("data-at"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".body")).to_have_attribute("data-range", f"{first:.0f}/{last:.0f}")
    await expect(page.locator(".body")).to_have_attribute("data-step", "readings")


async def test_a_screen_reader_is_told_what_the_keys_reach(page: Page) -> None:
    end = datetime.now(UTC).replace(microsecond=0, second=0) - timedelta(days=1)
    await past(page, end - timedelta(hours=5), end)
    await page.get_by_role("slider", name="Moment in the chart").focus()
    await page.keyboard.press("End")
    told_words = page.locator("#reading-told[aria-live=polite]")
    await expect(told_words).to_contain_text("Session, ")
    await expect(told_words).to_contain_text(await page.locator("#reading-at").inner_text())


@pytest.mark.parametrize("view", ["past?range=7d", "past?range=6h&show=table", "resets?range=30d", "ahead"])
async def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page: Page, view: str) -> None:
    await page.evaluate("(hash) => { location.hash = hash; }", f"#/{view}")
    await page.locator("main :is(#chart .line, #listing, #turns, .forecast)").first.wait_for()
    if view.startswith("past"):
        await page.locator(".days a").first.wait_for()
    if view.startswith("resets"):
        await page.locator(".evidence summary").first.click()
    for scheme, width in (("light", 360), ("dark", 1440)):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 800})
        found = await Axe().run(page)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
        assert await page.evaluate(OVERFLOWING) == []
