"""Cursors (pure): where a list goes on, and which list it is, in one opaque word.

A place in a list of versions is the rank of the last one given, not a count: versions that arrive or leave
meanwhile move nothing.
"""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from services.receiver.asking.questions import bad_parameter
from services.receiver.refusing.refusals import Refusal
from shared.store.keys import is_version_id

__all__ = ["Place", "ReportsCursor", "SnapshotsCursor", "read_cursor", "write_cursor"]

Moment = Annotated[datetime, Meta(tz=True)]
Place = tuple[Moment, Moment, str]
"""The rank of a version: its time in full, its arrival, its id."""


class SnapshotsCursor(Struct, frozen=True, array_like=True, tag="s1"):
    """Where a list of snapshots goes on, with the question it belongs to; moments are in UTC."""

    place: Place
    start: Moment | None
    end: Moment | None
    order: Literal["asc", "desc"]

    def __post_init__(self) -> None:
        """Raise ValueError for what no list gives: anybody can make up a cursor."""
        if not is_version_id(self.place[2]):
            raise ValueError("no version's place")
        if any(moment and moment.utcoffset() for moment in (*self.place[:2], self.start, self.end)):
            raise ValueError("a moment that is not in UTC")


class ReportsCursor(Struct, frozen=True, array_like=True, tag="r1"):
    """The last report that was given."""

    before: str


C = TypeVar("C", bound=Struct)

_LONGEST = 400
"""Characters; ours have about 200."""


def write_cursor(cursor: Struct) -> str:
    """Return a cursor as it is sent: letters, digits, `-` and `_`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode()


def read_cursor(text: str, kind: type[C]) -> C:
    """Return what a cursor says; raises Refusal (400) for what is none of this kind."""
    try:
        if len(text) > _LONGEST:
            raise _no_cursor()
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, binascii.Error, msgspec.DecodeError, RecursionError) as error:
        raise _no_cursor() from error


def _no_cursor() -> Refusal:
    return bad_parameter(
        "cursor", "cursor is none that was given here.", "Send `next` of the page before as it came."
    )
