"""One visit to the usage page: load it, look until it has settled, press Refresh when its figures are old."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from datetime import datetime
from importlib import resources

import msgspec
from playwright.async_api import Error, Page

from services.scraper.browsing.cookies import SiteCookies
from services.scraper.browsing.trouble import browser_trouble
from services.scraper.capturing.scrub import scrubbed
from services.scraper.extract.captured import CapturedPage, View, decode_view, same_view
from services.scraper.extract.languages import LANGUAGES
from services.scraper.extract.snapshot import extract
from services.scraper.judging.outcome import ScrapeError
from services.scraper.judging.session import is_elsewhere
from services.scraper.judging.settle import Progress, Seen, better, moved_on, settled, wants_refresh
from services.scraper.settings import ScraperSettings
from services.scraper.visiting.answers import Watch
from shared.clock import Clock

__all__ = ["Visit"]

SCRIPT = resources.files("services.scraper.visiting").joinpath("page_script.js").read_text(encoding="utf-8")
LOAD_SECONDS = 20
LOOK_SECONDS = 5
PRESS_SECONDS = 2
REFRESH_SECONDS = 10
FIRST_LOOKS = 20
MANY_DOCUMENTS = 5
SHORT_PAUSE, LONG_PAUSE = 0.05, 0.2

REFRESH = re.compile(rf"^\s*(?:{'|'.join(table.refresh.pattern for table in LANGUAGES)})\s*$", re.IGNORECASE)


class Visit:
    """Reads one page that is open in the browser."""

    def __init__(self, page: Page, settings: ScraperSettings, clock: Clock) -> None:
        """Take an empty page; nothing is loaded yet."""
        self._page = page
        self._settings = settings
        self._clock = clock
        self._watch = Watch(page)
        self._cookies = SiteCookies(page, settings.usage_url)
        self._garbled = False

    @property
    def login_ends(self) -> datetime | None:
        """When the login's cookie expires (UTC), None when there is none that says so."""
        return self._cookies.login_ends

    async def read(self) -> Seen:
        """Load the page and read it, refreshed if its figures are old. Raises ScrapeError."""
        try:
            await self.load()
            seen = await self._until(settled)
            if wants_refresh(seen) and await self._press_refresh():
                before = seen
                await self._until(lambda now: moved_on(before, now.seen) or now.elapsed >= REFRESH_SECONDS)
                seen = better(before, await self._until(settled))
            return seen
        finally:
            await self._watch.close()

    async def load(self) -> None:
        """Ask for the usage page; raises ScrapeError when the server does not answer."""
        with browser_trouble():
            await self._page.goto(self._settings.usage_url, wait_until="commit", timeout=LOAD_SECONDS * 1000)

    async def look(self) -> Seen | None:
        """Take what is on the page now; None while it does not respond or is between two documents."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                view = decode_view(await self._page.evaluate(SCRIPT))
                await self._cookies.look()
        except TimeoutError:
            return None
        except msgspec.DecodeError:  # the page's own scripts have changed how anything is written as JSON
            self._garbled = True
            return None
        except Error as error:
            if self._page.is_closed() or "closed" in str(error):
                with browser_trouble():
                    raise
            return None
        captured = scrubbed(self._captured(view), self._cookies.values)
        return Seen(captured, extract(captured, collector=self._settings.collector_name))

    def _captured(self, view: View) -> CapturedPage:
        return CapturedPage(
            taken_at=self._clock.now(),
            url=view.url,
            title=view.title,
            zone=view.zone or self._settings.zone_name,
            language=view.language,
            status=self._watch.status,
            mitigated=self._watch.mitigated,
            elements=view.elements,
            pieces=view.pieces,
            answers=list(self._watch.answers),
            unfinished=self._watch.unfinished,
            elsewhere=is_elsewhere(self._settings.usage_url, view.url),
        )

    async def _until(self, enough: Callable[[Progress], bool]) -> Seen:
        """Look again and again until it is enough."""
        started = changed = self._clock.monotonic()
        last: Seen | None = None
        looks = 0
        while True:
            seen = await self.look()
            now = self._clock.monotonic()
            if seen and (last is None or not same_view(last.page, seen.page)):
                changed = now
            last = seen or last
            if last:
                progress = Progress(last, now - started, now - changed, self._watch.pending)
                if enough(progress):
                    return last
            elif now - started > LOAD_SECONDS:
                raise self._no_look()
            looks += 1
            await asyncio.sleep(SHORT_PAUSE if looks < FIRST_LOOKS else LONG_PAUSE)

    def _no_look(self) -> ScrapeError:
        """Say why nothing could be seen: no page stayed, or the one that did is stuck."""
        if self._watch.documents > MANY_DOCUMENTS:
            return ScrapeError("network", "the site sends the browser from page to page without end")
        if self._garbled:
            return ScrapeError("layout_changed", "the page's own scripts keep its content from being taken")
        return ScrapeError("browser_failed", "the page does not respond")

    async def _press_refresh(self) -> bool:
        """Press the page's Refresh button; False when there is none to press."""
        button = self._page.get_by_role("button", name=REFRESH)
        with contextlib.suppress(Error):
            for index in range(await button.count()):
                if await button.nth(index).is_visible():
                    await button.nth(index).click(timeout=PRESS_SECONDS * 1000)
                    return True
        return False
