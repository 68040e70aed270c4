"""Which part of what was seen is the usage page (pure)."""

import msgspec

from services.scraper.extract.captured import Element
from services.scraper.extract.limits import EXPECTED
from services.scraper.extract.tokens import Token

__all__ = ["DIALOGS", "in_scope", "uncovered"]

DIALOGS = frozenset({"dialog", "alertdialog"})


def uncovered(tokens: list[Token], elements: list[Element]) -> list[Token]:
    """Keep to modal dialogs, if any is open: what lies under them is another page.

    So does what lies under one whose figures are still to come.
    """
    modal = [token for token in tokens if _dialog_of(token.element, elements)[1]]
    return _renumbered(modal) if modal else tokens


def in_scope(tokens: list[Token], elements: list[Element]) -> list[Token]:
    """Keep to the dialogs that show every limit, if any.

    Any other dialog may be a notice about one limit: then it is read together with the page.
    """
    dialogs: dict[int, list[Token]] = {}
    for token in tokens:
        dialog, _ = _dialog_of(token.element, elements)
        if dialog is not None:
            dialogs.setdefault(dialog, []).append(token)
    whole = [inside for inside in dialogs.values() if _limits(inside) >= {*EXPECTED}]
    return _renumbered([token for inside in whole for token in inside]) if whole else tokens


def _renumbered(tokens: list[Token]) -> list[Token]:
    kept = sorted(tokens, key=lambda token: token.order)
    return [msgspec.structs.replace(token, order=order) for order, token in enumerate(kept)]


def _limits(tokens: list[Token]) -> set[str]:
    return {token.meaning.limit for token in tokens} & {*EXPECTED}


def _dialog_of(element: int, elements: list[Element]) -> tuple[int | None, bool]:
    """Return the outermost dialog around an element, and whether it or one inside it is modal."""
    outermost, hides = None, False
    while element >= 0:
        if elements[element].role in DIALOGS or elements[element].modal:
            outermost = element
            hides = hides or elements[element].modal
        element = elements[element].parent
    return outermost, hides
