"""What comes, as it comes: server-sent events, resumed where a listener left off."""

from contextlib import aclosing
from datetime import datetime

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.answering import begin_stream
from services.receiver.api.v1.routes import add_route, key_of, question_of
from services.receiver.asking.questions import read_moment
from services.receiver.context import context_of
from services.receiver.live.events import Cursor, read_cursor
from services.receiver.live.hub import FullHouseError, Hub, Listener
from services.receiver.refusing.refusals import Refusal
from shared.schemas.codec import RECEIVED_AT
from shared.store.keys import is_version_id

__all__ = ["BLUEPRINT"]

_TYPE = "text/event-stream; charset=utf-8"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nobody on the way may keep a stream or hold it back."""

_SEND_SECONDS = 20
"""How long a listener may take for what was sent before it is cut off."""

_AGAIN_SECONDS = 10


async def listen(request: Request, account: str) -> HTTPResponse | None:
    """Send what comes until the listener goes, its key is revoked or the receiver stops."""
    resumed = request.headers.get("last-event-id", "").strip()
    after = question_of(request, "after").text("after")
    cursor = read_cursor(resumed) if resumed else await _place(request, account, after) if after else None
    if request.method == "HEAD":
        return HTTPResponse(headers=_HEADERS, content_type=_TYPE)
    hub: Hub = request.app.ctx.hub
    try:
        async with hub.listening(account) as listener:
            await _send(request, account, listener, cursor, lost=bool(resumed) and cursor is None)
    except FullHouseError as error:
        raise _full() from error
    return None


async def _send(
    request: Request, account: str, listener: Listener, cursor: Cursor | None, *, lost: bool
) -> None:
    key, keys = key_of(request), context_of(request).keys
    hub: Hub = request.app.ctx.hub
    answer = await begin_stream(request, _TYPE, headers=_HEADERS)
    pieces = listener.pieces(cursor, lambda: keys.still_allows(key, "read", account), lost=lost)
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                async with hub.sending(_SEND_SECONDS):
                    await answer.send(piece)
    except TimeoutError:
        hub.drop()
        if request.transport is not None:
            request.transport.abort()  # type: ignore[attr-defined] # every transport has it


async def _place(request: Request, account: str, after: str) -> Cursor:
    """Find the place that `?after=` names: an event's id, a version's or a moment. Raises Refusal."""
    if cursor := read_cursor(after):
        return cursor
    if not is_version_id(after):
        return Cursor(read_moment("after", after))
    found = await context_of(request).store.by_id(account, after)
    if found is None:
        raise Refusal(
            404,
            "NOT_FOUND",
            f"There is no version {after}.",
            "Leave after out, and list the snapshots for what is missing.",
        )
    version = found.version
    received = version.document.get(RECEIVED_AT)
    return Cursor(datetime.fromisoformat(received) if received else version.time, version.id)


def _full() -> Refusal:
    refusal = Refusal(
        503,
        "INTERNAL_ERROR",
        "As many listen to events as may at a time.",
        "Try again later, close streams that nobody reads, or raise RECEIVER_EVENT_LISTENERS.",
    )
    refusal.headers["Retry-After"] = str(_AGAIN_SECONDS)
    return refusal


BLUEPRINT = Blueprint("v1_events")
add_route(BLUEPRINT, "GET", "/events", "read", listen)
