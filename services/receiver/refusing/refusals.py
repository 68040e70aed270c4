"""Answers to requests that cannot be met (pure), in the origin system's form."""

import math
import re
from typing import Any

from shared.errors import MarigraphError
from shared.store.errors import (
    StoreConflictError,
    StoreDamagedError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)

__all__ = [
    "PATIENCE_SECONDS",
    "SERVER_FAULT",
    "STORAGE_FAILED",
    "Refusal",
    "asks_too_much",
    "cannot_read",
    "elsewhere",
    "forbidden",
    "internal_error",
    "key_ended",
    "key_invalid",
    "key_missing",
    "not_found",
    "not_read",
    "not_stored",
    "still_reading",
    "told",
    "too_large",
    "too_many_failures",
]


STORAGE_FAILED = "STORAGE_WRITE_FAILED"
PATIENCE_SECONDS = 25
"""How long a question waits while the record is read: less than an answer may take at all."""

SERVER_FAULT = 500
"""From this status on it is not the caller's fault."""


class Refusal(Exception):  # noqa: N818 - it is an answer that is raised, not a fault
    """A request that is answered with an error: what is wrong with it and what to do."""

    def __init__(self, status: int, code: str, message: str, suggestion: str, **more: object) -> None:
        """Take the HTTP status, the error code, two sentences, and further fields of the answer."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.more = more
        self.headers: dict[str, str] = {}
        """Headers of the answer, such as Retry-After: set by whoever raises it."""

    def body(self, request_id: str, timestamp: str) -> dict[str, Any]:
        """Return the answer's JSON."""
        return {
            "success": False,
            "errorCode": self.code,
            "message": self.message,
            "suggestion": self.suggestion,
            "requestId": request_id,
            "timestamp": timestamp,
            **self.more,
        }


def key_missing() -> Refusal:
    """Answer a request without a key."""
    return _unauthorised("AUTH_MISSING", "This call needs a key.", "Send it in the header X-API-Key.")


def key_invalid() -> Refusal:
    """Answer a request whose key is not known."""
    return _unauthorised(
        "AUTH_INVALID",
        "This key is not known here.",
        "Compare it with CLAUDE_SYNC_API_KEY on the server, or have one made there: receiver keys add.",
    )


def key_ended() -> Refusal:
    """Answer a request whose key was valid once."""
    return _unauthorised(
        "AUTH_INVALID", "This key was revoked or has expired.", "Ask who runs the server for a new one."
    )


def _unauthorised(code: str, message: str, suggestion: str) -> Refusal:
    refusal = Refusal(401, code, message, suggestion)
    refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal


def too_many_failures(seconds: float) -> Refusal:
    """Answer a key that comes from where too many wrong ones came from; it was not looked at."""
    return _later(
        seconds,
        "Too many wrong keys came from this address.",
        "Wait as long as Retry-After says; correct the key.",
    )


def asks_too_much(seconds: float) -> Refusal:
    """Answer a key that asks more often than it may."""
    return _later(seconds, "This key asks too often.", "Wait as long as Retry-After says; ask less often.")


def _later(seconds: float, message: str, suggestion: str) -> Refusal:
    refusal = Refusal(429, "RATE_LIMITED", message, suggestion)
    refusal.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    return refusal


def forbidden(scope: str) -> Refusal:
    """Answer a request whose key is known but does not open this."""
    return Refusal(
        403, "AUTH_FORBIDDEN", f"This key may not {scope} this account.", "Use a key that was made for it."
    )


def cannot_read() -> Refusal:
    """Answer a login with a key that opens nothing to look at."""
    return Refusal(403, "AUTH_FORBIDDEN", "This key may not read.", "Use one that was made with --read.")


def elsewhere() -> Refusal:
    """Answer a login or logout that a page of another site sent."""
    return Refusal(
        403, "AUTH_FORBIDDEN", "This was sent by a page of another site.", "Open the dashboard itself."
    )


def not_found(message: str, suggestion: str) -> Refusal:
    """Answer a question for something that is not stored."""
    return Refusal(404, "NOT_FOUND", message, suggestion)


def too_large(limit: int) -> Refusal:
    """Answer a request whose body is longer than `limit` bytes."""
    return Refusal(
        413,
        "VALIDATION_OUT_OF_RANGE",
        f"The body is longer than {limit} bytes.",
        "Send one snapshot a request; a snapshot has about 1,000 bytes.",
    )


_ASK_AGAIN_SECONDS = 5

_PATH = re.compile(r"(?:\w+:/*)?(?<!\w)/[^\s'\"()]+")


def told(error: MarigraphError) -> str:
    """Return an error's words without the paths of this machine, which are for the log alone."""
    return _PATH.sub("(a path)", str(error))


_FAILURES: tuple[tuple[type[MarigraphError], int, str], ...] = (
    (StoreFullError, 507, "Nothing was stored: free some space on the server's disk, then send it again."),
    (StoreReadOnlyError, 503, "Nothing was stored: make the server's store writable, then send it again."),
    (
        StoreUnavailableError,
        503,
        "Send it again later: what was stored after all is found to be a duplicate.",
    ),
    (StoreDamagedError, 503, "Nothing was stored: `python -m shared.store check` on the server says more."),
    (StoreConflictError, 409, "Nothing was stored: the same snapshot will be refused again."),
)
"""What a store's error means to who sent a snapshot; any other is the disk's, and 500."""


def not_stored(error: MarigraphError) -> Refusal:
    """Answer a snapshot that the store could not take: what went wrong and what to do about it."""
    for kind, status, suggestion in _FAILURES:
        if isinstance(error, kind):
            return Refusal(status, STORAGE_FAILED, f"{told(error)}.", suggestion)
    suggestion = "Nothing was stored: look after the server's disk, then send it again."
    return Refusal(500, STORAGE_FAILED, f"{told(error)}.", suggestion)


def internal_error() -> Refusal:
    """Answer a request that met a fault of our own; what it was is in the log alone."""
    return Refusal(
        500, "INTERNAL_ERROR", "Something failed on the server.", "Ask again; the server's log says more."
    )


def not_read(error: MarigraphError) -> Refusal:
    """Answer a question that the store could not answer just now."""
    return Refusal(503, "INTERNAL_ERROR", f"{told(error)}.", "Ask again later; the server's log says more.")


def still_reading(seconds: float) -> Refusal:
    """Answer a question for which the record could not be read in so many seconds."""
    refusal = Refusal(
        503,
        "INTERNAL_ERROR",
        f"The record of this range is still being read after {seconds} seconds.",
        f"Ask again in {_ASK_AGAIN_SECONDS} seconds: reading goes on, and what was read is kept.",
    )
    refusal.headers["Retry-After"] = str(_ASK_AGAIN_SECONDS)
    return refusal
