"""Damages captured pages: takes things away, doubles them, puts them in another order."""

import msgspec

from services.scraper.extract.captured import CapturedPage, Piece
from services.scraper.extract.rows import Row, find_rows
from services.scraper.extract.scope import in_scope, uncovered
from services.scraper.extract.tokens import Token, read_tokens


def without(page: CapturedPage, gone: set[int]) -> CapturedPage:
    """Take away the pieces with these places in the list."""
    kept = [piece for place, piece in enumerate(page.pieces) if place not in gone]
    return msgspec.structs.replace(page, pieces=kept)


def subtree(page: CapturedPage, element: int) -> set[int]:
    """Find the places of all pieces that stand in an element."""
    return {place for place, piece in enumerate(page.pieces) if element in chain(page, piece.element)}


def chain(page: CapturedPage, element: int) -> list[int]:
    """List an element and all it stands in."""
    found = []
    while element >= 0:
        found.append(element)
        element = page.elements[element].parent
    return found


def doubled(page: CapturedPage, element: int) -> CapturedPage:
    """Put a copy of an element, with all that stands in it, after it."""
    places = sorted(subtree(page, element))
    inside = [one for one in range(len(page.elements)) if element in chain(page, one)]
    numbers = {old: len(page.elements) + count for count, old in enumerate(inside)}
    copies = [
        msgspec.structs.replace(
            page.elements[old], parent=numbers.get(page.elements[old].parent, page.elements[old].parent)
        )
        for old in inside
    ]
    pieces: list[Piece] = list(page.pieces)
    copied = [
        msgspec.structs.replace(pieces[place], element=numbers[pieces[place].element]) for place in places
    ]
    pieces[places[-1] + 1 : places[-1] + 1] = copied
    return msgspec.structs.replace(page, elements=[*page.elements, *copies], pieces=pieces)


def reordered(page: CapturedPage, container: int, order: list[int]) -> CapturedPage:
    """Put a container's child elements in another order; `order` lists them. Boxes on the screen are forgotten."""
    inside = sorted(subtree(page, container))
    groups = [sorted(subtree(page, child)) for child in order]
    grouped = {place for group in groups for place in group}
    moved = iter([place for group in groups for place in group])
    places = [next(moved) if place in grouped else place for place in inside]
    pieces = list(page.pieces)
    for place, source in zip(inside, places, strict=True):
        pieces[place] = msgspec.structs.replace(page.pieces[source], box=None)
    return msgspec.structs.replace(page, pieces=pieces)


def children(page: CapturedPage, container: int) -> list[int]:
    """List a container's child elements that are boxes of their own: each holds two pieces or more."""
    return [
        number
        for number, element in enumerate(page.elements)
        if element.parent == container and len(subtree(page, number)) > 1
    ]


def row_pieces(page: CapturedPage, limit: str) -> set[int]:
    """Find the places of the pieces that a limit's rows are made of: labels and what belongs to them."""
    tokens = in_scope(uncovered(read_tokens(page), page.elements), page.elements)
    rows = find_rows(tokens, page.elements).rows
    own = {token.element for row in rows if row.limit == limit for token in _tokens(row)}
    others = {token.element for row in rows if row.limit != limit for token in _tokens(row)}
    return {
        place
        for place, piece in enumerate(page.pieces)
        if own & {*chain(page, piece.element)} and not others & {*chain(page, piece.element)}
    }


def _tokens(row: Row) -> list[Token]:
    return [*([row.label] if row.label else []), *row.content]
