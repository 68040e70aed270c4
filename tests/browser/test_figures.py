"""What is seen equals what the receiver answers, and each kind of not knowing is shown as what it is."""

import random
from datetime import datetime, timedelta
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.browser.looking import Looking, alerts, cards, refresh
from tests.browser.snapshots import UNUSED, lifelike, moment, partial, reading, with_session
from tests.browser.stage import ReceiverProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def figure(percentage: float) -> str:
    tenths = floor(round(percentage * 10, 6))
    return f"{tenths // 10 if tenths % 10 == 0 else tenths / 10} %"


def readings_of(snapshot: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The readings that are compared, by the limit whose card shows them."""
    weekly = snapshot["weeklyLimits"]
    return {
        "session": snapshot["currentSession"],
        "weekly": weekly["allModels"],
        "weekly:sonnet": weekly["sonnetOnly"],
        "credits": snapshot["credits"],
    }


async def test_every_figure_and_reset_equals_the_answer(looking: Looking, receiver: ReceiverProcess) -> None:
    chance = random.Random(8)
    page = None
    for minute in range(20, 0, -5):
        snapshot = lifelike(minutes_old=minute / 10)
        for one in readings_of(snapshot).values():
            one["percentageUsed"] = round(chance.uniform(0.1, 100), chance.choice([0, 1, 2]))
            one["resetsAt"] = moment(timedelta(seconds=chance.randrange(3600, 20 * 86400)))
        receiver.post(snapshot)
        if page is None:
            page = await looking.open()
        else:
            await page.reload()
        answer = receiver.latest()
        seen = await cards(page)
        for limit, one in readings_of(answer).items():
            card = seen[limit]
            assert card.figure == figure(one["percentageUsed"])
            assert (card.role, float(card.meter)) == ("meter", one["percentageUsed"])
            assert card.height == pytest.approx(one["percentageUsed"], abs=0.5)
            resets_at = datetime.fromisoformat(one["resetsAt"])
            assert abs(datetime.fromisoformat(card.resets_at) - resets_at) < timedelta(milliseconds=1)
            assert resets_at.astimezone(BERLIN).strftime("%H:%M") in card.text
        total = answer["versionInfo"]["total"]
        recorded = "1 reading recorded" if total == 1 else f"{total} readings recorded"
        await expect(page.locator("#versions")).to_have_text(recorded)
    assert list(seen) == ["session", "weekly", "weekly:sonnet", "weekly:fable", "credits"]
    assert [card.name for card in seen.values()] == [
        "Session",
        "All models",
        "Sonnet only",
        "Fable",
        "Credits",
    ]
    assert "$208.47 of $500.00 spent" in seen["credits"].text
    assert await page.locator("#whose").inner_text() == "default · Max (20x)"
    assert await page.locator("#live").inner_text() == "Connected"


async def test_the_countdown_and_the_viewers_zone_are_shown(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post(with_session(resetsAt=moment(timedelta(hours=2, minutes=42, seconds=50))))
    page = await looking.open(timezone_id="America/New_York", locale="en-US")
    card = (await cards(page))["session"]
    local = datetime.fromisoformat(card.resets_at).astimezone(ZoneInfo("America/New_York"))
    assert f" {local.hour % 12 or 12}:{local:%M %p}".lower() in card.text
    assert "in 2 h 42 min" in card.text
    await expect(page.locator("#zone")).to_contain_text("America/New_York (UTC-")
    assert "New York" not in card.text
    title = await page.locator('[data-limit="session"] time').get_attribute("title")
    assert f"{local:%A}" in title
    assert f"{local:%Y}" in title


async def test_zero_idle_unused_and_unknown_are_four_different_sights(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    snapshot = with_session(percentageUsed=0, resetsAt=moment(4 * HOUR))
    snapshot["weeklyLimits"]["allModels"] = reading(0, "Starts when a message is sent", state="idle")
    del snapshot["weeklyLimits"]["sonnetOnly"]
    snapshot |= {"isPartial": True, "extractionErrors": {"sonnetOnly": "row not found"}}
    receiver.post(snapshot)
    page = await looking.open()
    seen = await cards(page)
    zero, idle, unknown, unused, _ = seen.values()
    assert (zero.state, zero.figure, zero.meter) == ("open", "0 %", "0")
    assert (idle.state, idle.figure, idle.meter) == ("idle", "idle", "0")
    assert "No window is open." in idle.text
    assert (unused.state, unused.figure, unused.meter) == ("unused", "unused", "0")
    assert UNUSED in unused.text
    assert (unknown.state, unknown.figure, unknown.meter, unknown.role) == ("unknown", "unknown", None, "img")
    assert "row not found" in unknown.text
    assert "0" not in unknown.text
    tubes = [page.locator(f'[data-limit="{limit}"] .tube') for limit in list(seen)[:4]]
    assert len({await tube.screenshot() for tube in tubes}) == 4


async def test_what_a_partial_reading_misses_is_unknown_with_the_reason_and_the_rest_stands(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    snapshot = partial()
    snapshot["extractionErrors"] |= {
        "weeklyLimits.scoped.opus": "two numbers in one row",
        "lastUpdated": "its words are not understood",
    }
    receiver.post(snapshot)
    page = await looking.open()
    seen = await cards(page)
    assert [card.figure for card in seen.values()] == [
        "idle",
        "100 %",
        "unknown",
        "unused",
        "unknown",
        "unknown",
    ]
    assert "its row was not found" in seen["weekly:sonnet"].text
    assert "two numbers in one row" in seen["weekly:opus"].text
    assert "its amount was not understood" in seen["credits"].text
    said = "Partial reading. Not everything could be read. lastUpdated: its words are not understood"
    assert said in await alerts(page)


async def test_a_session_or_week_that_is_not_in_the_answer_is_unknown_without_any_error(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    receiver.post({"lastUpdated": moment(-HOUR / 60), "credits": {"used": 12.5, "currency": "A$ (AUD)"}})
    page = await looking.open()
    seen = await cards(page)
    assert [(limit, card.figure) for limit, card in seen.items()] == [
        ("session", "unknown"),
        ("weekly", "unknown"),
        ("credits", "12.50 A$ (AUD)"),
    ]
    assert "no limit is given" in seen["credits"].text
    assert seen["credits"].role == "img"
    session_alone = {"currentSession": reading(47), "lastUpdated": moment(-HOUR / 120)}
    receiver.post(session_alone | {"isPartial": True})
    await page.reload()
    figures = {limit: card.figure for limit, card in (await cards(page)).items()}
    assert figures == {"session": "47 %", "weekly": "unknown", "weekly:sonnet": "unknown"}


async def test_the_origins_payload_is_shown_in_the_pages_own_words_with_their_age(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    old = {"percentageUsed": 47, "resetsIn": "2 hr 42 min"}
    weekly = {"resetsIn": "Thu 7:00 AM", "percentageUsed": 31}
    limits = {"allModels": weekly, "sonnetOnly": {"resetsIn": "", "percentageUsed": 10}}
    receiver.post({"currentSession": old, "weeklyLimits": limits, "lastUpdated": moment(-HOUR / 20)})
    seen = await cards(await looking.open())
    assert "Resets: “2 hr 42 min”, the page said 3 min ago" in seen["session"].text
    assert "“Thu 7:00 AM”" in seen["weekly"].text
    assert [card.figure for card in seen.values()] == ["47 %", "31 %", "10 %"]
    assert seen["weekly:sonnet"].text.split("\n")[-1] == "10 %".replace(" ", "")


async def test_a_reset_that_could_not_be_dated_is_quoted_and_hides_no_figure(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    snapshot = with_session(resetsIn="very soon")
    snapshot["weeklyLimits"]["scoped"] = {"fable": reading(12, "someday", label="Fable")}
    why = "it cannot be told when this is"
    snapshot["extractionErrors"] = {
        f"{section}.resetsAt": why for section in ("currentSession", "weeklyLimits.scoped.fable")
    }
    receiver.post(snapshot)
    page = await looking.open()
    seen = await cards(page)
    assert [card.figure for card in seen.values()] == ["47 %", "31 %", "93 %", "12 %", "41.6 %"]
    assert "“very soon”" in seen["session"].text
    assert not any("Partial" in line for line in await alerts(page))


async def test_more_than_a_hundred_is_told_and_never_drawn_outside(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    snapshot = with_session(percentageUsed=100, percentageShown=104, resetsAt=moment(HOUR))
    snapshot["credits"]["percentageUsed"] = 112
    receiver.post(snapshot)
    seen = await cards(await looking.open())
    assert "The page shows 104 %." in seen["session"].text
    assert (seen["credits"].figure, seen["credits"].meter) == ("112 %", "100")
    assert seen["credits"].height == pytest.approx(100)


async def test_an_empty_record_explains_the_next_step_and_fills_by_itself(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    page = await looking.open()
    await expect(page.get_by_text("Start it all with")).to_be_visible()
    assert await page.locator("#limits > article").count() == 0
    await expect(page.locator("#live")).to_have_text("Connected")
    receiver.post(lifelike())
    await refresh(page)
    await expect(page.locator("#empty")).to_be_hidden()
    assert (await cards(page))["session"].figure == "47 %"


PROBES = [
    "<img src=x onerror=\"document.title='broken'\">",
    "<script>document.title='broken'</script>",
    "{{7*7}}",
]


async def test_whatever_a_snapshot_says_stays_text(looking: Looking, receiver: ReceiverProcess) -> None:
    image, script, braces = PROBES
    snapshot = with_session(resetsIn=image)
    del snapshot["weeklyLimits"]["sonnetOnly"]
    snapshot["weeklyLimits"]["scoped"] = {"__proto__": reading(1, label=script), image[:60]: reading(2)}
    snapshot |= {
        "plan": image,
        "isPartial": True,
        "extractionErrors": {"sonnetOnly": script, braces: image, "weeklyLimits.scoped.<b>": braces},
    }
    snapshot["credits"] = {"used": 1, "currency": "<b>USD</b>"}
    receiver.post(snapshot)
    page = await looking.open()
    seen = await cards(page)
    assert f"“{image}”" in seen["session"].text
    assert seen["weekly:__proto__"].name == script
    assert script in seen["weekly:sonnet"].text
    assert seen["weekly:<b>"].name == "<b>"
    assert seen["credits"].figure == "1.00 <b>USD</b>"
    assert image in await page.locator("#whose").inner_text()
    assert f"{braces}: {image}" in "".join(await alerts(page))
    assert await page.locator("main :is(img, script, b)").count() == 0
    assert "broken" not in await page.title()


async def test_every_tenth_of_a_per_cent_is_written_as_it_is_and_little_is_not_nothing(
    looking: Looking, receiver: ReceiverProcess
) -> None:
    page = await looking.open()
    written = await page.evaluate("""async () => {
      const base = document.querySelector('script[type="module"]').src;
      const { limitsOf } = await import(new URL("figures/limits.js", base));
      const stamp = new Date().toISOString();
      const shown = (percentageUsed) => limitsOf(
        { lastUpdated: stamp, time: stamp, currentSession: { percentageUsed } }, Date.now(),
      )[0].number;
      return [...Array.from({ length: 1001 }, (_, tenth) => shown(tenth / 10)), shown(0.04), shown(99.99)];
    }""")
    expected = [str(tenth // 10) if tenth % 10 == 0 else str(tenth / 10) for tenth in range(1001)]
    assert written == [*expected, "< 0.1", "99.9"]
