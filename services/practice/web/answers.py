"""Answers in the forms that the routes share."""

from typing import Any

from sanic import HTTPResponse
from sanic.response import html, raw

from services.practice.pages import fill
from shared.schemas.codec import encode

__all__ = ["GET", "challenge", "json_answer", "page"]

GET = ("GET", "HEAD")
NO_STORE = {"cache-control": "no-store"}


def json_answer(
    document: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> HTTPResponse:
    """Answer with JSON that nobody caches."""
    return raw(
        encode(document), status=status, headers=NO_STORE | (headers or {}), content_type="application/json"
    )


def page(content: str, *, status: int = 200, headers: dict[str, str] | None = None) -> HTTPResponse:
    """Answer with a page that nobody caches."""
    return html(content, status=status, headers=NO_STORE | (headers or {}))


def challenge() -> HTTPResponse:
    """Answer as the bot check does, to pages and JSON alike."""
    return page(fill("challenge.html"), status=403, headers={"cf-mitigated": "challenge"})


def api_error(status: int, kind: str, message: str, **details: Any) -> HTTPResponse:  # noqa: ANN401 - JSON
    """Answer a JSON request with an error in the form of Claude's API."""
    error = {"type": kind, "message": message} | ({"details": details} if details else {})
    return json_answer({"type": "error", "error": error}, status=status)
