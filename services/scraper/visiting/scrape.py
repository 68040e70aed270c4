"""One scrape from launch to outcome. It never raises for what a browser, a page or a network can do."""

import asyncio

import msgspec
import structlog
from playwright.async_api import Error

from services.scraper.browsing.browser import open_page
from services.scraper.browsing.trouble import browser_trouble
from services.scraper.judging.judging import judge
from services.scraper.judging.outcome import Outcome, ScrapeError, outcome_of
from services.scraper.settings import ScraperSettings
from services.scraper.visiting.visit import Visit
from shared.clock import Clock

__all__ = ["scrape"]

LONGEST_SECONDS = 120
"""A bound over all the others, so that a hanging browser cannot stop the readings for good."""

log = structlog.get_logger()


async def scrape(settings: ScraperSettings, clock: Clock) -> Outcome:
    """Launch the browser, read the page, close the browser, and say how it went."""
    started, read = clock.monotonic(), None
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            with browser_trouble():
                async with open_page(settings) as page:
                    visit = Visit(page, settings, clock)
                    seen = await visit.read()
                    outcome = judge(seen, seconds=clock.monotonic() - started)
                    read = msgspec.structs.replace(outcome, login_ends=visit.login_ends)
        return read  # noqa: TRY300 - what goes wrong after the reading is below
    except Exception as error:  # noqa: BLE001 - a page can be odder than anybody thought: the service goes on
        if read is not None:
            log.warning("the browser did not close in order", reason=str(error))
            return read
        return _ended_by(error)


def _ended_by(error: Exception) -> Outcome:
    if isinstance(error, ScrapeError):
        return outcome_of(error)
    if isinstance(error, TimeoutError):
        return Outcome(state="browser_failed", detail=f"it took more than {LONGEST_SECONDS} seconds")
    if isinstance(error, (Error, OSError)):
        return Outcome(state="browser_failed", detail=str(error))
    log.error("the page could not be read for a fault of Marigraph's own", exc_info=error)
    return Outcome(
        state="layout_changed",
        detail=f"reading it failed ({type(error).__name__})",
        advice="Please report this, with what the log says. The scraper tries again by itself.",
    )
