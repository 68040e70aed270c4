"""Text as it is compared (pure)."""

import re
import unicodedata

__all__ = ["tidy"]

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\u2066-\u2069\ufeff]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'})


def tidy(text: str) -> str:
    """Return the text with plain spaces, quotes and digits, and without characters that nobody sees."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_QUOTES)
    return re.sub(r"\s+", " ", plain).strip()
