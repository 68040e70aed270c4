"""Making keys, and telling which a person chose badly (pure)."""

import math
import secrets
import string

from shared.keyform import SECRET_LENGTH

__all__ = ["is_weak", "mint"]

_PUBLIC = string.ascii_lowercase + string.digits
_SECRET = string.ascii_letters + string.digits
_WEAK_BITS = 72
"""Below it a text is pointed out: a password of 12 random characters, or half a sentence."""


def mint() -> str:
    """Make a new key. Letters and digits only: a double click takes all of it, no shell changes it."""
    public = "".join(secrets.choice(_PUBLIC) for _ in range(8))
    return f"mg_{public}_" + "".join(secrets.choice(_SECRET) for _ in range(SECRET_LENGTH))


def is_weak(text: str) -> bool:
    """Tell whether a key that a person chose could be guessed: too short, or too few different characters."""
    return len(text) * math.log2(max(1, len(set(text)))) < _WEAK_BITS
