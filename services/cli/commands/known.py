"""What is known of an account now: as the receiver answered it, and what is left when that has grown old."""

import math
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from services.cli.exits import NOTHING, CommandError
from services.cli.session import Session
from shared.insight.kinds import PASSED
from shared.insight.told.answers import KnownTold

__all__ = ["Known", "Reports", "Said", "aged", "answer", "why_stale"]

_STALE_AFTER = timedelta(minutes=10)
"""As the receiver has it."""


class Known(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was known at a moment (`at`, by the receiver's clock), as `asof` answers it."""

    id: str
    time: datetime
    at: datetime
    last_updated: datetime
    is_stale: bool
    limits: list[KnownTold]
    plan: str | None = None


class Said(Struct, frozen=True, kw_only=True):
    """A report of a failed scrape."""

    at: Annotated[datetime, Meta(tz=True)]
    state: str
    advice: str = ""
    reason: str = ""


class Reports(Struct, frozen=True):
    """Reports, newest first."""

    reports: list[Said]


def answer(session: Session) -> tuple[bytes, Known]:
    """Ask what is known now; raises CommandError, also when nothing is recorded."""
    receiver = session.receiver
    try:
        body = receiver.raw(receiver.of_account("asof"))
    except CommandError as error:
        raise session.nothing() if error.code == NOTHING else error from None
    return body, receiver.decoded(body, Known)


def why_stale(session: Session, known: Known) -> Said | None:
    """Return the newest report when readings are stale and it came after them."""
    if not known.is_stale:
        return None
    receiver = session.receiver
    found = receiver.ask(receiver.of_account("reports"), Reports, {"limit": 1}).reports
    return found[0] if found and found[0].at > known.time else None


def aged(known: Known, passed: timedelta) -> Known:
    """Return what is left of an answer after some time without another (pure).

    Every age grows, and a percentage is unknown once its reset has passed.
    """
    at = known.at + max(timedelta(0), passed)
    stale = known.is_stale or at - known.time > _STALE_AFTER
    return replace(known, at=at, is_stale=stale, limits=[_aged(one, known.at, at) for one in known.limits])


def _aged(one: KnownTold, then: datetime, at: datetime) -> KnownTold:
    age = one.age_minutes + math.ceil((at - then) / timedelta(minutes=1))
    if one.percentage is not None and one.resets_at is not None and one.resets_at <= at:
        return replace(one, age_minutes=age, percentage=None, resets_at=None, state=None, reason=PASSED)
    return replace(one, age_minutes=age)
