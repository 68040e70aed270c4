"""Names the structure of a page (pure), so that the same change seen twice is known to be the same.

Only element names and roles go into it, no text: nothing personal can. How often something stands on the page
makes no difference, so that one row more or less gives the same name.
"""

import hashlib

from services.scraper.extract.captured import CapturedPage, Element, Text

__all__ = ["fingerprint"]

DIGITS = 12


def fingerprint(page: CapturedPage) -> str:
    """Return 12 hex digits for the structure in which the page's text and meters stand."""
    paths = {f"{_path(page.elements, piece.element)} {_kind(piece)}" for piece in page.pieces}
    return hashlib.sha256("\n".join(sorted(paths)).encode()).hexdigest()[:DIGITS]


def _kind(piece: object) -> str:
    return "text" if isinstance(piece, Text) else "meter"


def _path(elements: list[Element], index: int) -> str:
    steps: list[str] = []
    while 0 <= index < len(elements):
        element = elements[index]
        steps.append(f"{element.tag}:{element.role}")
        # A parent stands before its children; anything else is no page of ours and must not loop.
        index = element.parent if element.parent < index else -1
    return "/".join(reversed(steps))
