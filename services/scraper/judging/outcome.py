"""How a scrape can end, what that means to the user, and the command's exit code (pure)."""

from datetime import datetime
from typing import Literal

import msgspec

from services.scraper.extract.captured import CapturedPage
from shared.errors import MarigraphError
from shared.schemas.usage import Snapshot

__all__ = [
    "ADVICE",
    "EXIT_CODES",
    "GOOD",
    "Outcome",
    "ScrapeError",
    "State",
    "advice_of",
    "of_account",
    "outcome_of",
    "reason_of",
    "sentence",
]

State = Literal[
    "ok",
    "partial",
    "login_required",
    "challenge",
    "region_blocked",
    "layout_changed",
    "stale_page",
    "profile_locked",
    "browser_failed",
    "network",
]

GOOD: frozenset[State] = frozenset({"ok", "partial"})
"""The states in which a reading was taken."""

EXIT_CODES: dict[State, int] = {
    "ok": 0,
    "partial": 0,
    "login_required": 3,
    "challenge": 4,
    "layout_changed": 5,
    "network": 6,
    "profile_locked": 7,
    "browser_failed": 7,
    "region_blocked": 8,
    "stale_page": 9,
}

MEANING: dict[State, str] = {
    "ok": "The usage page was read",
    "partial": "The usage page was read in part",
    "login_required": "Nobody is logged in to Claude in the scraper's browser",
    "challenge": "Claude's site asks for a security verification; the login is not expired",
    "region_blocked": "Claude's site says it is not available in this region",
    "layout_changed": "The page loaded, but no limit on it could be recognised",
    "stale_page": "The page shows old figures, and its Refresh button did not help",
    "profile_locked": "The scraper's browser profile is in use by another program",
    "browser_failed": "The browser did not work",
    "network": "The usage page could not be loaded",
}

ADVICE: dict[State, str] = {
    "ok": "",
    "partial": "If it stays so, the page has changed: look for a newer Marigraph.",
    "login_required": (
        "Run `.venv/bin/python -m services.scraper login` with the settings that this scraper has (its "
        "SCRAPER_STATE_DIR above all) and log in in the window that opens. Scraping goes on by itself after "
        "that."
    ),
    "challenge": (
        "Marigraph never tries to get round it: it slows down and looks again in an hour. Run it on your own "
        "machine and line, or with SCRAPER_BROWSER_MODE=attach in your own browser."
    ),
    "region_blocked": "Run the scraper where Claude is available.",
    "layout_changed": (
        "The page has probably changed: look for a newer Marigraph. What was seen is kept in captures/, in "
        "the state folder."
    ),
    "stale_page": "Open the usage page yourself and see whether it renews. The scraper goes on trying.",
    "profile_locked": "Close the login window or the browser that has the profile open.",
    "browser_failed": "If it stays so, try `make setup`, or name another browser in SCRAPER_BROWSER_PATH.",
    "network": "Check the network and SCRAPER_USAGE_URL. The scraper tries again by itself.",
}


LOGIN_ADVICE = "Run `{}` and log in in the window that opens. Scraping goes on by itself after that."


class ScrapeError(MarigraphError):
    """A scrape ended early: `state` says how, the text what was seen, `advice` what to do instead."""

    def __init__(self, state: State, detail: str, advice: str = "") -> None:
        """Take the state it leads to, what was seen and, if the state's own does not fit, the advice."""
        super().__init__(detail)
        self.state: State = state
        self.advice = advice


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of one scrape. `snapshot` is there in good states only; `page` if one was captured.

    `sections_found` and `sections_failed` (section -> reason) tell what an unreadable page still had.
    `login_ends` is when the login's cookie expires, None when no cookie tells.
    """

    state: State
    detail: str = ""
    advice: str = ""
    snapshot: Snapshot | None = None
    page: CapturedPage | None = None
    seconds: float = 0
    sections_found: list[str] = []
    sections_failed: dict[str, str] = {}
    login_ends: datetime | None = None


def outcome_of(error: ScrapeError) -> Outcome:
    """Return the outcome of a scrape that ended in an error."""
    return Outcome(state=error.state, detail=str(error), advice=error.advice)


def of_account(outcome: Outcome, account: str, login_command: str = "") -> Outcome:
    """Return the outcome with its snapshot put down to an account; of a missing login it names the cure."""
    if outcome.state == "login_required" and login_command and not outcome.advice:
        return msgspec.structs.replace(outcome, advice=LOGIN_ADVICE.format(login_command))
    if outcome.snapshot is None:
        return outcome
    return msgspec.structs.replace(
        outcome, snapshot=msgspec.structs.replace(outcome.snapshot, account=account)
    )


def reason_of(outcome: Outcome) -> str:
    """Say what happened."""
    happened = f"{MEANING[outcome.state]}: {outcome.detail}" if outcome.detail else MEANING[outcome.state]
    return f"{happened.rstrip('.')}."


def advice_of(outcome: Outcome) -> str:
    """Say what to do; "" when there is nothing to do."""
    return outcome.advice or ADVICE[outcome.state]


def sentence(outcome: Outcome) -> str:
    """Say in a line or two what happened and what to do."""
    return f"{reason_of(outcome)} {advice_of(outcome)}".rstrip()
