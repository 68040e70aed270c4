"""Text as it is compared (pure)."""

import re
import unicodedata

__all__ = ["tidy"]

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\u2066-\u2069\ufeff]")
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209c\u2460-\u249b\u00bc-\u00be\u2150-\u215f\u2189]")
"""Figures that are no part of the number they stand beside, though they look like it once they are plain."""

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"'})


def tidy(text: str) -> str:
    """Return the text with plain spaces, quotes and digits, and without characters that nobody sees."""
    kept = _RAISED.sub("\ufffd", _INVISIBLE.sub("", text))
    plain = unicodedata.normalize("NFKC", kept).translate(_QUOTES)
    return re.sub(r"\s+", " ", plain).strip()
