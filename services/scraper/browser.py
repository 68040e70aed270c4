"""Opens the browser on the user's own profile for one visit, and sees to it that none is left behind.

The browser is what it is: no false user agent, no tricks against bot checks.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Iterator

import structlog
from playwright.async_api import BrowserContext, Error, Page, Playwright, async_playwright

from services.scraper.chromium import CURE, find_browser, launch_flags, running_as_root
from services.scraper.outcome import ScrapeError
from services.scraper.profile import hold_profile
from services.scraper.settings import ScraperSettings

__all__ = ["browser_trouble", "open_page"]

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
async def open_page(settings: ScraperSettings, *, headed: bool | None = None) -> AsyncIterator[Page]:
    """Open an empty page in the configured browser and close everything afterwards, whatever happens.

    `headed` overrides the configured mode (for the login). Raises ScrapeError when there is no such browser.
    """
    playwright = await async_playwright().start()
    try:
        if settings.browser_mode == "attach" and headed is None:
            async with _attached(playwright, settings) as page:
                yield page
        else:
            show = settings.browser_mode == "headed" if headed is None else headed
            async with _launched(playwright, settings, headed=show) as page:
                yield page
    finally:
        await _bounded(playwright.stop(), "the browser's driver")


@contextlib.asynccontextmanager
async def _launched(
    playwright: Playwright, settings: ScraperSettings, *, headed: bool
) -> AsyncIterator[Page]:
    executable = find_browser(settings.browser_path)
    if executable is None:
        named = f"SCRAPER_BROWSER_PATH names {settings.browser_path}, which cannot be run"
        raise ScrapeError(
            "browser_failed", named if settings.browser_path else "no Chrome or Chromium was found", CURE
        )
    as_root = running_as_root()
    with hold_profile(settings.state_dir) as profile:
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
            )
        try:
            page = context.pages[0] if context.pages else await context.new_page()
            if not headed:
                await _leave_out_unwanted(context, page)
            yield page
        finally:
            await _bounded(context.close(), "the browser")


@contextlib.asynccontextmanager
async def _attached(playwright: Playwright, settings: ScraperSettings) -> AsyncIterator[Page]:
    """Open a tab in the user's running browser, and close no other."""
    try:
        browser = await playwright.chromium.connect_over_cdp(
            settings.attach_url, timeout=LAUNCH_SECONDS * 1000
        )
    except Error as error:
        raise ScrapeError(
            "browser_failed",
            f"no browser answers at {settings.attach_url}",
            "Start Chrome with --remote-debugging-port=9222 --user-data-dir=DIR; see SCRAPER_ATTACH_URL.",
        ) from error
    context = browser.contexts[0] if browser.contexts else await browser.new_context()
    page = await context.new_page()
    try:
        await _leave_out_unwanted(context, page)
        yield page
    finally:
        await _bounded(page.close(), "the tab")


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


@contextlib.contextmanager
def browser_trouble() -> Iterator[None]:
    """Turn the browser library's errors into ours."""
    try:
        yield
    except Error as error:
        raise _translated(str(error)) from error


def _translated(text: str) -> ScrapeError:
    if re.search(r"ProcessSingleton|exitCode=21|Opening in existing browser session", text):
        return ScrapeError("profile_locked", "another browser has it open")
    if re.search(r"Missing X server|\$DISPLAY|ozone_platform_x11", text):
        return ScrapeError(
            "browser_failed",
            "there is no screen to open a window on",
            "Run this where there is a desktop, or under `xvfb-run`; or use SCRAPER_BROWSER_MODE=headless.",
        )
    if code := re.search(r"net::(ERR_[A-Z_]+)", text):
        return ScrapeError("network", code[1])
    if re.search(r"Timeout \d+ms exceeded", text) and "goto" in text:
        return ScrapeError("network", "the server did not answer in time")
    return ScrapeError(
        "browser_failed", text.strip().splitlines()[0][:200] if text.strip() else "no reason given"
    )
