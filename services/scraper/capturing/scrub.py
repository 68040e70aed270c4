"""Takes out what is nobody's business before anything is read, kept or told (pure).

A mail address anywhere on the page or in its JSON, and a cookie's value wherever it shows up, are masked in
the captured page itself, so that no snapshot, log, report or capture made from it can hold them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from services.scraper.extract.captured import CapturedPage, Element, Meter, Piece, Text

__all__ = ["around_usage", "mask", "scrubbed"]

MAIL = re.compile(
    r"[^\s\"'<>()\[\]{},;:@\\/|=]+(?:@|%40|\uff20)[^\s\"'<>()\[\]{},;:@\\/|=?]+\.[^\s\"'<>()\[\]{},;:@\\/|=?.]+",
    re.IGNORECASE,
)
Clean = Callable[[str], str]

MAIL_MASK, SECRET_MASK, ID_MASK, PERSON_MASK = "[mail]", "[cookie]", "[id]", "[person]"
TOKEN = re.compile(r"sk-ant-[A-Za-z0-9_-]+")
"""How the site's own keys and login cookies begin."""

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
PERSONAL_KEY = re.compile(r"(?:^|_)(?:name|e?mail|phone|address|login|username|title)$", re.IGNORECASE)
PERSON_OBJECT = re.compile(r"account|user|member|profile|organization|owner|person", re.IGNORECASE)
HOME = re.compile(r"(?<![^\s'\"=:(])/(?:home|Users)/[^/\s'\"]+|/root(?=/|\b)")

SHORTEST_SECRET = 8
"""A cookie's value shorter than this is no secret, but a setting such as `dark` or `en-US`."""

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE)
"""A date is no secret either, and masked it would take the reset times with it."""

FRAME_TAGS = frozenset({"nav", "header", "footer", "aside"})
FRAME_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search"})
FIGURE = re.compile(
    r"\d\s*%|%\s*\d|reset|zur\u00fccks|r\u00e9initial|last updated|mise \u00e0 jour|aktualisiert",
    re.IGNORECASE,
)
"""What tells that a text belongs to the usage: a share, a reset, or how old the figures are."""


def mask(text: str, secrets: Sequence[str] = ()) -> str:
    """Mask mail addresses, the user's home folder and the given secrets in a text."""
    for secret in secrets:
        text = text.replace(secret, SECRET_MASK)
    if "sk-ant-" in text:
        text = TOKEN.sub(SECRET_MASK, text)
    if "@" in text or "\uff20" in text or "%40" in text:
        text = MAIL.sub(MAIL_MASK, text)
    if "-" in text:
        text = UUID.sub(ID_MASK, text)
    return HOME.sub("~", text) if "/" in text else text


def scrubbed(page: CapturedPage, secrets: Sequence[str] = ()) -> CapturedPage:
    """Return the page without mail addresses and without the values of its cookies."""
    long_ones = sorted((one for one in secrets if _is_secret(one, page)), key=len, reverse=True)

    def clean(text: str) -> str:
        return mask(text, long_ones)

    return msgspec.structs.replace(
        page,
        url=_url(page.url, clean),
        title=clean(page.title),
        pieces=[_piece(piece, clean) for piece in page.pieces],
        answers=[msgspec.structs.replace(one, data=_answered(one.data, clean)) for one in page.answers],
    )


def _is_secret(value: str, page: CapturedPage) -> bool:
    """Tell a secret from what a page may say of itself: masking that would eat its figures."""
    return len(value) >= SHORTEST_SECRET and value != page.zone and not MOMENT.fullmatch(value)


def _url(url: str, clean: Clean) -> str:
    """Clean an address but for its host, without which it would be none."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, clean(parts.path), clean(parts.query), clean(parts.fragment)))


def _piece(piece: Piece, clean: Clean) -> Piece:
    if isinstance(piece, Meter):
        return msgspec.structs.replace(piece, name=clean(piece.name), words=clean(piece.words))
    return _text(piece, clean)


def _text(piece: Text, clean: Clean) -> Text:
    text = clean(piece.text)
    if text == piece.text:
        return piece
    # What is masked may have stood across several parts.
    return msgspec.structs.replace(piece, text=text, parts=[text])


def _answered(data: Any, clean: Clean) -> Any:  # noqa: ANN401 - any JSON
    """Clean an answer; one that is nested too deeply for that is no usage, and is left out."""
    try:
        return _data(data, clean)
    except RecursionError:
        return None


def _data(data: Any, clean: Clean) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, list):
        return [_data(one, clean) for one in data]
    if isinstance(data, dict):
        return {clean(key): _value(key, value, clean) for key, value in data.items()}
    return data


def _value(key: str, value: Any, clean: Clean) -> Any:  # noqa: ANN401 - any JSON
    """Take out who somebody is, as a server may tell it beside the figures; a model's name is none."""
    if isinstance(value, str) and PERSONAL_KEY.search(key) and key != "display_name":
        return PERSON_MASK
    if isinstance(value, dict) and PERSON_OBJECT.fullmatch(key):
        return PERSON_MASK
    return _data(value, clean)


def around_usage(page: CapturedPage) -> Iterator[CapturedPage]:
    """Yield the page with less and less left out: all but what surrounds its figures, then only its frame.

    The frame is what a page has around its matter (navigation, header, footer, asides): there stand names and
    the titles of conversations.
    """
    frame = _inside(page.elements, _is_frame)
    matter = [piece for piece in page.pieces if piece.element not in frame]
    core = _shared_root(page.elements, [piece.element for piece in matter if _is_figure(piece)])
    if core is not None:
        within = _inside(page.elements, lambda index, _: index == core)
        inner = [piece for piece in matter if piece.element in within]
        yield msgspec.structs.replace(page, title="", pieces=inner)
        yield msgspec.structs.replace(page, pieces=inner)
    yield msgspec.structs.replace(page, title="", pieces=matter)
    yield msgspec.structs.replace(page, pieces=matter)


def _is_frame(_index: int, element: Element) -> bool:
    return element.tag in FRAME_TAGS or element.role in FRAME_ROLES


def _is_figure(piece: Piece) -> bool:
    return isinstance(piece, Meter) or bool(FIGURE.search(piece.text))


def _inside(elements: list[Element], wanted: Callable[[int, Element], bool]) -> set[int]:
    """Return the elements that are wanted or stand inside one: parents come before their children."""
    found: set[int] = set()
    for index, element in enumerate(elements):
        if element.parent in found or wanted(index, element):
            found.add(index)
    return found


def _shared_root(elements: list[Element], places: list[int]) -> int | None:
    """Return the innermost element around all of the places."""
    chains = [list(_chain(elements, place)) for place in places]
    if not chains:
        return None
    shared = set(chains[0]).intersection(*chains[1:])
    return max(shared, default=None)


def _chain(elements: list[Element], index: int) -> Iterator[int]:
    """Yield an element and its ancestors."""
    while 0 <= index < len(elements):
        yield index
        index = elements[index].parent if elements[index].parent < index else -1
