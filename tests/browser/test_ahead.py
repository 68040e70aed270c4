"""What the forecasts say of themselves: figures that a person can use, and nothing that looks known and is not."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.looking import Looking

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FROM_FIGURES = """async ([name, ...given]) => {
  const base = document.querySelector('script[type="module"]').src;
  const words = await import(new URL("figures/foreseen.js", base));
  return words[name](...given);
}"""

ACCURACY = {"forecasts": 12, "meanError": 1.5, "straightLineError": 4.25, "bands": 12, "held": 0.83}
UNTOLD = {"forecasts": 12, "meanError": None, "straightLineError": None, "bands": 0, "held": None}
QUIET = {"meanChance": 0, "hitShare": 0, "untoldHits": 0, "atReset": ACCURACY, "hitTime": UNTOLD}


async def rows(page: Page, **judgement: Any) -> dict[str, tuple[str, str]]:
    forecast = {"judgement": QUIET | judgement, "holds": 0.8}
    told = await page.evaluate(FROM_FIGURES, ["scoresOf", forecast])
    return {one["what"]: (one["figure"], one["beside"]) for one in told}


async def test_without_a_hit_that_was_told_or_came_nothing_is_said_of_their_times(looking: Looking) -> None:
    page = await looking.open()
    assert await rows(page) == {
        "Off at the reset, on average": ("1.5 points", "a straight line: 4.3 points"),
        "Ended within the band": ("83 %", "meant: 80 %; of 12 bands"),
        "Time of 100 %": ("no hit to judge by", ""),
    }
    timed = ACCURACY | {"meanError": 30, "straightLineError": 90}
    hit = await rows(page, hitTime=timed, meanChance=0.4, hitShare=0.5)
    assert hit["Off at the time of 100 %, on average"] == ("30 min", "a straight line: 1 h 30 min")
    assert hit["Chance of 100 %, as told on average"] == ("40 %", "came to 100 %: 50 %")


@pytest.mark.parametrize(
    ("band", "said"),
    [
        ((48.2, 61.5, 79.9), "62 %, between 48 % and 80 %."),
        ((15.9, 15.9, 16.1), "16 %."),
        ((96, 100, 100), "100 % or more, hardly less than 96 %."),
        ((0.2, 99.7, 100), "99 %, between < 1 % and 100 % or more."),
    ],
)
async def test_what_is_expected_is_said_in_whole_per_cent(
    looking: Looking, band: tuple[float, float, float], said: str
) -> None:
    page = await looking.open()
    forecast = {
        "atReset": dict(zip(("low", "likely", "high"), band, strict=True)),
        "resetsAt": "2026-11-22T12:00:00Z",
    }
    told = await page.evaluate(FROM_FIGURES, ["endTold", forecast, 0])
    assert told.endswith(f": {said}")
