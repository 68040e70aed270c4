"""Who is logged in: the cookies given out, and since when they count (pure; moments are passed in)."""

import secrets
from datetime import datetime, timedelta

__all__ = ["COOKIE", "LIFETIME", "Logins", "safe_return"]

COOKIE = "sessionKey"
LIFETIME = timedelta(days=28)
"""How long the real page's login lasts."""

MOST = 1000
USAGE = "/settings/usage"


class Logins:
    """The logins since the console started; a restart forgets them, as it forgets that they are needed."""

    def __init__(self) -> None:
        self._issued: dict[str, datetime] = {}

    def issue(self, now: datetime) -> str:
        """Log a browser in; returns its cookie's value."""
        while len(self._issued) >= MOST:
            del self._issued[next(iter(self._issued))]
        token = f"practice-{secrets.token_hex(16)}"
        self._issued[token] = now
        return token

    def valid(self, token: str | None, *, since: datetime | None, now: datetime) -> bool:
        """Tell whether a cookie was given out by us, after `since`, and has not run out."""
        issued = self._issued.get(token or "")
        if issued is None or now >= issued + LIFETIME:
            return False
        return since is None or issued > since


def safe_return(text: str) -> str:
    """Return the address to go back to after a login if it is one of ours, else the usage page."""
    local = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if local else USAGE
