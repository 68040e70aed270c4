"""The login: a real window on the scraper's own profile, open until the usage page is there."""

import asyncio
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.async_api import Page

from services.scraper.browsing.browser import open_page
from services.scraper.browsing.trouble import browser_trouble
from services.scraper.extract.snapshot import Unreadable
from services.scraper.judging.outcome import ScrapeError
from services.scraper.judging.session import door_of
from services.scraper.judging.settle import Seen
from services.scraper.settings import ScraperSettings
from services.scraper.visiting.visit import Visit
from shared.clock import Clock
from shared.schemas.usage import Snapshot

__all__ = ["log_in"]

LOOK_SECONDS = 1.0
ELSEWHERE_LOOKS = 5
"""Looks at another page of the site, with no login in sight, before the usage page is asked for again."""

UNREADABLE_LOOKS = 30
"""Looks at the usage page itself before it is called loaded but not readable."""


async def log_in(
    settings: ScraperSettings, clock: Clock, opened: Callable[[], object], *, anew: bool = False
) -> Snapshot | None:
    """Wait, for as long as the window is open, until the usage page is there, and return what it says.

    `opened` is called once the window is there. With `anew` the site forgets the present login first.
    None when the login is through but the page cannot be read. Raises ScrapeError when no window can be
    opened, the profile is in use, or the window was closed.
    """
    with browser_trouble():
        async with open_page(settings, purpose="login") as page:
            opened()
            if anew:
                host = urlsplit(settings.usage_url).hostname or ""
                await page.context.clear_cookies(domain=re.compile(rf"^\.?{re.escape(host)}$"))
            try:
                return await _wait_for_usage(page, settings, clock)
            except ScrapeError:
                if page.is_closed():
                    raise ScrapeError("login_required", "the window was closed too early") from None
                raise


async def _wait_for_usage(page: Page, settings: ScraperSettings, clock: Clock) -> Snapshot | None:
    visit = Visit(page, settings, clock)
    await visit.load()
    elsewhere = arrived = 0
    while arrived < UNREADABLE_LOOKS:
        seen = await visit.look()
        if seen and not isinstance(seen.read, Unreadable):
            return seen.read
        place = _place(seen, settings)
        elsewhere, arrived = (elsewhere + 1) * (place == "elsewhere"), (arrived + 1) * (place == "usage")
        if elsewhere >= ELSEWHERE_LOOKS:
            elsewhere = 0
            await visit.load()
        await asyncio.sleep(LOOK_SECONDS)
    return None


def _place(seen: Seen | None, settings: ScraperSettings) -> str:
    """Say where the window is: at the usage page, elsewhere on its site, or where the login goes on.

    The login must not be disturbed, on whichever site it happens.
    """
    if seen is None or door_of(seen.page) is not None:
        return "login"
    here, wanted = urlsplit(seen.page.url), urlsplit(settings.usage_url)
    if here.netloc != wanted.netloc:
        return "login"
    return "usage" if wanted.path in {here.path, f"/{here.fragment}"} else "elsewhere"
