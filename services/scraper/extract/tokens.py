"""The captured page as a row of tokens, each with its meaning and its place (pure).

A text is recognised as a whole, else piece by piece where it is made of pieces. What is not recognised is
either prose, which says nothing about rows, or a name: it may head a row nobody knows, and whatever follows
it is its own. Treating a short unknown text as a name is what keeps its number from landing in another row.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from services.scraper.extract.captured import Box, CapturedPage, Element, Meter, Text
from services.scraper.extract.money import parse_money
from services.scraper.extract.resets import understood
from services.scraper.extract.words import CREDITS, LANGUAGES, Words, model_limit, tidy

__all__ = ["CONTENT", "HEADS", "NAMES", "Kind", "Meaning", "Token", "meter_limit", "read_tokens"]

Kind = Literal[
    "label",
    "name",
    "used",
    "summary",
    "bare",
    "meter",
    "reset",
    "idle",
    "unused",
    "spent",
    "updated",
    "prose",
]

HEADS: frozenset[Kind] = frozenset({"label", "spent"})
"""What heads the row of a known limit; an amount of money spent is both head and content of its row."""

NAMES: frozenset[Kind] = frozenset({*HEADS, "name"})
"""What can head a row, known or not."""

CONTENT: frozenset[Kind] = frozenset({"used", "summary", "bare", "meter", "reset", "idle", "unused"})
"""What can stand in a row beside its label."""


class Meaning(msgspec.Struct, frozen=True):
    """What one piece of text says. `limit` is set for labels; `stranger` marks a model nobody knows."""

    kind: Kind
    words: str = ""
    limit: str = ""
    value: float | None = None
    stranger: bool = False


class Token(msgspec.Struct, frozen=True):
    """A meaning at its place: its number in document order, its element, its box on the page."""

    order: int
    element: int
    meaning: Meaning
    box: Box | None = None

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.meaning.kind


BARE = re.compile(r"(?P<percent>\d{1,4}(?:\.\d{1,6})?) ?%")
FRAGMENT = re.compile(" ?[\u00b7\u2022|] ?|: | [\u2013\u2014-] ")
SENTENCE_WORDS = 8
JOINED = 4
"""The most neighbours that are read as one phrase: `46` `%` `of` `used` is already one too many."""


def read_tokens(page: CapturedPage) -> list[Token]:
    """Turn the page's pieces into tokens, in document order."""
    found: list[tuple[int, Meaning, Box | None]] = []
    pieces = list(_join_neighbours(page.pieces, page.elements))
    for piece in pieces:
        meanings = [_meter(piece)] if isinstance(piece, Meter) else _text(piece)
        found.extend((piece.element, meaning, piece.box) for meaning in meanings)
    return [
        Token(order=order, element=element, meaning=meaning, box=box)
        for order, (element, meaning, box) in enumerate(found)
    ]


def meter_limit(name: str) -> str | None:
    """Name the limit that a meter's accessible name names: "" when it names none, None when it is unknown."""
    bare = re.sub(r"[:,]? ?\d+(\.\d+)?% ?(used)?$", "", tidy(name), flags=re.IGNORECASE)
    if any(table.generic.fullmatch(bare) for table in LANGUAGES):
        return ""
    meaning = _label(bare)
    return meaning.limit if meaning else None


def _meter(meter: Meter) -> Meaning:
    span = meter.high - meter.low
    known = meter.now is not None and span > 0
    value = (meter.now - meter.low) * 100 / span if known and meter.now is not None else None
    return Meaning("meter", words=tidy(meter.name), value=value)


def _text(piece: Text) -> list[Meaning]:
    whole = tidy(piece.text)
    if meaning := _recognise(whole):
        return [meaning]
    fragments = [part for part in FRAGMENT.split(whole) if part]
    if len(fragments) > 1 and any(_recognise(part) for part in fragments):
        return _fragments(fragments)
    parts = [part for part in map(tidy, piece.parts) if part]
    if len(parts) > 1 and any(_recognise(part) for part in parts):
        return [_recognise(part) or _unknown(part) for part in parts]
    return [_unknown(whole)]


def _fragments(fragments: list[str]) -> list[Meaning]:
    """Read `Separate limit for Fable · Resets Wed 9:00 AM`: beside a reset, the rest describes its row."""
    meanings = [_recognise(part) or _unknown(part) for part in fragments]
    if not any(meaning.kind == "reset" for meaning in meanings):
        return meanings
    return [Meaning("prose") if meaning.kind == "name" else meaning for meaning in meanings]


def _unknown(text: str) -> Meaning:
    sentence = text.endswith((".", "!", "?", "…")) or len(text.split()) > SENTENCE_WORDS
    aside = any(table.asides.fullmatch(text) for table in LANGUAGES)
    return Meaning("prose" if sentence or aside else "name", words=text)


def _recognise(text: str) -> Meaning | None:
    for table in LANGUAGES:
        if meaning := _content(text, table):
            return meaning
    if match := BARE.fullmatch(text):
        return Meaning("bare", words=text, value=float(match["percent"]))
    return _label(text)


def _content(text: str, table: Words) -> Meaning | None:
    for pattern in table.figures:
        if match := pattern.fullmatch(text):
            return Meaning("used", words=text, value=float(match["percent"]))
    for limit, pattern in table.summaries.items():
        if match := pattern.fullmatch(text):
            return Meaning("summary", words=text, limit=limit, value=float(match["percent"]))
    if match := table.updated.fullmatch(text):
        return Meaning("updated", words=match["age"])
    if match := table.reset.fullmatch(text):
        return Meaning("reset", words=match["words"])
    if table.idle.fullmatch(text):
        return Meaning("idle", words=text)
    if match := table.unused.fullmatch(text):
        return Meaning("unused", words=text, limit=model_limit(match["model"]))
    if (match := table.spent.fullmatch(text)) and parse_money(match["amount"]):
        return Meaning("spent", words=match["amount"], limit=CREDITS)
    return None


def _label(text: str) -> Meaning | None:
    bare = text.rstrip(": ")
    for table in LANGUAGES:
        for limit, pattern in table.labels.items():
            if pattern.fullmatch(bare):
                return Meaning("label", words=bare, limit=limit)
        if match := table.model.fullmatch(bare):
            return Meaning("label", words=match["shown"], limit=model_limit(match["model"]))
        if match := table.stranger.fullmatch(bare):
            return Meaning("label", words=match["shown"], limit=model_limit(match["model"]), stranger=True)
    return None


def _join_neighbours(pieces: Iterable[Text | Meter], elements: list[Element]) -> Iterator[Text | Meter]:
    """Put together what layout took apart: `46%` and `used` in two boxes side by side are one phrase."""
    rest = list(pieces)
    while rest:
        joined, count = _longest_phrase(rest[:JOINED], elements)
        yield joined
        del rest[:count]


def _longest_phrase(pieces: list[Text | Meter], elements: list[Element]) -> tuple[Text | Meter, int]:
    first = pieces[0]
    if isinstance(first, Meter) or _stands_alone(first):
        return first, 1
    for count in range(len(pieces), 1, -1):
        texts = [piece for piece in pieces[:count] if isinstance(piece, Text)]
        if len(texts) < count or not _side_by_side(texts, elements):
            continue
        text = " ".join(piece.text for piece in texts)
        if _is_phrase(tidy(text)):
            return msgspec.structs.replace(
                texts[0], element=elements[texts[0].element].parent, text=text, parts=[]
            ), count
    return first, 1


def _side_by_side(texts: list[Text], elements: list[Element]) -> bool:
    parents = {elements[text.element].parent for text in texts}
    return len(parents) == 1 and parents != {-1} and len({text.element for text in texts}) == len(texts)


def _stands_alone(text: Text) -> bool:
    """Tell a phrase that is whole from one that a neighbour may complete, as `used` completes `46%`."""
    meaning = _recognise(tidy(text.text))
    return meaning is not None and meaning.kind != "bare"


def _is_phrase(text: str) -> bool:
    meaning = _recognise(text)
    if meaning is None or meaning.kind == "label":
        return False
    return meaning.kind != "reset" or understood(meaning.words)
