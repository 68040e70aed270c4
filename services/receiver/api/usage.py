"""The origin system's calls: post a snapshot, get the latest, one by number, one by time."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.asking.queries import (
    ByNumber,
    Nearest,
    no_such_number,
    no_version,
    read_plain,
    read_selection,
)
from services.receiver.context import authorise, context_of, json_answer
from services.receiver.giving.answers import is_unmodified
from services.receiver.giving.encoded import Encoded
from services.receiver.operating.requestfacts import asked_at
from services.receiver.taking.bodies import read_body
from services.receiver.taking.intake import take_snapshot
from shared.schemas.usage import DEFAULT_ACCOUNT
from shared.store import Found
from shared.timestamps import to_iso_millis

__all__ = ["BLUEPRINT"]


async def store_snapshot(request: Request) -> HTTPResponse:
    """Store a snapshot; it is on the disk when this answers 200."""
    context = context_of(request)
    authorise(request, "write", DEFAULT_ACCOUNT)
    receipt = await take_snapshot(request, DEFAULT_ACCOUNT, await read_body(request))
    return json_answer(
        {
            "success": True,
            "message": "This snapshot was stored before." if receipt.duplicate else "Snapshot stored.",
            "timestamp": to_iso_millis(context.clock.now()),
            "versionId": receipt.id,
            "duplicate": receipt.duplicate,
        }
    )


async def read_usage(request: Request) -> HTTPResponse:
    """Answer the latest version, or the one that `?version=` or `?timestamp=` selects."""
    authorise(request, "read", DEFAULT_ACCOUNT)
    query = request.query_string
    if not query:
        return await _latest(request)
    store = context_of(request).store
    match read_plain(query) or read_selection(_arguments(request)):
        case ByNumber(number):
            found = await store.by_number(DEFAULT_ACCOUNT, number, asked_at=asked_at(request))
            if found is None and (total := await store.count(DEFAULT_ACCOUNT)):
                raise no_such_number(number, total)
            return _answered(request, found)
        case Nearest(moment):
            return _answered(
                request, await store.nearest(DEFAULT_ACCOUNT, moment, asked_at=asked_at(request))
            )
        case _:
            return await _latest(request)


async def read_latest(request: Request) -> HTTPResponse:
    """Answer the latest version: the older name of the same call."""
    authorise(request, "read", DEFAULT_ACCOUNT)
    return await _latest(request)


async def _latest(request: Request) -> HTTPResponse:
    store = context_of(request).store
    return _answered(request, await store.latest(DEFAULT_ACCOUNT, asked_at=asked_at(request)))


def _arguments(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.get_args(keep_blank_values=True).items()}


def _answered(request: Request, found: Found | None) -> HTTPResponse:
    if found is None:
        raise no_version()
    context = context_of(request)
    described = context.answers.of(found, context.clock.now())
    headers = request.headers
    if is_unmodified(described, headers.get("if-none-match"), headers.get("if-modified-since")):
        return Encoded(b"", 304, described.headers)
    return Encoded(described.body, 200, described.headers)


BLUEPRINT = Blueprint("usage")
BLUEPRINT.add_route(store_snapshot, "/api/claude/console-usage", methods=["POST"], stream=True)
BLUEPRINT.add_route(read_usage, "/api/claude/console-usage", methods=["GET", "HEAD"])
BLUEPRINT.add_route(read_latest, "/api/claude-usage", methods=["GET", "HEAD"])
