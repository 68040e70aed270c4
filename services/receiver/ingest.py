"""From a body to a snapshot that may be stored (pure): every way in which it can be wrong has its answer."""

import re
from datetime import UTC

import msgspec

from services.receiver.refusals import Refusal
from shared.schemas.codec import Document, decode_document, decode_snapshot, digest
from shared.schemas.usage import Snapshot

__all__ = ["BODY_LIMIT", "read_snapshot"]

BODY_LIMIT = 64 * 1024
"""Bytes of one snapshot; checked while the body arrives."""

_SUGGESTION = "Send a snapshot as docs/snapshot.md describes it."
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`(?: - at `\$\.?(?P<path>[^`]*)`)?")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
_WRONG_TYPE = re.compile(r"Expected `[^`]+`, got ")


def read_snapshot(body: bytes, account: str) -> Document:
    """Return the document that a body holds, checked against the snapshot's types.

    Raises Refusal (400) that names the field; unknown fields are kept.
    """
    try:
        document = decode_document(body)
        snapshot = decode_snapshot(document)
        digest(document)
    except msgspec.ValidationError as error:
        raise _refuse(str(error)) from error
    except msgspec.DecodeError as error:
        raise _wrong_type("body", f"The body is not JSON: {error}.") from error
    except RecursionError as error:
        raise _wrong_type("body", "The body is nested too deeply.") from error
    _check_meaning(snapshot, account)
    return document


def _check_meaning(snapshot: Snapshot, account: str) -> None:
    weekly = snapshot.weekly_limits
    has_weekly = weekly is not None and (weekly.all_models or weekly.sonnet_only or weekly.scoped)
    if not (snapshot.current_session or has_weekly or snapshot.credits):
        raise _missing(
            "currentSession", "The snapshot holds no reading: currentSession or weeklyLimits is missing."
        )
    if snapshot.account not in {None, account}:
        raise _out_of_range(
            "account", f"account is {snapshot.account!r}, but this address stores {account!r}."
        )
    try:
        snapshot.last_updated.astimezone(UTC)
    except OverflowError as error:
        raise _out_of_range("lastUpdated", "lastUpdated lies outside the years 1 to 9999.") from error


def _refuse(text: str) -> Refusal:
    """Turn msgspec's words into the origin's codes and the field's dotted name."""
    if missing := _MISSING.search(text):
        field = ".".join(filter(None, (missing["path"], missing["field"])))
        return _missing(field, f"{field} is missing.")
    where = _PATH.search(text)
    field = where["path"] if where and where["path"] else "body"
    said = _PATH.sub("", text).replace("`", "")
    message = f"{field}: {said[:1].lower()}{said[1:]}."
    return _wrong_type(field, message) if _WRONG_TYPE.search(text) else _out_of_range(field, message)


def _missing(field: str, message: str) -> Refusal:
    return Refusal(400, "VALIDATION_MISSING_FIELD", message, _SUGGESTION, field=field)


def _wrong_type(field: str, message: str) -> Refusal:
    return Refusal(400, "VALIDATION_INVALID_TYPE", message, _SUGGESTION, field=field)


def _out_of_range(field: str, message: str) -> Refusal:
    return Refusal(400, "VALIDATION_OUT_OF_RANGE", message, _SUGGESTION, field=field)
