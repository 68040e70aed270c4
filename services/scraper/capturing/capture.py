"""A capture: a captured page with how its scrape ended and what was recorded of it (pure)."""

import msgspec

from services.scraper.extract.captured import CapturedPage
from shared.schemas.codec import Document

__all__ = ["Capture", "decode_capture", "encode_capture"]

FORMAT = 1


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is the scrape's, `recorded` the snapshot that was recorded of the page; None: none was."""

    page: CapturedPage
    state: str
    recorded: Document | None = None
    format: int = FORMAT


encode_capture = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Capture)


def decode_capture(data: bytes) -> Capture:
    """Decode a capture's file; raises msgspec.DecodeError, whatever it is that does not fit."""
    try:
        return _decoder.decode(data)
    except (RecursionError, UnicodeDecodeError) as error:
        raise msgspec.DecodeError(str(error)) from error
