"""A scrape that is asked for (pure): who asked, who fetched the request, and when it lapses.

One request an account at a time. Asked twice is asked once; what no collector has fetched in time lapses; and
collectors are not sent to the page more often than once a minute.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.schemas.reports import Report

__all__ = [
    "APART",
    "LAPSES_AFTER",
    "Asked",
    "LastFailure",
    "State",
    "ask",
    "described",
    "fetched",
    "last_failure_in",
    "read_note",
    "state_of",
]

State = Literal["none", "waiting", "fetched", "lapsed"]

LAPSES_AFTER = timedelta(minutes=10)
APART = timedelta(seconds=60)
"""No collector gets a request sooner after the one before."""


class Asked(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The last request of one account; moments are UTC."""

    id: str
    at: datetime
    by: str
    """The name or the public beginning of the key that asked."""
    fetched_at: datetime | None = None
    fetched_by: str | None = None
    """The collector."""
    fetched_before: datetime | None = None
    """When the request before this one was fetched."""


class LastFailure(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the newest report says: why the last scrape failed, and when the scraper looks again by itself.

    Around a block (`challenge`, `region_blocked`) it fetches no request before that.
    """

    state: str
    advice: str
    next_try_at: datetime


_decoder = msgspec.json.Decoder(Asked)


def read_note(note: bytes | None) -> Asked | None:
    """Read what a receiver noted; None for nothing, and for what cannot be believed."""
    try:
        return _decoder.decode(note) if note else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def state_of(asked: Asked | None, now: datetime) -> State:
    """Say how a request stands; one from a clock that was far ahead has lapsed."""
    if asked is None:
        return "none"
    if asked.fetched_at is not None:
        return "fetched"
    return "waiting" if abs(now - asked.at) < LAPSES_AFTER else "lapsed"


def ask(before: Asked | None, request_id: str, by: str, now: datetime) -> Asked:
    """Return the request that waits from now on: the one that waits already, or else a new one."""
    if before is not None and state_of(before, now) == "waiting":
        return before
    last = (before.fetched_at or before.fetched_before) if before else None
    return Asked(id=request_id, at=now, by=by, fetched_before=last)


def fetched(asked: Asked | None, collector: str, now: datetime) -> Asked | None:
    """Return the request as fetched by a collector; None when none waits, or not yet."""
    if asked is None or state_of(asked, now) != "waiting":
        return None
    before = asked.fetched_before
    if before is not None and timedelta(0) <= now - before < APART:
        return None
    return replace(asked, fetched_at=now, fetched_by=collector)


def last_failure_in(report: Report | None, read: datetime | None, now: datetime) -> LastFailure | None:
    """Return what the newest report says of now: nothing if it is older than the last reading, or lapsed."""
    if report is None or report.next_try_at is None or report.next_try_at <= now:
        return None
    if read is not None and report.at <= read:
        return None
    return LastFailure(state=report.state, advice=report.advice, next_try_at=report.next_try_at)


def described(account: str, asked: Asked | None, now: datetime) -> dict[str, Any]:
    """Return what is told of a request, as JSON."""
    state = state_of(asked, now)
    told: dict[str, Any] = {"account": account, "state": state, "request": None}
    if asked is not None:
        told["request"] = {
            "id": asked.id,
            "at": asked.at,
            "by": asked.by,
            "lapsesAt": asked.at + LAPSES_AFTER,
            "fetchedAt": asked.fetched_at,
            "fetchedBy": asked.fetched_by,
        }
    return told
