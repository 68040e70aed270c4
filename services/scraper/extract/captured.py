"""The captured page: everything that was seen in one visit, as plain data (pure).

`services/scraper/visiting/page_script.js` makes the visible part of it inside the page. It can be kept as a
capture and read again by a newer parser.
"""

from datetime import datetime
from typing import Any

import msgspec

__all__ = ["Answer", "CapturedPage", "Element", "Meter", "Piece", "Text", "View", "decode_view", "same_view"]

Box = tuple[int, int, int, int]
"""Left, top, width and height on the page, in CSS pixels."""


class Element(msgspec.Struct, frozen=True):
    """An element in which something was seen: `parent` is its index in the list, -1 at the top.

    `modal` marks a dialog that lies over everything else.
    """

    parent: int
    tag: str = ""
    role: str = ""
    modal: bool = False


class Text(msgspec.Struct, frozen=True, tag_field="kind", tag="text"):
    """One run of text as it is laid out, and the parts that single elements gave to it."""

    element: int
    text: str
    parts: list[str] = []
    box: Box | None = None


class Meter(msgspec.Struct, frozen=True, tag_field="kind", tag="meter"):
    """An ARIA meter or progress bar: accessible name, value between `low` and `high`, and its own words.

    `low` and `high` are None where the page does not state them: 0 and 100 then.
    """

    element: int
    name: str = ""
    now: float | None = None
    low: float | None = None
    high: float | None = None
    words: str = ""
    box: Box | None = None


Piece = Text | Meter


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A usage answer the page fetched for itself.

    `organization` numbers the organisations in the order they were asked for; `data` is None when the body
    was no JSON; `mitigated` is the header `cf-mitigated`.
    """

    organization: int
    status: int
    data: Any = None
    mitigated: str = ""


class View(msgspec.Struct, frozen=True):
    """What the script in the page returns; `url` has no query, for that may hold secrets."""

    url: str
    title: str
    zone: str
    language: str
    elements: list[Element]
    pieces: list[Piece]


class CapturedPage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One visit: when (UTC), what the server answered, what was seen, and the JSON that passed by.

    `zone` is the time zone the page's own clock was set to (an IANA name). `unfinished` names what had not
    arrived when the waiting ended: the `document`, or a usage `answer` that the page had asked for.
    `elsewhere` tells that the browser was sent on to an address that is not the usage page's.
    """

    taken_at: datetime
    url: str
    title: str = ""
    zone: str = "UTC"
    language: str = ""
    status: int = 0
    mitigated: str = ""
    elements: list[Element] = []
    pieces: list[Piece] = []
    answers: list[Answer] = []
    unfinished: str = ""
    elsewhere: bool = False


_view_decoder = msgspec.json.Decoder(View)


def decode_view(text: str) -> View:
    """Decode what the script returned; raises msgspec.DecodeError."""
    return _view_decoder.decode(text)


def same_view(one: CapturedPage, other: CapturedPage) -> bool:
    """Tell whether nothing that was seen or fetched changed between two captures."""
    return msgspec.structs.replace(one, taken_at=other.taken_at) == other
