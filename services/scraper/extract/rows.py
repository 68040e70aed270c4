"""Which row a number belongs to (pure). The one question where a mistake would record a wrong number.

From the number outwards, the first ancestor that holds the name of any row decides. If all names in it are
the label of one limit, the number is that limit's. If there are several, as in a list whose rows have no
boxes of their own, the number belongs to the nearest label before it, provided that nothing but a row's
content stands between them and that no other label is nearer on the screen. Else it belongs to nobody.
"""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from services.scraper.extract.captured import Box, Element
from services.scraper.extract.tokens import CONTENT, HEADS, NAMES, Token, meter_limit

__all__ = ["Row", "find_rows"]

ALIGNED = 4
"""Pixels by which two labels' distances may differ and still count as the same."""


class Row(msgspec.Struct, frozen=True):
    """What was found of one limit: its labels and content; `torn` when a meter in it names another limit."""

    labels: list[Token]
    content: list[Token]
    torn: bool = False


class Place(msgspec.Struct, frozen=True):
    """The tokens and where they stand: per element its parent, and the names seen inside it."""

    tokens: list[Token]
    parents: list[int]
    names: dict[int, list[Token]]

    def ancestors(self, element: int) -> Iterator[int]:
        """Yield the element and all it stands in, inner ones first."""
        while element >= 0:
            yield element
            element = self.parents[element]


def find_rows(tokens: list[Token], elements: list[Element]) -> dict[str, Row]:
    """Gather each limit's labels and content; a limit without a label is not in the answer."""
    place = _survey(tokens, elements)
    labels: dict[str, list[Token]] = defaultdict(list)
    content: dict[str, list[Token]] = defaultdict(list)
    torn: set[str] = set()
    for token in tokens:
        if token.kind in HEADS:
            labels[token.meaning.limit].append(token)
        elif token.kind in CONTENT:
            owners = _owners(token, place)
            torn.update(owners if len(owners) > 1 else ())
            for limit in owners:
                content[limit].append(token)
    return {limit: Row(labels[limit], content[limit], limit in torn) for limit in {*labels, *content}}


def _survey(tokens: list[Token], elements: list[Element]) -> Place:
    place = Place(tokens, [element.parent for element in elements], defaultdict(list))
    for token in tokens:
        if token.kind in NAMES:
            for ancestor in place.ancestors(token.element):
                place.names[ancestor].append(token)
    return place


def _owners(token: Token, place: Place) -> set[str]:
    """Name the limits that claim a token, by its row and, for a meter, by its name: two contradict."""
    label = _row_label(token, place)
    by_row = {label.meaning.limit} if label else set()
    if token.kind == "summary":
        return by_row & {token.meaning.limit}
    if token.kind != "meter":
        return by_row
    named = meter_limit(token.meaning.words)
    if named is None:
        return set()
    return by_row | ({named} if named else set())


def _row_label(token: Token, place: Place) -> Token | None:
    for ancestor in place.ancestors(token.element):
        if names := place.names.get(ancestor):
            return _only_label(names) or _label_before(token, ancestor, names, place)
    return None


def _only_label(names: list[Token]) -> Token | None:
    """Return the label when all names are labels of one limit."""
    limits = {name.meaning.limit for name in names}
    return names[0] if len(limits) == 1 and names[0].kind in HEADS else None


def _label_before(token: Token, container: int, names: list[Token], place: Place) -> Token | None:
    """Find the label right before a token in a container with several names; None unless all agrees."""
    before = [name for name in names if name.order < token.order]
    if not before or before[-1].kind not in HEADS:
        return None
    label = before[-1]
    between = place.tokens[label.order + 1 : token.order]
    if any(other.kind not in CONTENT for other in between):
        return None
    if not _alone_in_branch(label, container, place) or not _nearest_above(label, token, before[:-1]):
        return None
    return label


def _alone_in_branch(label: Token, container: int, place: Place) -> bool:
    """Tell a row's own heading from one of several column heads: nothing else is named in its branch."""
    branch = next((one for one in place.ancestors(label.element) if place.parents[one] == container), None)
    return branch is None or _only_label(place.names[branch]) is not None


def _nearest_above(label: Token, token: Token, rivals: list[Token]) -> bool:
    """Tell whether the label stands above or beside the token and no rival stands nearer on the screen."""
    if token.box is None or label.box is None:
        return True
    if label.box[1] >= token.box[1] + token.box[3]:
        return False
    own = _gap(label.box, token.box)
    return all(_gap(rival.box, token.box) >= own for rival in rivals if rival.box)


def _gap(name: Box, content: Box) -> tuple[int, int]:
    """Measure how far a name is from what it might head: first upwards or downwards, then sideways."""
    down = max(content[1] - (name[1] + name[3]), name[1] - (content[1] + content[3]), 0)
    across = max(content[0] - (name[0] + name[2]), name[0] - (content[0] + content[2]), 0)
    return down // ALIGNED, across
