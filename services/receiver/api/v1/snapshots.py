"""Snapshots of an account: sent one or many at a time, listed page by page, one by its id."""

from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import FOR_EVER, cacheable
from services.receiver.api.v1.routes import ACCOUNTS, add_route, key_of, question_of
from services.receiver.batch import is_batch, items_of, results_of
from services.receiver.bodies import read_body
from services.receiver.context import context_of, json_answer
from services.receiver.intake import take_snapshot, take_snapshots
from services.receiver.listing import PARAMETERS, read_listing
from services.receiver.pages import described, page_of
from services.receiver.refusals import Refusal, not_found
from shared.schemas.codec import RECEIVED_AT, encode
from shared.store.base import Appended

__all__ = ["BLUEPRINT"]


async def post_snapshots(request: Request, account: str) -> HTTPResponse:
    """Store a snapshot (201; 200 when it was stored before), or each of an array (200 with `results`)."""
    context, key = context_of(request), key_of(request)
    question_of(request)
    body = await read_body(request, takes_batch=True)
    if is_batch(body):
        taken = await take_snapshots(context, account, items_of(body), key)
        return json_answer(results_of([one if isinstance(one, Refusal) else _told(one) for one in taken]))
    told = _told(await take_snapshot(context, account, body, key))
    answer = json_answer(told, told["status"])
    answer.headers["Location"] = f"{ACCOUNTS}/{account}/snapshots/{told['id']}"
    return answer


def _told(appended: Appended) -> dict[str, Any]:
    version = appended.version
    return {
        "status": 200 if appended.duplicate else 201,
        "id": version.id,
        "duplicate": appended.duplicate,
        "receivedAt": version.document.get(RECEIVED_AT),
        "account": version.account,
    }


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
