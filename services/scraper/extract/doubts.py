"""Whether a number that does not say what it is, is what it looks like (pure).

`46% used` speaks for itself. A bare `46%` or a meter's value is the limit's use only because it stands in its
row. It may be something else as soon as there are words in that row, or right after it, that are not
understood and have a number; or words anywhere on the page that speak of what is left.
"""

from collections import defaultdict

from services.scraper.extract.meanings import CONTENT, HEADS
from services.scraper.extract.reading_text import QUANTITY, leftover
from services.scraper.extract.tokens import Token

__all__ = ["Doubts"]


class Doubts:
    """The words that are not understood, by the boxes they stand in."""

    def __init__(self, tokens: list[Token], parents: list[int]) -> None:
        """Survey the tokens; `parents` gives each element's parent."""
        self._tokens = tokens
        self._unknown: dict[int, list[Token]] = defaultdict(list)
        unknown = [token for token in tokens if token.kind in {"name", "prose"}]
        for token in unknown:
            element = token.element
            while element >= 0:
                self._unknown[element].append(token)
                element = parents[element]
        self._turned = any(
            leftover(token.meaning.words) for token in tokens if token.kind in {"name", "prose", "aside"}
        )

    def about(self, token: Token, box: int | None) -> bool:
        """Tell whether a number is in doubt that stands in a row with this box, or in one without a box."""
        if token.kind not in {"bare", "meter"}:
            return False
        if self._turned:
            return True
        if box is not None:
            return any(_qualifies(other) for other in self._unknown[box])
        for other in self._tokens[token.order + 1 :]:
            if other.kind in {"name", "prose"}:
                return True
            if other.kind in HEADS or (other.kind not in CONTENT and other.kind != "aside"):
                return False
        return False


def _qualifies(token: Token) -> bool:
    return bool(QUANTITY.search(token.meaning.words)) or leftover(token.meaning.words)
