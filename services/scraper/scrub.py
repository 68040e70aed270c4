"""Takes out what is nobody's business before anything is read, kept or told (pure).

A mail address anywhere on the page or in its JSON, and a cookie's value wherever it shows up, are masked in
the captured page itself, so that no snapshot, log, report or capture made from it can hold them.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from services.scraper.extract.captured import CapturedPage, Meter, Piece, Text

__all__ = ["mask", "scrubbed"]

MAIL = re.compile(
    r"[^\s\"'<>()\[\]{},;:@\\/|=]+(?:@|%40|\uff20)[^\s\"'<>()\[\]{},;:@\\/|=?]+\.[^\s\"'<>()\[\]{},;:@\\/|=?.]+",
    re.IGNORECASE,
)
MAIL_MASK, SECRET_MASK = "[mail]", "[cookie]"
HOME = re.compile(r"(?<![^\s'\"=:(])/(?:home|Users)/[^/\s'\"]+|/root(?=/|\b)")

SHORTEST_SECRET = 8
"""A cookie's value shorter than this is no secret, but a setting such as `dark` or `en-US`."""


def mask(text: str, secrets: Sequence[str] = ()) -> str:
    """Mask mail addresses, the user's home folder and the given secrets in a text."""
    for secret in secrets:
        text = text.replace(secret, SECRET_MASK)
    if "@" in text or "\uff20" in text or "%40" in text:
        text = MAIL.sub(MAIL_MASK, text)
    return HOME.sub("~", text) if "/" in text else text


def scrubbed(page: CapturedPage, secrets: Sequence[str] = ()) -> CapturedPage:
    """Return the page without mail addresses and without the values of its cookies."""
    long_ones = sorted((one for one in secrets if len(one) >= SHORTEST_SECRET), key=len, reverse=True)

    def clean(text: str) -> str:
        return mask(text, long_ones)

    return msgspec.structs.replace(
        page,
        url=clean(page.url),
        title=clean(page.title),
        pieces=[_piece(piece, clean) for piece in page.pieces],
        answers=[msgspec.structs.replace(one, data=_data(one.data, clean)) for one in page.answers],
    )


def _piece(piece: Piece, clean: Any) -> Piece:  # noqa: ANN401 - a function of text to text
    if isinstance(piece, Meter):
        return msgspec.structs.replace(piece, name=clean(piece.name), words=clean(piece.words))
    return _text(piece, clean)


def _text(piece: Text, clean: Any) -> Text:  # noqa: ANN401 - as above
    text = clean(piece.text)
    if text == piece.text:
        return piece
    # What is masked may have stood across several parts.
    return msgspec.structs.replace(piece, text=text, parts=[text])


def _data(data: Any, clean: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, list):
        return [_data(one, clean) for one in data]
    if isinstance(data, dict):
        return {clean(key): _data(value, clean) for key, value in data.items()}
    return data
