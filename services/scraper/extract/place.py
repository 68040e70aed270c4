"""Where tokens stand: which elements hold which names and content (pure)."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from services.scraper.extract.captured import Element
from services.scraper.extract.meanings import CONTENT, NAMES
from services.scraper.extract.tokens import Token

__all__ = ["Place", "survey"]


class Place(msgspec.Struct, frozen=True):
    """The tokens, each element's parent, and by element the names, content and prose seen inside it."""

    tokens: list[Token]
    parents: list[int]
    names: dict[int, list[Token]]
    content: dict[int, list[Token]]
    prose: dict[int, list[Token]]

    def ancestors(self, element: int) -> Iterator[int]:
        """Yield the element and all it stands in, inner ones first."""
        while element >= 0:
            yield element
            element = self.parents[element]

    def branch(self, token: Token, container: int) -> int | None:
        """Return the container's child in which the token stands; None for the container's own text."""
        inside = (one for one in self.ancestors(token.element) if self.parents[one] == container)
        return next(inside, None)

    def box(self, token: Token, container: int) -> int | None:
        """Return the container's child around the token; None when it is nothing but the token."""
        branch = self.branch(token, container)
        return None if branch == token.element else branch


def survey(tokens: list[Token], elements: list[Element]) -> Place:
    """Note of every element what is seen inside it."""
    parents = [element.parent for element in elements]
    place = Place(tokens, parents, defaultdict(list), defaultdict(list), defaultdict(list))
    for token in tokens:
        for ancestor in place.ancestors(token.element):
            if token.kind in NAMES:
                place.names[ancestor].append(token)
            elif token.kind in CONTENT:
                place.content[ancestor].append(token)
            elif token.kind == "prose":
                place.prose[ancestor].append(token)
    return place
