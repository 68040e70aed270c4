"""Opens the browser on the user's own profile for one visit, and sees to it that none is left behind.

The browser is what it is: no false user agent, no tricks against bot checks.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Mapping
from pathlib import Path

import structlog
from playwright.async_api import BrowserContext, Error, Page, Playwright, async_playwright

from services.scraper.browsing.caches import trim_caches
from services.scraper.browsing.chromium import CURE, find_browser, has_screen, launch_flags, running_as_root
from services.scraper.browsing.one_tab import one_tab
from services.scraper.browsing.profile import Purpose, hold_browser, hold_profile
from services.scraper.browsing.screen import find_screen_server, own_screen
from services.scraper.browsing.trouble import NotUpError, browser_trouble, no_screen
from services.scraper.judging.outcome import ScrapeError
from services.scraper.settings import ScraperSettings

__all__ = ["open_page"]

LAUNCH_SECONDS = 30
CLOSE_SECONDS = 3

UNWANTED = tuple(
    f"*.{ending}{query}"
    for ending in (
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "avif",
        "ico",
        "woff",
        "woff2",
        "ttf",
        "otf",
        "mp4",
        "webm",
    )
    for query in ("", "?*")
)
"""Images, fonts and media: no figure is in them."""

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def open_page(settings: ScraperSettings, *, purpose: Purpose = "scrape") -> AsyncIterator[Page]:
    """Open an empty page in the configured browser and close everything afterwards, whatever happens.

    For a login it is a window, whatever the mode. A browser that does not come up, as happens on a busy
    machine, is started once more. Raises ScrapeError when there is none.
    """
    if settings.browser_mode == "attach" and purpose == "scrape":
        async with _attached(settings) as page:
            yield page
        return
    async with contextlib.AsyncExitStack() as opened:
        try:
            page = await opened.enter_async_context(_own(settings, purpose))
        except NotUpError as error:
            log.warning("the browser did not come up and is started once more", reason=str(error))
            page = await opened.enter_async_context(_own(settings, purpose))
        yield page


@contextlib.asynccontextmanager
async def _own(settings: ScraperSettings, purpose: Purpose) -> AsyncIterator[Page]:
    """Open a browser of our own on the profile."""
    headed = settings.browser_mode == "headed" or purpose == "login"
    executable = _executable(settings)
    async with (
        hold_profile(settings.state_dir, purpose) as profile,
        _screen(headed=headed, seen=purpose == "login") as screen,
        _driver() as playwright,
    ):
        if trim_caches(settings.state_dir, profile):
            log.debug("the profile's caches were cleared")
        async with _launched(playwright, settings, profile, executable, screen if headed else None) as page:
            yield page


def _executable(settings: ScraperSettings) -> Path:
    """Find the browser before anything is opened; raises ScrapeError when there is none."""
    if executable := find_browser(settings.browser_path):
        return executable
    named = f"SCRAPER_BROWSER_PATH names {settings.browser_path}, which cannot be run"
    raise ScrapeError(
        "browser_failed", named if settings.browser_path else "no Chrome or Chromium was found", CURE
    )


@contextlib.asynccontextmanager
async def _driver() -> AsyncIterator[Playwright]:
    playwright = await async_playwright().start()
    try:
        yield playwright
    finally:
        await _bounded(playwright.stop(), "the browser's driver")


@contextlib.asynccontextmanager
async def _screen(*, headed: bool, seen: bool) -> AsyncIterator[Mapping[str, str]]:
    """See that a window can be opened, if there is to be one; yields the variables that say where.

    Where there is no screen one is made, but not for a window that somebody has to see.
    """
    if not headed or has_screen():
        yield {}
        return
    server = find_screen_server()
    if seen or not server:
        raise no_screen()
    async with own_screen(server) as where:
        yield where


@contextlib.asynccontextmanager
async def _launched(
    playwright: Playwright,
    settings: ScraperSettings,
    profile: Path,
    executable: Path,
    screen: Mapping[str, str] | None,
) -> AsyncIterator[Page]:
    """Launch the browser: with a window on a screen, or without one."""
    as_root, headed = running_as_root(), screen is not None
    with browser_trouble():
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            headless=not headed,
            args=launch_flags(as_root=as_root),
            chromium_sandbox=not as_root,
            locale="en-US",
            timezone_id=settings.zone_name,
            no_viewport=True if headed else None,
            timeout=LAUNCH_SECONDS * 1000,
            env={**os.environ, **screen} if screen else None,
        )
    try:
        page = context.pages[0] if context.pages else await context.new_page()
        if not headed:
            await _leave_out_unwanted(context, page)
        yield page
    finally:
        await _bounded(context.close(), "the browser")


@contextlib.asynccontextmanager
async def _attached(settings: ScraperSettings) -> AsyncIterator[Page]:
    """Open a tab in the user's running browser, behind the others, and let it render there."""
    async with (
        hold_browser(settings.state_dir, "scrape"),
        one_tab(settings.attach_url, settings.state_dir) as address,
        _driver() as playwright,
    ):
        browser = await playwright.chromium.connect_over_cdp(
            address, no_defaults=True, timeout=LAUNCH_SECONDS * 1000
        )
        try:
            context = browser.contexts[0]
            page = context.pages[0]
            session = await context.new_cdp_session(page)
            await session.send("Emulation.setFocusEmulationEnabled", {"enabled": True})
            await _leave_out_unwanted(context, page)
            yield page
        finally:
            await _bounded(browser.close(), "the connection to your browser")


async def _leave_out_unwanted(context: BrowserContext, page: Page) -> None:
    """Block by address inside the browser: routing every request through here would cost a second."""
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.setBlockedURLs", {"urls": list(UNWANTED)})


async def _bounded(closing: Awaitable[None], what: str) -> None:
    """Wait for something to close, but not for ever: the driver ends its browsers when it ends itself."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await closing
    except TimeoutError:
        log.warning("it did not close in time", what=what)
    except Error as error:
        log.debug("it was closed already", what=what, reason=str(error))
