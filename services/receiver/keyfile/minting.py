"""What a key looks like (pure): `mg_` + 8 public characters + `_` + 43 secret ones, 256 bits of chance."""

import math
import re
import secrets
import string

__all__ = ["is_minted", "is_weak", "mint", "prefix_of"]

_PUBLIC = string.ascii_lowercase + string.digits
_SECRET = string.ascii_letters + string.digits
_SECRET_LENGTH = 43
_MINTED = re.compile(r"(?P<prefix>mg_[a-z0-9]{8})_[A-Za-z0-9]{43}")
_WEAK_BITS = 72
"""Below it a text is pointed out: a password of 12 random characters, or half a sentence."""


def mint() -> str:
    """Make a new key. Letters and digits only: a double click takes all of it, no shell changes it."""
    public = "".join(secrets.choice(_PUBLIC) for _ in range(8))
    return f"mg_{public}_" + "".join(secrets.choice(_SECRET) for _ in range(_SECRET_LENGTH))


def is_minted(text: str) -> bool:
    """Tell whether a text has the form of our keys, which no number of guesses finds."""
    return _MINTED.fullmatch(text) is not None


def prefix_of(text: str) -> str | None:
    """Return the public part of a text that has the form of our keys."""
    found = _MINTED.fullmatch(text)
    return found["prefix"] if found else None


def is_weak(text: str) -> bool:
    """Tell whether a key that a person chose could be guessed: too short, or too few different characters."""
    return len(text) * math.log2(max(1, len(set(text)))) < _WEAK_BITS
