"""What was known at a moment: the newest version at or before it."""

from datetime import datetime

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import cacheable
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.context import context_of
from services.receiver.giving.answers import STALE_AFTER, age_minutes, read_at
from services.receiver.lists.pages import described
from services.receiver.refusing.refusals import not_found
from shared.schemas.codec import encode
from shared.store.base import Version
from shared.timestamps import to_iso

__all__ = ["BLUEPRINT"]


async def as_of(request: Request, account: str) -> HTTPResponse:
    """Answer the newest version at or before `at` (now, if it is left out), archived or not."""
    asked = question_of(request, "at").moment("at")
    context = context_of(request)
    now = context.clock.now()
    at = asked or now
    found = await context.store.as_of(account, at)
    if found is None:
        raise not_found(f"Nothing is stored at or before {to_iso(at)}.", "Ask for a later moment.")
    return await cacheable(request, encode(_told(found.version, at, now)))


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
