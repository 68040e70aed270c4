"""Tells what stands in the way of the usage page: a login, a bot check, a block of the region (pure).

Decided by what the page shows and the server answered. A bot check is no expired login: they never mix.
"""

import re
from typing import Literal
from urllib.parse import urlsplit

from services.scraper.extract.captured import CapturedPage, Text
from services.scraper.extract.tidy import tidy

__all__ = ["Door", "address_door", "door_of", "is_elsewhere"]

Door = Literal["login_required", "challenge", "region_blocked", "network"]

CHALLENGE_TITLE = re.compile(r"(?:just a moment|nur einen moment|un instant)(?:\.{3}|…)?", re.IGNORECASE)
CHALLENGE_TEXT = re.compile(
    r"performing security verification|verify(?:ing)? (?:that )?you are human.*|checking your browser.*|"
    r"sicherheitsüberprüfung wird durchgeführt|bestätigen sie,? dass sie ein mensch sind.*|"
    r"vérification de (?:la )?sécurité en cours|vérifiez que vous êtes (?:un )?humain.*",
    re.IGNORECASE,
)
LOGIN_PATH = re.compile(r"/(?:login|logout|signin|sign-in|oauth|magic-link)(?:/|$)", re.IGNORECASE)
LOGIN_TEXTS = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        r"(?:log|sign) ?in to claude|(?:bei|in) claude anmelden|se connecter à claude",
        r"(?:continue|weiter|fortfahren|continuer|se connecter) (?:with|mit|avec) google",
        r"mit (?:google|e-?mail) (?:weiter|fortfahren|anmelden)",
        r"(?:continue|weiter|fortfahren|continuer|se connecter) (?:with|mit|avec|par) e-?mail",
    )
)
REGION_PATH = "app-unavailable-in-region"
REGION_TITLE = re.compile(r"app unavailable in region.*", re.IGNORECASE)

ENOUGH_LOGIN_TEXTS = 2
UNAUTHORIZED = 401
FIRST_ERROR = 400
MISSING_PAGE = frozenset({404, 410})


def address_door(page: CapturedPage) -> Door | None:
    """Name the door that the page's own address or answer is; then no figure on it is the user's.

    A login page may advertise with figures of its own.
    """
    path = urlsplit(page.url).path
    if page.mitigated.casefold() == "challenge":
        return "challenge"
    if REGION_PATH in path:
        return "region_blocked"
    return "login_required" if LOGIN_PATH.search(path) else None


def is_elsewhere(wanted: str, here: str) -> bool:
    """Tell whether the browser was sent on to an address that is not the usage page's.

    The usage page has moved within its site before, but it was always named so.
    """
    asked, got = urlsplit(wanted), urlsplit(here)
    moved = (asked.netloc, asked.path.rstrip("/")) != (got.netloc, got.path.rstrip("/"))
    return moved and "usage" not in f"{got.path}#{got.fragment}".casefold()


def door_of(page: CapturedPage) -> Door | None:
    """Name what stands before the page; None when nothing known does. Ask only where no limit was read."""
    texts = [tidy(piece.text) for piece in page.pieces if isinstance(piece, Text)]
    if _challenged(page, texts):
        return "challenge"
    if door := address_door(page):
        return door
    if REGION_TITLE.fullmatch(page.title):
        return "region_blocked"
    if _offers_login(texts):
        return "login_required"
    if any(answer.status == UNAUTHORIZED for answer in page.answers) or page.status == UNAUTHORIZED:
        return "login_required"
    return "network" if _failed(page) else None


def _challenged(page: CapturedPage, texts: list[str]) -> bool:
    return (
        any(answer.mitigated.casefold() == "challenge" for answer in page.answers)
        or bool(CHALLENGE_TITLE.fullmatch(page.title))
        or any(CHALLENGE_TEXT.fullmatch(text.rstrip(".")) for text in texts)
    )


def _offers_login(texts: list[str]) -> bool:
    return (
        len({text for text in texts if any(one.fullmatch(text) for one in LOGIN_TEXTS)}) >= ENOUGH_LOGIN_TEXTS
    )


def _failed(page: CapturedPage) -> bool:
    """Tell a server's error from a page that changed: a page that is not there has moved."""
    statuses = [page.status, *(answer.status for answer in page.answers)]
    return any(status >= FIRST_ERROR and status not in MISSING_PAGE for status in statuses)
