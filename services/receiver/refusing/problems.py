"""Refusals as problem details (pure): the form of RFC 9457, in which everything under `/api/v1` fails."""

from http import HTTPStatus
from typing import Any

from msgspec import Struct

from services.receiver.refusing.refusals import Refusal

__all__ = ["CONTENT_TYPE", "KINDS", "PAGE", "ROOT", "Kind", "anchor_of", "problem"]

ROOT = "/api/v1"
"""Below it failures have this form; elsewhere they have the origin's."""

CONTENT_TYPE = "application/problem+json"

PAGE = "/docs/problems"
"""Where `type` leads: a page that explains each code."""


class Kind(Struct, frozen=True):
    """What a code means, the same every time, and what to do about it."""

    title: str
    cure: str


KINDS = {
    "AUTH_MISSING": Kind("A key is needed", "Send it as X-API-Key, or as Authorization: Bearer."),
    "AUTH_INVALID": Kind("The key is not known", "Send one that is listed and not revoked."),
    "AUTH_FORBIDDEN": Kind(
        "The key does not open this",
        "Use one with the right scope for this account. Whether the account exists is not told.",
    ),
    "RATE_LIMITED": Kind("Too many requests", "Wait as long as Retry-After says."),
    "VALIDATION_MISSING_FIELD": Kind("A field is missing", "Add the field that `errors` names."),
    "VALIDATION_INVALID_TYPE": Kind("A value has the wrong type", "Correct the field that `errors` names."),
    "VALIDATION_OUT_OF_RANGE": Kind(
        "A value is not allowed", "Correct the field or parameter that `errors` names, or send less at once."
    ),
    "INVALID_REQUEST": Kind("The request is not valid", "Correct its method, headers or form."),
    "NOT_FOUND": Kind("Nothing is there", "Look at the address, or ask a list for what there is."),
    "STORAGE_WRITE_FAILED": Kind(
        "Nothing could be stored",
        "Look after the server's disk and send it again; after 409 it would be refused again.",
    ),
    "INTERNAL_ERROR": Kind(
        "The server could not answer", "Ask again; the server's log tells more under the request's id."
    ),
}


def problem(refusal: Refusal, request_id: str | None = None) -> dict[str, Any]:
    """Return a refusal as problem details; `errors` names the fields that are wrong."""
    more = {name: value for name, value in refusal.more.items() if name != "field"}
    field = refusal.more.get("field")
    kind = KINDS.get(refusal.code)
    return {
        "type": f"{PAGE}#{anchor_of(refusal.code)}",
        "title": kind.title if kind else HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "suggestion": refusal.suggestion,
        **({"requestId": request_id} if request_id else {}),
        **({"errors": [{"field": field, "message": refusal.message}]} if field else {}),
        **more,
    }


def anchor_of(code: str) -> str:
    """Return a code as the page's anchor: `auth-missing`."""
    return code.lower().replace("_", "-")
