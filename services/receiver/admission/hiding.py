"""Keys stay out of answers: one that was sent where none belongs is not sent back."""

from sanic import Request

from services.receiver.admission.auth import secret_of
from services.receiver.refusing.refusals import Refusal
from shared.keyform import mask

__all__ = ["holds_key", "secret_presented", "without_key", "without_keys"]

_TELLING = 8
"""Characters; a shorter text is no secret, and part of many a word."""


def without_key(request: Request, text: str) -> str:
    """Return a text that holds neither the key that its request presented nor any of our form."""
    secret = secret_presented(request) or ""
    masked = mask(text)
    return masked.replace(secret, "...") if len(secret) >= _TELLING else masked


def without_keys(request: Request, refusal: Refusal) -> Refusal:
    """Return a refusal whose words hold no key."""

    def clean(value: object) -> object:
        return without_key(request, value) if isinstance(value, str) else value

    more = {name: clean(value) for name, value in refusal.more.items()}
    cleaned = Refusal(
        refusal.status, refusal.code, str(clean(refusal.message)), str(clean(refusal.suggestion)), **more
    )
    cleaned.headers = refusal.headers
    return cleaned


def holds_key(request: Request, text: str) -> bool:
    """Tell whether a text that is to be sent back, or logged, holds a key."""
    secret = secret_presented(request) or ""
    return mask(text) != text or (len(secret) >= _TELLING and secret in text)


def secret_presented(request: Request) -> str | None:
    """Return what a request presents as its key, right or wrong; None when it presents nothing."""
    return secret_of(request.headers.get("x-api-key"), request.headers.get("authorization"))
