"""What is followed of one account (pure): a fold that takes version after version in order of time.

It begins some days back and forgets what is over, so its size does not depend on how long the record is.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct, ValidationError, convert

from services.alerter.rules.crossings import Crossings, crossed
from shared.insight.days import Stored
from shared.insight.record import Record, taken
from shared.store.keys import time_of

__all__ = ["LimitsAsked", "Tide", "followed"]

LimitsAsked = Callable[[str], Sequence[float]]
"""Returns the thresholds of a limit."""


class Tide(Struct, frozen=True):
    """Where the folds of an account stand.

    `read` is the time of the newest version, `collectors` of the newest that each one sent; `logins` is when
    the login of each is expected to end.
    """

    record: Record = Record()
    crossings: Mapping[str, Crossings] = {}
    read: datetime | None = None
    collectors: Mapping[str, datetime] = {}
    logins: Mapping[str, datetime] = {}


def followed(tide: Tide, version: Stored, thresholds: LimitsAsked, rearm: float) -> Tide:
    """Take the next version in order of time."""
    version_id, document = version
    record, found = taken(tide.record, version)
    crossings = dict(tide.crossings)
    for limit, known in record.limits.items():
        before = tide.record.limits.get(limit)
        if before is not None and before.course.last is known.course.last:
            continue
        last = before.course.last if before else None
        turns = [turn for turn in found.turns if turn.limit == limit]
        state = crossings.get(limit, Crossings())
        crossings[limit] = crossed(state, known.course, last, turns, thresholds(limit), rearm)
    collector, time = str(document.get("collector") or ""), time_of(version_id)
    return Tide(
        record=record,
        crossings=crossings,
        read=time,
        collectors={**tide.collectors, collector: time},
        logins={**tide.logins, collector: ends} if (ends := _login_ends(document)) else tide.logins,
    )


def _login_ends(document: Mapping[str, object]) -> datetime | None:
    text = document.get("loginEndsAt")
    try:
        return None if text is None else convert(text, datetime).astimezone(UTC)
    except (ValidationError, OverflowError):
        return None
