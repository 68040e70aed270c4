"""One scrape from launch to outcome. It never raises for what a browser, a page or a network can do."""

import asyncio

import msgspec
import structlog
from playwright.async_api import Error

from services.scraper.browser import browser_trouble, open_page
from services.scraper.extract.snapshot import Unreadable
from services.scraper.fingerprint import fingerprint
from services.scraper.outcome import Outcome, ScrapeError, State
from services.scraper.session import door_of
from services.scraper.settings import ScraperSettings
from services.scraper.settle import Seen
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
                    seen, stale = await visit.read()
                    read_after = clock.monotonic() - started
        outcome = _outcome(seen, read_after, stale=stale)
        return msgspec.structs.replace(outcome, login_ends=visit.login_ends)
    except ScrapeError as error:
        return Outcome(state=error.state, detail=str(error), advice=error.advice)
    except TimeoutError:
        return Outcome(state="browser_failed", detail=f"it took more than {LONGEST_SECONDS} seconds")
    except (Error, OSError) as error:
        return Outcome(state="browser_failed", detail=str(error))


def _outcome(seen: Seen, seconds: float, *, stale: bool) -> Outcome:
    if isinstance(seen.read, Unreadable):
        return _unread(seen, seen.read, seconds)
    if stale:
        return Outcome(
            state="stale_page",
            detail=f"they are of {seen.read.last_updated:%Y-%m-%d %H:%M} UTC",
            page=seen.page,
        )
    state: State = "partial" if seen.read.is_partial else "ok"
    return Outcome(state=state, snapshot=seen.read, page=seen.page, seconds=seconds)


def _unread(seen: Seen, read: Unreadable, seconds: float) -> Outcome:
    """Say what stands before the page, or how it has changed."""
    door = door_of(seen.page)
    if door is not None:
        detail = _status(seen) if door == "network" else ""
        return Outcome(state=door, detail=detail, page=seen.page, seconds=seconds)
    reasons = [f"{section}: {reason}" for section, reason in read.reasons.items()]
    detail = "; ".join([*reasons, f"the page's structure is {fingerprint(seen.page)}"])
    return Outcome(
        state="layout_changed",
        detail=detail,
        page=seen.page,
        seconds=seconds,
        sections_found=list(read.found),
        sections_failed=read.reasons,
    )


def _status(seen: Seen) -> str:
    statuses = [seen.page.status, *(answer.status for answer in seen.page.answers)]
    return f"the server answered {max(statuses)}"
