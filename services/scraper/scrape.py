"""One scrape from launch to outcome. It never raises for what a browser, a page or a network can do."""

import asyncio

import msgspec
import structlog
from playwright.async_api import Error

from services.scraper.browser import browser_trouble, open_page
from services.scraper.judging import judge
from services.scraper.outcome import Outcome, ScrapeError, outcome_of
from services.scraper.settings import ScraperSettings
from services.scraper.visit import Visit
from shared.clock import Clock

__all__ = ["scrape"]

LONGEST_SECONDS = 120
"""A bound over all the others, so that a hanging browser cannot stop the readings for good."""

log = structlog.get_logger()


async def scrape(settings: ScraperSettings, clock: Clock) -> Outcome:
    """Launch the browser, read the page, close the browser, and say how it went."""
    started = clock.monotonic()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            with browser_trouble():
                async with open_page(settings) as page:
                    visit = Visit(page, settings, clock)
                    seen = await visit.read()
                    read_after = clock.monotonic() - started
        outcome = judge(seen, seconds=read_after)
        return msgspec.structs.replace(outcome, login_ends=visit.login_ends)
    except ScrapeError as error:
        return outcome_of(error)
    except TimeoutError:
        return Outcome(state="browser_failed", detail=f"it took more than {LONGEST_SECONDS} seconds")
    except (Error, OSError) as error:
        return Outcome(state="browser_failed", detail=str(error))
    except Exception as error:  # a page can be odder than anybody thought: it must not end the service
        log.exception("the page could not be read for a fault of Marigraph's own")
        return Outcome(
            state="layout_changed",
            detail=f"reading it failed ({type(error).__name__})",
            advice="Please report this, with what the log says. The scraper tries again by itself.",
        )
