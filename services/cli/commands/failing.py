"""What the collector's newest report says (pure), in the words that the dashboard has for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from services.cli.shown.times import ago

__all__ = ["Said", "failing", "lead_of"]

_LEADS: Mapping[str, str] = {
    "login_required": "Claude asks for a login.",
    "challenge": "Claude's site asks for a verification.",
    "region_blocked": "Claude is not available there.",
    "layout_changed": "The usage page has changed.",
    "stale_page": "The usage page shows old figures.",
    "profile_locked": "The scraper's browser profile is in use.",
    "browser_failed": "The scraper's browser did not work.",
    "network": "The usage page could not be loaded.",
    "sending_refused": "The receiver refused the scraper's key.",
}
_SAME = 20
"""Characters: a reason that begins as the sentence before it says nothing new."""


class Said(Struct, frozen=True, kw_only=True):
    """A report of a failed scrape."""

    at: Annotated[datetime, Meta(tz=True)]
    state: str
    advice: str = ""
    reason: str = ""
    collector: str = ""


def lead_of(state: str) -> str:
    """Say what a report's state means, in a sentence."""
    return _LEADS.get(state) or f"The scraper reports: {state.replace('_', ' ')}."


def failing(said: Said, now: datetime) -> str:
    """Say why nothing is read, what to do about it, and who said so when."""
    lead = lead_of(said.state)
    seen = "" if said.reason and lead.startswith(said.reason[:_SAME]) else said.reason
    by = f" by {said.collector}" if said.collector else ""
    told = (lead, _sentence(seen), _sentence(said.advice), f"Reported {ago(said.at, now)}{by}: {said.state}.")
    return " ".join(part for part in told if part)


def _sentence(words: str) -> str:
    return f"{words}." if words and not words.endswith((".", "!", "?")) else words
