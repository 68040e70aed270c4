"""How old the login is and when it ends (pure): told by its cookie's expiry, else by when it was first seen.

Only the moment of expiry is ever taken from a cookie, never its value.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

__all__ = ["LIFETIME", "WARN_AHEAD", "LoginAge", "ends_soon", "login_words", "seen"]

LIFETIME = timedelta(days=28)
"""How long a login to Claude lasts. A browser that keeps running was seen to outlive it by some days."""

WARN_AHEAD = timedelta(days=5)
"""How long before its end the user is told."""

SLACK = timedelta(hours=1)
"""By this much the clocks of the site and of this machine may differ."""


class LoginAge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A login: since when (or since its last renewal) and until when, in UTC, and what that is known by."""

    since: datetime
    ends_at: datetime
    known_by: Literal["cookie", "first_seen"]


def seen(before: LoginAge | None, now: datetime, cookie_ends: datetime | None) -> LoginAge:
    """Return what is known of the login behind a page that was just read.

    `before` is what was known until now, None when nobody was logged in. `cookie_ends` is when the login's
    cookie expires, None when there is none that says so.
    """
    if cookie_ends is None:
        return before or LoginAge(since=now, ends_at=now + LIFETIME, known_by="first_seen")
    given = cookie_ends - LIFETIME
    if given <= now + SLACK:
        return LoginAge(since=min(given, now), ends_at=cookie_ends, known_by="cookie")
    # It lasts longer than logins are known to: its expiry tells the end, but not the beginning.
    return LoginAge(since=before.since if before else now, ends_at=cookie_ends, known_by="cookie")


def ends_soon(login: LoginAge | None, now: datetime) -> bool:
    """Tell whether the user should log in anew before scraping stops."""
    return login is not None and login.ends_at - now <= WARN_AHEAD


def login_words(login: LoginAge, now: datetime) -> str:
    """Say how old the login is and how long it lasts."""
    age = f"{_days(now - login.since)} old"
    if login.ends_at <= now:
        return f"{age}; its usual end was {_days(now - login.ends_at)} ago: log in again (make login ANEW=1)"
    sure = "ends" if login.known_by == "cookie" else "probably ends"
    text = f"{age}, {sure} in {_days(login.ends_at - now)}"
    return f"{text}: log in again before that (make login ANEW=1)" if ends_soon(login, now) else text


def _days(span: timedelta) -> str:
    if span < timedelta(days=2):
        hours = max(0, int(span.total_seconds() // 3600))
        return "1 hour" if hours == 1 else f"{hours} hours"
    return f"{span.days} days"
