"""What a receiver's key looks like, and how a text is rid of one (pure).

`mg_` + 8 public characters + `_` + the secret, letters and digits.
"""

import re

__all__ = ["SECRET_LENGTH", "mask", "prefix_of"]

SECRET_LENGTH = 43
"""Of 62 characters: 256 bits."""

_WHOLE = re.compile(rf"(mg_[a-z0-9]{{8}})_[A-Za-z0-9]{{{SECRET_LENGTH}}}")
_ANY = re.compile(r"(mg_[a-z0-9]{8})_[A-Za-z0-9]+")
"""Also a key that was cut off, or has a slip in it."""


def prefix_of(text: str) -> str | None:
    """Return the public part of a text that has the form of a key."""
    found = _WHOLE.fullmatch(text)
    return found[1] if found else None


def mask(text: str) -> str:
    """Return a text with the public part only of each key in it."""
    return _ANY.sub(r"\1_...", text) if "mg_" in text else text
