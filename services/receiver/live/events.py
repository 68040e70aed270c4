"""Server-sent events (pure): how each is written, and what an event's id tells of where to go on.

The id of an event is when the store took a thing in, and that thing's id: `{microseconds since 1970}.{id}`.
Ids grow with arrival, not with the time of a reading, so that a reading that arrives late is never skipped.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from shared.schemas.codec import Document, encode
from shared.store.arrivals import Arrived
from shared.store.keys import is_version_id
from shared.timestamps import to_iso_millis

__all__ = [
    "HEARTBEAT",
    "KEY_ENDED",
    "NOT_KNOWN",
    "Cursor",
    "EventType",
    "cursor_of",
    "event",
    "news",
    "opening",
    "read_cursor",
    "written",
]

EventType = Literal["snapshot", "report", "silence", "reading-resumed", "gap", "reconnect", "key-ended"]

HEARTBEAT = b": still here\n\n"
RETRY_MILLISECONDS = 3000

NOT_KNOWN = (
    "the place to go on from is not known here: list the snapshots and reports for what may be missing"
)

KEY_ENDED = "the key of this stream was revoked, has expired, or may not read this account any more"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{15,17})(?:\.(.{28}))?", re.ASCII)


class Cursor(Struct, frozen=True):
    """Up to where somebody has been told: everything that came before `at`, and the thing with this id."""

    at: datetime
    id: str | None = None


def cursor_of(arrived: Arrived) -> Cursor:
    """Return the place of something that came."""
    return Cursor(arrived.at, arrived.id)


def written(cursor: Cursor) -> str:
    """Write a cursor as an event's id."""
    microseconds = (cursor.at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}.{cursor.id}" if cursor.id else str(microseconds)


def read_cursor(text: str) -> Cursor | None:
    """Read an event's id; None for what was never one of ours."""
    found = _CURSOR.fullmatch(text)
    if found is None or (found[2] is not None and not is_version_id(found[2])):
        return None
    try:
        return Cursor(_EPOCH + timedelta(microseconds=int(found[1])), found[2])
    except OverflowError:
        return None


def opening(cursor: Cursor) -> bytes:
    """Begin a stream: how soon to come back, and from where when nothing was told until then."""
    return f": events of Marigraph\nretry: {RETRY_MILLISECONDS}\nid: {written(cursor)}\n\n".encode()


def event(kind: EventType, data: dict[str, Any], cursor: Cursor | None = None) -> bytes:
    """Write one event; JSON has no line ends of its own. Without a cursor it moves no place."""
    place = f"id: {written(cursor)}\n" if cursor else ""
    return b"%sevent: %s\ndata: %s\n\n" % (place.encode(), kind.encode(), encode(data))


def news(account: str, arrived: Arrived, document: Document, *, newest: bool) -> bytes:
    """Write what came as an event; `newest` tells whether no version is newer, which a late one is not."""
    data = {"account": account, "id": arrived.id, "arrivedAt": to_iso_millis(arrived.at)}
    if arrived.kind == "report":
        return event("report", {**data, "report": document}, cursor_of(arrived))
    return event("snapshot", {**data, "newest": newest, "snapshot": document}, cursor_of(arrived))
