"""What was known at a moment: the newest version at or before it."""

from datetime import datetime, timedelta

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import cacheable
from services.receiver.api.v1.record import folded_days
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.context import Context, context_of
from services.receiver.giving.answers import STALE_AFTER, age_minutes, read_at
from services.receiver.lists.pages import described
from services.receiver.refusing.refusals import not_found
from shared.insight.days import counting
from shared.insight.record import Record, taken_all
from shared.insight.told.knowing import limits_known
from shared.schemas.codec import encode
from shared.store.base import Version
from shared.store.keys import time_of
from shared.timestamps import to_iso

__all__ = ["BLUEPRINT", "record_at"]

_SECOND = timedelta(seconds=1)


async def as_of(request: Request, account: str) -> HTTPResponse:
    """Answer the newest version at or before `at` (now, if left out), and what was known of each limit."""
    asked = question_of(request, "at").moment("at")
    context = context_of(request)
    now = context.clock.now()
    at = asked or now
    found = await context.store.as_of(account, at)
    if found is None:
        raise not_found(f"Nothing is stored at or before {to_iso(at)}.", "Ask for a later moment.")
    limits = limits_known(await record_at(context, account, at), at)
    return await cacheable(request, encode({**_told(found.version, at, now), "limits": limits}))


async def record_at(context: Context, account: str, at: datetime) -> Record:
    """Return where the folds stood at a moment: of the midnight before, gone on with its day."""
    days = await folded_days(context, account)
    if days and days[-1].last is not None and time_of(days[-1].last) <= at:
        return days[-1].record
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    before = [day.record for day in days if day.last is not None and time_of(day.last) < midnight]
    stream = context.store.stream(account, midnight, at.replace(microsecond=0) + _SECOND)
    versions = [(version.id, version.document) async for version in stream]
    return taken_all(before[-1] if before else Record(), counting(versions))[0]


def _told(version: Version, at: datetime, now: datetime) -> dict[str, object]:
    """Describe a version: its age counts from now, `secondsBefore` from the moment asked for."""
    reading = read_at(version.document)
    return {
        **described(version),
        "ageMinutes": age_minutes(reading, now),
        "isStale": now - reading > STALE_AFTER,
        "at": to_iso(at),
        "secondsBefore": max(0, int((at - version.time).total_seconds())),
    }


BLUEPRINT = Blueprint("v1_asof")
add_route(BLUEPRINT, "GET", "/asof", "read", as_of)
