"""Which part of what was seen is the usage page (pure)."""

import msgspec

from services.scraper.extract.captured import Element
from services.scraper.extract.limits import EXPECTED
from services.scraper.extract.tokens import Token

__all__ = ["in_scope"]

DIALOGS = frozenset({"dialog", "alertdialog"})


def in_scope(tokens: list[Token], elements: list[Element]) -> list[Token]:
    """Keep to the dialogs that hide what lies under them, if any, else to one that shows every limit.

    A modal dialog whose figures are still to come says nothing; what lies under it is another page. Any other
    dialog may be a notice about one limit: then it is read together with the page.
    """
    dialogs: dict[int, list[Token]] = {}
    modal: set[int] = set()
    for token in tokens:
        dialog, hides = _dialog_of(token.element, elements)
        if dialog is not None:
            dialogs.setdefault(dialog, []).append(token)
            modal |= {dialog} if hides else set()
    if modal:
        shown = [dialogs[one] for one in modal if _limits(dialogs[one])] or [dialogs[one] for one in modal]
    else:
        shown = [inside for inside in dialogs.values() if _limits(inside) >= set(EXPECTED)]
    if not shown:
        return tokens
    kept = sorted((token for inside in shown for token in inside), key=lambda token: token.order)
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
