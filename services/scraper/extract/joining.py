"""Puts together what layout took apart: `46%` and `used` in two boxes side by side are one phrase (pure).

And what only looks like a phrase, because its beginning or its end stands in the box beside it, is no phrase:
`4` and `6% used`, `<` and `1% used`, `46%` and `of the week has passed`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from services.scraper.extract.captured import Element, Piece, Text
from services.scraper.extract.meanings import FIGURES, recognise
from services.scraper.extract.tidy import tidy
from services.scraper.extract.when import read_when

__all__ = ["Joined", "join_neighbours"]

LONGEST = 4
"""The most neighbours that are read as one phrase."""

BEGUN = re.compile("[\\d.,<>\u2264\u2265~\u2248\u00b1+]{1,6}")
"""What a number may begin with: digits, a sign, a comparison."""

SAME_LINE = 4
CLOSE = 12
"""Pixels by which boxes of one line may overlap, and by which parts of one phrase may be apart."""


class Joined(msgspec.Struct, frozen=True):
    """One piece, of one or more pieces of the page. `spoilt`: whatever it looks like, it is no phrase."""

    piece: Piece
    spoilt: bool = False


def join_neighbours(pieces: Sequence[Piece], elements: list[Element]) -> Iterator[Joined]:
    """Yield the page's pieces in order, those of one phrase as one."""
    place = 0
    while place < len(pieces):
        joined, count = _longest_phrase(pieces[place : place + LONGEST], elements)
        before = pieces[place - 1] if place else None
        rest = pieces[place + count : place + count + 1]
        after = rest[0] if rest else None
        begun = before is not None and _begins(before, pieces[place], joined, elements)
        goes_on = after is not None and _goes_on(pieces[place + count - 1], after, joined, elements)
        yield Joined(joined, spoilt=begun or goes_on)
        place += count


def _longest_phrase(pieces: Sequence[Piece], elements: list[Element]) -> tuple[Piece, int]:
    first = pieces[0]
    if not isinstance(first, Text) or _stands_alone(first):
        return first, 1
    for count in range(len(pieces), 1, -1):
        texts = [piece for piece in pieces[:count] if isinstance(piece, Text)]
        whole = any(_stands_alone(text) for text in texts[1:])
        if len(texts) < count or whole or not _side_by_side(texts, elements):
            continue
        text = " ".join(piece.text for piece in texts)
        if _is_phrase(tidy(text)):
            return Text(elements[first.element].parent, text, box=first.box), count
    return first, 1


def _stands_alone(text: Text) -> bool:
    """Tell a phrase that is whole from one that a neighbour may complete, as `used` completes `46%`."""
    meaning = recognise(tidy(text.text))
    if meaning is None or meaning.kind == "bare":
        return False
    return meaning.kind != "updated" or bool(meaning.words)


def _is_phrase(text: str) -> bool:
    meaning = recognise(text)
    if meaning is None or meaning.kind in {"label", "aside"}:
        return False
    return meaning.kind != "reset" or read_when(meaning.when, meaning.language) is not None


def _side_by_side(texts: Sequence[Text], elements: list[Element]) -> bool:
    parents = {elements[text.element].parent for text in texts}
    apart = len({text.element for text in texts}) == len(texts)
    ordered = all(_after(one, other) for one, other in pairwise(texts))
    return len(parents) == 1 and parents != {-1} and apart and ordered


def _after(one: Text, other: Text) -> bool:
    """Tell whether the second stands below or to the right of the first on the screen, as it is read."""
    if one.box is None or other.box is None:
        return True
    below = other.box[1] >= one.box[1] + one.box[3] - SAME_LINE
    return below or other.box[0] >= one.box[0] + one.box[2] - SAME_LINE


def _adjacent(one: Piece, other: Piece, elements: list[Element]) -> bool:
    """Tell whether two texts in succession stand side by side: in one box, or close by in one line."""
    if not isinstance(one, Text) or not isinstance(other, Text):
        return False
    if one.element == other.element or elements[one.element].parent == elements[other.element].parent:
        return True
    if one.box is None or other.box is None:
        return False
    level = abs(one.box[1] + one.box[3] // 2 - other.box[1] - other.box[3] // 2) <= SAME_LINE
    return level and 0 <= other.box[0] - one.box[0] - one.box[2] + SAME_LINE <= CLOSE


def _begins(before: Piece, first: Piece, joined: Piece, elements: list[Element]) -> bool:
    """Tell whether the figure in a text began in the piece before it."""
    if not isinstance(before, Text) or not isinstance(joined, Text) or not BEGUN.fullmatch(tidy(before.text)):
        return False
    meaning = recognise(tidy(joined.text))
    return meaning is not None and meaning.kind in {*FIGURES, "spent"} and _adjacent(before, first, elements)


def _goes_on(last: Piece, after: Piece, joined: Piece, elements: list[Element]) -> bool:
    """Tell whether a phrase goes on after its end: what follows is not known, and begins in lower case."""
    if not isinstance(after, Text) or not isinstance(joined, Text) or elements[after.element].tag == "img":
        return False
    text = tidy(after.text)
    meaning = recognise(tidy(joined.text))
    if meaning is None or meaning.kind == "updated":  # how old the figures are is never lost
        return False
    return text[:1].islower() and recognise(text) is None and _adjacent(last, after, elements)
