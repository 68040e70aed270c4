"""Finds lists whose numbers stand before their labels (pure).

`31% used`, `Current session`, `44% used`, `All models`: taken the usual way, each number moves one row up.
"""

from services.scraper.extract.meanings import CONTENT, HEADS, Kind
from services.scraper.extract.ownership import Ownership
from services.scraper.extract.place import Place
from services.scraper.extract.tokens import Token

__all__ = ["turned_lists"]


def turned_lists(tokens: list[Token], owned: dict[int, Ownership], place: Place) -> list[Token]:
    """Return the labels of all rows without boxes that stand in such a list."""
    lists = {own.container for own in owned.values() if own.container is not None and not own.boxed}
    found: list[Token] = []
    for container in lists:
        rows = {
            own.label.order: own.label
            for own in owned.values()
            if own.container == container and own.label and not own.boxed
        }
        if rows and _is_turned(container, tokens, owned, place):
            found += rows.values()
    return found


def _is_turned(container: int, tokens: list[Token], owned: dict[int, Ownership], place: Place) -> bool:
    """Tell whether content leads up to the first label that nothing before it accounts for.

    A name right before such content may account for it, unless the last label lacks what stands there.
    """
    heads = [name for name in place.names[container] if name.kind in HEADS]
    first, last = heads[0], heads[-1]
    leading: list[Token] = []
    for token in reversed(tokens[: first.order]):
        if token.kind not in CONTENT:
            break
        if not token.meaning.limit:
            leading.append(token)
    if not leading or any(owned[token.order].label for token in leading):
        return False
    before = leading[-1].order - 1
    name = tokens[before] if before >= 0 else None
    if name is None or name.kind != "name" or place.branch(name, container) is None:
        return True
    if place.box(name, container) not in {None, place.box(leading[-1], container)}:
        return True
    held = {token.kind for token in tokens if _owns(owned, token.order, last)}
    kinds: set[Kind] = {token.kind for token in leading}
    return not kinds & held


def _owns(owned: dict[int, Ownership], order: int, label: Token) -> bool:
    own = owned.get(order)
    return own is not None and own.label is not None and own.label.order == label.order
