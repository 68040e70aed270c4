"""The Chromium of this machine, for tests that look at a page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from services.scraper.browsing.chromium import find_browser, launch_flags, running_as_root


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Open it, as the scraper would."""
    as_root = running_as_root()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_browser(None),
            args=launch_flags(as_root=as_root),
            chromium_sandbox=not as_root,
        )
        try:
            yield browser
        finally:
            await browser.close()
