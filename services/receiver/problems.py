"""Refusals as problem details (pure): the form of RFC 9457, in which everything under `/api/v1` fails."""

from http import HTTPStatus
from typing import Any

from services.receiver.refusals import Refusal

__all__ = ["CONTENT_TYPE", "ROOT", "TITLES", "problem"]

ROOT = "/api/v1"
"""Below it failures have this form; elsewhere they have the origin's."""

CONTENT_TYPE = "application/problem+json"

TITLES = {
    "AUTH_MISSING": "A key is needed",
    "AUTH_INVALID": "The key is not known",
    "AUTH_FORBIDDEN": "The key does not open this",
    "RATE_LIMITED": "Too much was asked",
    "VALIDATION_MISSING_FIELD": "A field is missing",
    "VALIDATION_INVALID_TYPE": "A value has the wrong type",
    "VALIDATION_OUT_OF_RANGE": "A value is not allowed",
    "STORAGE_WRITE_FAILED": "Nothing could be stored",
    "NOT_FOUND": "Nothing is there",
    "INVALID_REQUEST": "The request is not valid",
    "INTERNAL_ERROR": "The server could not answer",
}
"""What each code means in a few words, the same every time."""


def problem(refusal: Refusal, request_id: str | None = None) -> dict[str, Any]:
    """Return a refusal as problem details; `errors` names the fields that are wrong."""
    more = {name: value for name, value in refusal.more.items() if name != "field"}
    field = refusal.more.get("field")
    return {
        "type": f"/docs/problems#{refusal.code.lower().replace('_', '-')}",
        "title": TITLES.get(refusal.code) or HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "suggestion": refusal.suggestion,
        **({"requestId": request_id} if request_id else {}),
        **({"errors": [{"field": field, "message": refusal.message}]} if field else {}),
        **more,
    }
