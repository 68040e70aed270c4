"""The captured page as a row of tokens, each with its meaning and its place (pure)."""

from collections.abc import Iterable, Iterator

import msgspec

from services.scraper.extract.captured import Box, CapturedPage, Element, Meter, Text
from services.scraper.extract.meanings import Kind, Meaning, read_text, recognise
from services.scraper.extract.resets import understood
from services.scraper.extract.words import tidy

__all__ = ["Token", "read_tokens"]

JOINED = 4
"""The most neighbours that are read as one phrase."""


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


def read_tokens(page: CapturedPage) -> list[Token]:
    """Turn the page's pieces into tokens, in document order."""
    found = [
        (piece, meaning)
        for piece in _join_neighbours(page.pieces, page.elements)
        for meaning in ([_meter(piece)] if isinstance(piece, Meter) else read_text(piece.text, piece.parts))
    ]
    return [Token(order, piece.element, meaning, piece.box) for order, (piece, meaning) in enumerate(found)]


def _meter(meter: Meter) -> Meaning:
    span = meter.high - meter.low
    value = None if meter.now is None or span <= 0 else (meter.now - meter.low) * 100 / span
    return Meaning("meter", words=tidy(meter.name), value=value)


def _join_neighbours(pieces: Iterable[Text | Meter], elements: list[Element]) -> Iterator[Text | Meter]:
    """Put together what layout took apart: `46%` and `used` in two boxes side by side are one phrase."""
    rest = list(pieces)
    place = 0
    while place < len(rest):
        joined, count = _longest_phrase(rest[place : place + JOINED], elements)
        yield joined
        place += count


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
            return Text(elements[first.element].parent, text, box=first.box), count
    return first, 1


def _stands_alone(text: Text) -> bool:
    """Tell a phrase that is whole from one that a neighbour may complete, as `used` completes `46%`."""
    meaning = recognise(tidy(text.text))
    return meaning is not None and meaning.kind != "bare"


def _side_by_side(texts: list[Text], elements: list[Element]) -> bool:
    parents = {elements[text.element].parent for text in texts}
    return len(parents) == 1 and parents != {-1} and len({text.element for text in texts}) == len(texts)


def _is_phrase(text: str) -> bool:
    meaning = recognise(text)
    if meaning is None or meaning.kind == "label":
        return False
    return meaning.kind != "reset" or understood(meaning.words)
