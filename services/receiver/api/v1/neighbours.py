"""For other programs: the limits as one flat document, and a badge of each."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import cacheable
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.context import context_of
from services.receiver.giving.neighbours import badge, flat, standings
from services.receiver.refusing.refusals import not_found
from shared.insight.limits import is_limit
from shared.schemas.codec import encode
from shared.store.base import Version

__all__ = ["BLUEPRINT"]

_ENDING = ".svg"


async def flat_latest(request: Request, account: str) -> HTTPResponse:
    """Answer how all limits stand now, in one level of keys."""
    question_of(request)
    version = await _newest(request, account)
    return await cacheable(request, encode(flat(account, version, context_of(request).clock.now())))


async def limit_badge(request: Request, account: str, picture: str) -> HTTPResponse:
    """Answer one limit as a picture; a limit that the newest version does not name is unknown."""
    question_of(request)
    limit = picture.removesuffix(_ENDING)
    if not picture.endswith(_ENDING) or not is_limit(limit):
        raise not_found(f"There is no badge {picture[:40]!r}.", "Ask for badges/session.svg or weekly.svg.")
    version = await _newest(request, account)
    standing = standings(version.document, context_of(request).clock.now()).get(limit)
    return await cacheable(request, badge(limit, standing).encode(), kind="image/svg+xml")


async def _newest(request: Request, account: str) -> Version:
    context = context_of(request)
    found = await context.store.as_of(account, context.clock.now())
    if found is None:
        raise not_found("Nothing is stored of this account yet.", "Send a snapshot first.")
    return found.version


BLUEPRINT = Blueprint("v1_neighbours")
add_route(BLUEPRINT, "GET", "/flat", "read", flat_latest)
add_route(BLUEPRINT, "GET", "/badges/<picture:str>", "read", limit_badge)
