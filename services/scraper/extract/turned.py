"""Finds lists whose numbers stand before their labels (pure).

`31% used`, `Current session`, `44% used`, `All models`: taken the usual way, each number moves one row up.
"""

from services.scraper.extract.ownership import Ownership
from services.scraper.extract.tokens import Token

__all__ = ["turned_lists"]


def turned_lists(tokens: list[Token], owned: dict[int, Ownership]) -> list[Token]:
    """Return the labels of all rows without boxes that stand in such a list."""
    lists = {own.container for own in owned.values() if own.container is not None and not own.boxed}
    found: list[Token] = []
    for container in lists:
        rows = {
            own.label.order: own.label
            for own in owned.values()
            if own.container == container and own.label and not own.boxed
        }
        if rows and _is_turned(container, min(rows), tokens, owned):
            found += rows.values()
    return found


def _is_turned(container: int, first: int, tokens: list[Token], owned: dict[int, Ownership]) -> bool:
    """Tell whether content stands before the first label that nothing before it accounts for."""
    return any(
        token.order < first
        and not token.meaning.limit
        and owned[token.order].label is None
        and owned[token.order].container == container
        for token in tokens
        if token.order in owned
    )
