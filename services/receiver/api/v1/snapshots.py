"""Snapshots of an account: sent one or many at a time, listed page by page, one by its id."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import FOR_EVER, cacheable
from services.receiver.api.v1.posting import store_sent
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.context import context_of
from services.receiver.lists.listing import PARAMETERS, read_listing
from services.receiver.lists.pages import described, page_of
from services.receiver.refusing.refusals import not_found
from services.receiver.taking.intake import take_snapshot, take_snapshots
from shared.schemas.codec import encode

__all__ = ["BLUEPRINT"]


async def post_snapshots(request: Request, account: str) -> HTTPResponse:
    """Store a snapshot, or each of an array."""
    return await store_sent(request, account, take_snapshot, take_snapshots)


async def list_snapshots(request: Request, account: str) -> HTTPResponse:
    """List versions of a range, archived or not, oldest first unless `order=desc`."""
    listing = read_listing(question_of(request, *PARAMETERS))
    return await cacheable(request, await page_of(context_of(request).store, account, listing))


async def one_snapshot(request: Request, account: str, version: str) -> HTTPResponse:
    """Answer the version with an id, archived or not: it never changes."""
    question_of(request)
    found = await context_of(request).store.by_id(account, version)
    if found is None:
        raise not_found(f"There is no snapshot {version[:40]!r}.", "GET .../snapshots lists what there is.")
    return await cacheable(request, encode(described(found.version)), tag=found.version.id, keep=FOR_EVER)


BLUEPRINT = Blueprint("v1_snapshots")
add_route(BLUEPRINT, "POST", "/snapshots", "write", post_snapshots)
add_route(BLUEPRINT, "GET", "/snapshots", "read", list_snapshots)
add_route(BLUEPRINT, "GET", "/snapshots/<version:str>", "read", one_snapshot)
