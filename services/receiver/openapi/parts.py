"""The pieces that operations are described with (pure)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from services.receiver.openapi.answers import OriginError, Problem
from services.receiver.refusing.problems import CONTENT_TYPE

__all__ = [
    "ACCOUNT",
    "EXAMPLE_ACCOUNT",
    "FROM",
    "LIMITS",
    "MOMENT",
    "NOT_MODIFIED",
    "PLAIN_HEADERS",
    "TAGGED_HEADERS",
    "TO",
    "Json",
    "Operation",
    "answer",
    "json_body",
    "json_of",
    "operation",
    "path_part",
    "problems",
    "query",
    "ref",
    "troubles",
]

Json = dict[str, Any]

EXAMPLE_ACCOUNT = "default"

_WORDS = {
    400: "Something in the request is wrong; `errors` names it.",
    401: "No key, or one that is not known.",
    403: "The key does not open this.",
    404: "Nothing is there, or no account can have that name.",
    408: "The body took too long to arrive.",
    409: "What is stored contradicts it; the same again is refused again.",
    413: "The body is too large.",
    415: "The body is packed; it has to be plain.",
    429: "The key asks too often, or too many wrong keys came from this address.",
    500: "Something failed on the server.",
    503: "The store does not answer, or cannot be written, just now.",
    507: "The server's disk is full; nothing was stored.",
}
_LATER = frozenset({429, 503})
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_REQUEST_ID = {
    "X-Request-ID": {
        "description": "Names this request in the server's log; one that was sent comes back.",
        "schema": {"type": "string"},
    }
}
PLAIN_HEADERS: Json = _REQUEST_ID
TAGGED_HEADERS: Json = {
    **_REQUEST_ID,
    "ETag": {"description": "For If-None-Match.", "schema": {"type": "string"}},
}
NOT_MODIFIED: Json = {"description": "The caller holds this answer already (If-None-Match)."}


class Operation(Struct, frozen=True):
    """One call: its method in small letters, its path, and its description in OpenAPI."""

    method: str
    path: str
    described: Json


def ref(kind: type) -> Json:
    """Refer to a type."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def json_of(schema: Json, example: object = None, *, kind: str = "application/json") -> Json:
    """Return content in JSON."""
    return {kind: {"schema": schema, **({"example": example} if example is not None else {})}}


def json_body(schema: Json, examples: Mapping[str, object]) -> Json:
    """Return a request's body."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}


def answer(description: str, content: Json | None = None, headers: Json | None = None) -> Json:
    """Return a response."""
    return {
        "description": description,
        "headers": headers or PLAIN_HEADERS,
        **({"content": content} if content else {}),
    }


def query(name: str, schema: Json, description: str, example: object = None, **more: object) -> Json:
    """Return a parameter behind the `?`."""
    shown = {"example": example} if example is not None else {}
    return {"name": name, "in": "query", "description": description, "schema": schema, **shown, **more}


def path_part(name: str, schema: Json, description: str, example: object) -> Json:
    """Return a part of a path that is asked for."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


ACCOUNT = path_part(
    "account",
    {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,31}$"},
    "The account's name.",
    EXAMPLE_ACCOUNT,
)


MOMENT: Json = {"type": "string", "description": "ISO 8601; UTC without a zone; a date is its midnight."}
FROM = query("from", MOMENT, "Where the range begins; it belongs to it.", "2026-11-22T10:00:00Z")
TO = query("to", MOMENT, "Where the range ends; it does not belong to it.", "2026-11-22T12:00:00Z")
LIMITS = query(
    "limit",
    {"type": "array", "items": {"type": "string", "pattern": r"^(session|weekly(:.{1,64})?|credits)$"}},
    "Which limits; all when it is left out.",
    ["session", "weekly"],
    style="form",
    explode=True,
)


def problems(*statuses: int) -> Json:
    """Return the failures of a call under `/api/v1`."""
    return _failures(statuses, json_of(ref(Problem), kind=CONTENT_TYPE))


def troubles(*statuses: int) -> Json:
    """Return the failures of a call of the origin's."""
    return _failures(statuses, json_of(ref(OriginError)))


def _failures(statuses: Sequence[int], content: Json) -> Json:
    return {
        str(status): answer(
            _WORDS.get(status, HTTPStatus(status).phrase),
            content,
            {**PLAIN_HEADERS, **(_RETRY_AFTER if status in _LATER else {})},
        )
        for status in statuses
    }


def operation(  # noqa: PLR0913 - a call has so many sides
    method: str,
    path: str,
    name: str,
    summary: str,
    answers: Json,
    *,
    tag: str,
    scope: str | None,
    parameters: Sequence[Json] = (),
    body: Json | None = None,
    description: str = "",
) -> Operation:
    """Describe a call; `scope` is what a key needs, None where none is needed."""
    return Operation(
        method,
        path,
        {
            "operationId": name,
            "tags": [tag],
            "summary": summary,
            **({"description": description} if description else {}),
            "security": [] if scope is None else [{"key": [scope]}, {"bearer": [scope]}],
            **({"parameters": list(parameters)} if parameters else {}),
            **({"requestBody": body} if body else {}),
            "responses": answers,
        },
    )
