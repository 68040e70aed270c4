"""Made-up failures: what a collector would have reported while it could not read (pure)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.practice.history import Recorded, naps_of
from services.practice.model.person import dice
from services.practice.model.steps import STEPS_A_DAY, moment_of, step_of
from shared.schemas.reports import REPORT_VERSION, Report

__all__ = ["failures"]

SHARE = 0.7
"""Of the naps by day: the others are a laptop that slept, of which nobody reports."""

_STATES = {
    "login_required": (
        "Nobody is logged in to Claude in the scraper's browser",
        "Run `make login` and log in in the window that opens.",
        timedelta(minutes=15),
    ),
    "challenge": (
        "Claude's site asks for a security verification; the login is not expired",
        "Open the usage page yourself and pass the verification. The scraper looks again in an hour.",
        timedelta(hours=1),
    ),
    "network": (
        "The usage page could not be loaded",
        "Check the network and SCRAPER_USAGE_URL. The scraper tries again by itself.",
        timedelta(minutes=10),
    ),
}


def failures(recorded: Recorded, *, days: int, until: datetime) -> Iterator[Report]:
    """Yield what was reported in the days before `until`, in order; the same report whatever the days."""
    last = step_of(until) // STEPS_A_DAY
    for day in range(max(0, last - days), last + 1):
        for first, end in naps_of(recorded, day):
            yield from _reports(recorded, day, moment_of(first), min(moment_of(end), until))


def _reports(recorded: Recorded, day: int, start: datetime, end: datetime) -> Iterator[Report]:
    roll = dice("failure", recorded.account, day)
    if roll.random() >= SHARE:
        return
    state = roll.choice(sorted(_STATES))
    reason, advice, pause = _STATES[state]
    at = start + timedelta(seconds=roll.randrange(20, 120))
    while at < end:
        yield Report(
            at=at,
            state=state,
            reason=reason,
            advice=advice,
            schema_version=REPORT_VERSION,
            account=recorded.account,
            collector=recorded.collector,
            next_try_at=at + pause,
        )
        at += pause
