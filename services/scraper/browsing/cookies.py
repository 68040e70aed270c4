"""What the scraper takes from the cookies: when the login ends, and what must never be written down."""

import contextlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from playwright.async_api import CDPSession, Error, Page

__all__ = ["LOGIN_COOKIE", "SiteCookies"]

LOGIN_COOKIE = "sessionKey"
"""The cookie that is the login to Claude."""


class SiteCookies:
    """The cookies that the page's own site would get, looked at anew each time.

    Their values stay in memory, to be masked wherever they turn up; `login_ends` (UTC) is all that is kept.
    """

    def __init__(self, page: Page, url: str) -> None:
        """Take the page and the address whose cookies count."""
        self._page = page
        self._url = url
        self._session: CDPSession | None = None
        self.values: list[str] = []
        self.login_ends: datetime | None = None

    async def look(self) -> None:
        """Read them; what cannot be read stays as it was."""
        with contextlib.suppress(Error):
            if self._session is None:
                self._session = await self._page.context.new_cdp_session(self._page)
            addresses = [self._url, *([self._page.url] if self._page.url.startswith("http") else [])]
            found = (await self._session.send("Network.getCookies", {"urls": addresses}))["cookies"]
            values = {str(cookie["value"]) for cookie in found}
            spelt = values | {unquote(value) for value in values}
            # A site may note which page was looked at last: the settings' own address is no secret.
            self.values = sorted(value for value in spelt if value not in self._url)
            self.login_ends = _login_ends(found)


def _login_ends(cookies: list[dict[str, Any]]) -> datetime | None:
    ends = [float(cookie.get("expires", -1)) for cookie in cookies if cookie["name"] == LOGIN_COOKIE]
    try:
        return (
            datetime.fromtimestamp(max(ends), UTC).replace(microsecond=0)
            if max(ends, default=-1) > 0
            else None
        )
    except (OverflowError, ValueError, OSError):
        return None
