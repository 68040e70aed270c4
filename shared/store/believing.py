"""Whether a document is the version its name says (pure): the check before anything stored is served."""

import re
from datetime import UTC, datetime

import msgspec

from shared.schemas.codec import RECEIVED_AT, Document, decode_snapshot, digest
from shared.store.keys import digest_part, matches_digest, stamp, stamp_of, time_of, version_time
from shared.timestamps import to_iso_millis

__all__ = ["is_of_unknown_form", "is_surely", "why_not"]

_HEX_DIGITS = 8
_ARRIVED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\.[0-9]{3}Z")


def is_surely(version_id: str, document: Document) -> bool:
    """Tell, in a few steps, whether a document is the version of that id; False leaves it to `why_not`.

    It is made as `why_not` has it, under the first 8 hex digits of its digest, which nearly all are.
    """
    arrived = document.get(RECEIVED_AT)
    if not isinstance(arrived, str) or not _ARRIVED.fullmatch(arrived):
        return False
    try:
        if digest(document)[:_HEX_DIGITS] != digest_part(version_id):
            return False
        moment = min(decode_snapshot(document).last_updated, datetime.fromisoformat(arrived))
        return stamp(moment) == stamp_of(version_id)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
        return False


def why_not(version_id: str, document: Document) -> str | None:
    """Say why a document cannot be the version of that id, None when it is.

    Content and time must both fit the name. The origin's own files carry no `receivedAt`, and 8 hex digits
    of another making: of them only the form can be checked.
    """
    try:
        snapshot = decode_snapshot(document)
        if RECEIVED_AT not in document:
            return _why_not_origin(document)
        if not matches_digest(version_id, digest(document)):
            return "its content does not match its name"
        arrived = datetime.fromisoformat(str(document[RECEIVED_AT])).astimezone(UTC)
        if to_iso_millis(arrived) != document[RECEIVED_AT]:
            return f"its {RECEIVED_AT} is not as it was written"
        if version_time(snapshot.last_updated, arrived) != time_of(version_id):
            return "its time does not match its name"
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError) as error:
        return f"not a snapshot: {error}"
    return None


def _why_not_origin(document: Document) -> str | None:
    """Say why a document without `receivedAt` is none of the origin's: a letter of that field is damaged."""
    for name in document:
        if len(name) == len(RECEIVED_AT) and sum(a != b for a, b in zip(name, RECEIVED_AT, strict=True)) == 1:
            return f"its {RECEIVED_AT} has become {name!r}"
    return None


def is_of_unknown_form(version_id: str, document: Document) -> bool:
    """Tell whether a document is just what was stored under that id, though not a snapshot as known here.

    A newer program may have stored it: it is not damaged.
    """
    try:
        decode_snapshot(document)
    except (msgspec.MsgspecError, RecursionError):
        return RECEIVED_AT in document and matches_digest(version_id, digest(document))
    return False
