"""What is known of a request besides what it asks: when it came, and what its line in the log is to tell."""

from typing import cast

from sanic import Request

from services.receiver.admission.auth import Key
from services.receiver.operating.requestlog import More
from shared.wire.exchange import Exchange

__all__ = ["asked_at", "key_shown", "note", "noted"]


def asked_at(request: Request) -> float:
    """Return when the last bytes of a request's connection came in, in monotonic seconds.

    The store takes it as the moment from which on what others stored must be seen.
    """
    stream = cast("Exchange", request.stream)
    return cast("float", stream.protocol.received_at)


def note(request: Request, **more: str | int) -> None:
    """Have something told in the request's line of the log; in words of our own, not the client's."""
    request.ctx.more = more


def noted(request: Request) -> More | None:
    """Return what `note` was given."""
    more: More | None = request.ctx.__dict__.get("more")
    return more


def key_shown(request: Request) -> str | None:
    """Return what logs call the key that a request was let in with."""
    key: Key | None = request.ctx.__dict__.get("key")
    return key.shown if key else None
