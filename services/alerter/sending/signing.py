"""Signatures of webhooks by the Standard Webhooks specification (pure): HMAC-SHA256 over id, time, body.

The time is that of the try and stands in the signature, so that an old request cannot be sent again; the id
stays the same at every try, so that whoever has it already can drop it.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

__all__ = ["headers_of", "key_from"]

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes of a key, as the specification bounds them."""


def key_from(secret: str) -> bytes:
    """Return the key in `whsec_<base64>`. Raises ValueError, which does not repeat the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"a webhook's secret is {_PREFIX} and base64 of {_SHORTEST} to {_LONGEST} bytes")
    return key


def headers_of(message_id: str, seconds: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers that sign a body, one signature a key; `seconds` since 1970."""
    content = f"{message_id}.{seconds}.".encode() + body
    signed = (base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{one}" for one in signed),
    }
