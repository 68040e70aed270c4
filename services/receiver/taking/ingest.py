"""From a body to what may be stored (pure): every way in which it can be wrong has its answer."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from services.receiver.refusing.refusals import Refusal
from shared.schemas.codec import Document, decode_document, decode_snapshot, digest
from shared.schemas.usage import Snapshot
from shared.store.reports import checked_report

__all__ = ["BODY_LIMIT", "not_json", "read_report", "read_snapshot"]

BODY_LIMIT = 64 * 1024
"""Bytes of one snapshot or report; checked while the body arrives."""

_SUGGESTION = "Send what GET /docs (for programs: /openapi.json) describes for this call."
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`(?: - at `\$\.?(?P<path>[^`]*)`)?")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")
_WRONG_TYPE = re.compile(r"Expected `[^`]+`, got ")

R = TypeVar("R")


def read_snapshot(body: bytes, account: str) -> Document:
    """Return the document that a body holds, checked against the snapshot's types.

    Raises Refusal (400) that names the field; unknown fields are kept.
    """
    document, snapshot = _checked(body, decode_snapshot)
    _check_readings(snapshot)
    _check_account(snapshot.account, account)
    _check_moment("lastUpdated", snapshot.last_updated)
    return document


def read_report(body: bytes, account: str) -> Document:
    """Return the document that a body holds, checked against the report's types; raises Refusal (400)."""
    document, report = _checked(body, checked_report)
    _check_account(report.account, account)
    _check_moment("at", report.at)
    return document


def _checked(body: bytes, check: Callable[[Document], R]) -> tuple[Document, R]:
    try:
        document = decode_document(body)
        checked = check(document)
        digest(document)
    except msgspec.ValidationError as error:
        raise _refuse(str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise not_json(error) from error
    return document, checked


def not_json(error: Exception) -> Refusal:
    """Answer a body that no JSON can be read from."""
    match error:
        case RecursionError():
            return _wrong_type("body", "The body is nested too deeply.")
        case UnicodeDecodeError():
            return _wrong_type("body", "The body is not JSON: JSON is not UTF-8.")
    return _wrong_type("body", f"The body is not JSON: {error}.")


def _check_readings(snapshot: Snapshot) -> None:
    weekly = snapshot.weekly_limits
    has_weekly = weekly is not None and (weekly.all_models or weekly.sonnet_only or weekly.scoped)
    if not (snapshot.current_session or has_weekly or snapshot.credits):
        raise _missing(
            "currentSession", "The snapshot holds no reading: currentSession or weeklyLimits is missing."
        )


def _check_account(named: str | None, account: str) -> None:
    if named not in {None, account}:
        raise _out_of_range("account", f"account is {named!r}, but this address stores {account!r}.")


def _check_moment(field: str, moment: datetime) -> None:
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise _out_of_range(field, f"{field} lies outside the years 1 to 9999.") from error


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
