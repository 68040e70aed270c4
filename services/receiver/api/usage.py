"""The origin system's calls: post a snapshot, get the latest, one by number, one by time."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.answers import is_unmodified
from services.receiver.bodies import read_body
from services.receiver.context import Context, authorise, context_of, json_answer
from services.receiver.encoded import Encoded
from services.receiver.intake import take_snapshot
from services.receiver.queries import (
    ByNumber,
    Nearest,
    Selection,
    no_such_number,
    no_version,
    read_selection,
)
from shared.schemas.usage import DEFAULT_ACCOUNT
from shared.store import Found
from shared.timestamps import to_iso_millis

__all__ = ["BLUEPRINT"]


async def store_snapshot(request: Request) -> HTTPResponse:
    """Store a snapshot; it is on the disk when this answers 200."""
    context = context_of(request)
    key = authorise(request, "write", DEFAULT_ACCOUNT)
    receipt = await take_snapshot(context, DEFAULT_ACCOUNT, await read_body(request), key)
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
    context = context_of(request)
    authorise(request, "read", DEFAULT_ACCOUNT)
    arguments = {name: values[0] for name, values in request.get_args(keep_blank_values=True).items()}
    return _answered(request, await _select(context, read_selection(arguments)))


async def read_latest(request: Request) -> HTTPResponse:
    """Answer the latest version: the older name of the same call."""
    authorise(request, "read", DEFAULT_ACCOUNT)
    return _answered(request, await context_of(request).store.latest(DEFAULT_ACCOUNT))


async def _select(context: Context, selection: Selection) -> Found | None:
    match selection:
        case ByNumber(number):
            return await _numbered(context, number)
        case Nearest(moment):
            return await context.store.nearest(DEFAULT_ACCOUNT, moment)
        case _:
            return await context.store.latest(DEFAULT_ACCOUNT)


async def _numbered(context: Context, number: int) -> Found | None:
    found = await context.store.by_number(DEFAULT_ACCOUNT, number)
    if found is None and (total := await context.store.count(DEFAULT_ACCOUNT)):
        raise no_such_number(number, total)
    return found


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
