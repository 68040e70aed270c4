"""The captured page as a row of tokens, each with its meaning and its place (pure)."""

from collections.abc import Iterator

import msgspec

from services.scraper.extract.captured import Box, CapturedPage, Element, Meter
from services.scraper.extract.joining import join_neighbours
from services.scraper.extract.meanings import Kind, Meaning
from services.scraper.extract.meters import read_meter
from services.scraper.extract.reading_text import read_text, unknown
from services.scraper.extract.tidy import tidy

__all__ = ["Token", "read_tokens"]

HEADINGS = frozenset({"heading", "columnheader"})
CONTROLS = frozenset({"a", "button", "nav", "aside", "link", "tab", "menuitem", "option", "navigation"})
"""Roles and element names."""


class Token(msgspec.Struct, frozen=True):
    """A meaning at its place: its number in document order, its element, its box on the page.

    `heading` when it stands in one, `control` when it stands in a link, a button, a tab or a list of links.
    """

    order: int
    element: int
    meaning: Meaning
    box: Box | None = None
    heading: bool = False
    control: bool = False

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.meaning.kind


def read_tokens(page: CapturedPage) -> list[Token]:
    """Turn the page's pieces into tokens, in document order."""
    return [Token(order, *found) for order, found in enumerate(_meanings(page))]


def _meanings(page: CapturedPage) -> Iterator[tuple[int, Meaning, Box | None, bool, bool]]:
    for joined in join_neighbours(page.pieces, page.elements):
        piece = joined.piece
        if isinstance(piece, Meter):
            meanings = read_meter(piece)
        elif joined.spoilt:
            meanings = [unknown(tidy(piece.text))]
        else:
            meanings = read_text(piece.text, piece.parts)
        heading = _inside(piece.element, page.elements, HEADINGS)
        control = _inside(piece.element, page.elements, CONTROLS)
        for meaning in meanings:
            named = Meaning("name", meaning.words) if heading and meaning.kind == "prose" else meaning
            yield piece.element, named, piece.box, heading, control


def _inside(element: int, elements: list[Element], kinds: frozenset[str]) -> bool:
    while element >= 0:
        if elements[element].role in kinds or elements[element].tag in kinds:
            return True
        element = elements[element].parent
    return False
