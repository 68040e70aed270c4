"""Takes a login out of the scraper's profile, and puts one in: nothing is loaded from the site for it."""

import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, Route

from services.scraper.browsing.browser import open_page
from services.scraper.browsing.cookies import SiteCookies
from services.scraper.browsing.trouble import browser_trouble
from services.scraper.logins.login_age import seen
from services.scraper.logins.login_file import Login
from services.scraper.settings import ScraperSettings
from shared.clock import Clock
from shared.errors import PermanentError

__all__ = ["put_login", "site_of", "take_login"]

NOT_MOVED = re.compile(r"(?:__)?cf[_a-z]|_cfuvid", re.IGNORECASE)
"""Marks of a passed bot check: they belong to the machine that passed it and are no part of a login."""

EMPTY = "<!doctype html><title>moving a login</title>"
KEPT = ("name", "value", "domain", "path", "expires", "httpOnly", "secure", "sameSite")


def site_of(url: str) -> str:
    """Return the origin of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def take_login(settings: ScraperSettings, clock: Clock) -> Login:
    """Return the login of the scraper's profile. Raises ScrapeError; PermanentError if there is none."""
    site, now = site_of(settings.usage_url), clock.now().replace(microsecond=0)
    async with _empty_page(settings) as page:
        cookies: list[dict[str, Any]] = [
            {name: cookie[name] for name in KEPT if name in cookie}  # type: ignore[literal-required] # its own names
            for cookie in await page.context.cookies(settings.usage_url)
            if not NOT_MOVED.match(cookie["name"])
        ]
        if not cookies:
            raise PermanentError(f"nobody is logged in to {site} in this profile: run `make login` first")
        storage = await page.evaluate("() => Object.fromEntries(Object.entries(localStorage))")
        told = SiteCookies(page, settings.usage_url)
        await told.look()
    age = seen(None, now, told.login_ends) if told.login_ends else None
    return Login(
        site=site,
        exported_at=now,
        cookies=cookies,
        local_storage=storage,
        since=age.since if age else None,
        ends_at=age.ends_at if age else None,
    )


async def put_login(login: Login, settings: ScraperSettings) -> None:
    """Put a login into the scraper's profile. Raises ScrapeError, and PermanentError for another site's."""
    site = site_of(settings.usage_url)
    if login.site != site:
        raise PermanentError(f"the file holds a login to {login.site}, and SCRAPER_USAGE_URL is on {site}")
    async with _empty_page(settings) as page:
        await page.context.add_cookies(login.cookies)  # type: ignore[arg-type] # the library checks them
        fill = (
            "(all) => { for (const [name, value] of Object.entries(all)) localStorage.setItem(name, value); }"
        )
        await page.evaluate(fill, login.local_storage)


@contextlib.asynccontextmanager
async def _empty_page(settings: ScraperSettings) -> AsyncIterator[Page]:
    """Open an empty page that counts as the site's: every request is answered here, none leaves."""

    async def answer(route: Route) -> None:
        await route.fulfill(content_type="text/html", body=EMPTY)

    with browser_trouble():
        async with open_page(settings, purpose="session") as page:
            await page.route("**/*", answer)
            await page.goto(site_of(settings.usage_url) + "/")
            yield page
