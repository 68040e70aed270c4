"""Which row a number belongs to (pure). The one question where a mistake would record a wrong number.

From the number outwards, the first ancestor that holds the name of any row decides. If all names in it are
the label of one limit, the number is that limit's. If there are several, as in a list whose rows have no
boxes of their own, the number belongs to the nearest label before it, provided that nothing but a row's
content stands between them, that no other label is nearer on the screen, and that neither of them has a box
that says it is of another row. Else it belongs to nobody.
"""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from services.scraper.extract.captured import Box, Element
from services.scraper.extract.doubts import Doubts
from services.scraper.extract.meanings import CONTENT, HEADS, NAMES
from services.scraper.extract.tokens import Token

__all__ = ["Row", "Rows", "find_rows"]

ALIGNED = 4
"""Pixels by which two labels' distances may differ and still count as the same."""


class Row(msgspec.Struct, frozen=True):
    """One row: the limit it is of, its label, and what belongs to it.

    `loose` when some of it was found by order, not by a box. `doubtful` when words that are not understood
    may say what a number in it is of. A meter that names a limit nobody labelled stands in a row without a
    label.
    """

    limit: str
    label: Token | None
    content: list[Token]
    loose: bool = False
    doubtful: bool = False


class Rows(msgspec.Struct, frozen=True):
    """All rows of known limits, and the limits that a meter claims against the row it stands in."""

    rows: list[Row]
    torn: set[str]


class Place(msgspec.Struct, frozen=True):
    """The tokens and where they stand: per element its parent, and the names and content seen inside it."""

    tokens: list[Token]
    parents: list[int]
    names: dict[int, list[Token]]
    content: dict[int, list[Token]]

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


def find_rows(tokens: list[Token], elements: list[Element]) -> Rows:
    """Gather the rows, in the order of their labels."""
    place = _survey(tokens, elements)
    doubts = Doubts(tokens, place.parents)
    labels = [token for token in tokens if token.kind in HEADS]
    content: dict[int, list[Token]] = defaultdict(list)
    loose: set[int] = set()
    doubtful: set[int] = set()
    torn: set[str] = set()
    unlabelled: list[Row] = []
    for token in tokens:
        if token.kind not in CONTENT:
            continue
        label, box = _row_label(token, place)
        owners = _owners(token, label)
        if len(owners) > 1:
            torn |= owners
        elif owners and label:
            content[label.order].append(token)
            loose |= {label.order} if box is None else set()
            doubtful |= {label.order} if doubts.about(token, box) else set()
        elif owners:
            _place_by_name(token, owners.pop(), labels, content, unlabelled)
    rows = [
        Row(one.meaning.limit, one, content[one.order], one.order in loose, one.order in doubtful)
        for one in labels
    ]
    return Rows(rows + unlabelled, torn)


def _place_by_name(
    meter: Token, limit: str, labels: list[Token], content: dict[int, list[Token]], unlabelled: list[Row]
) -> None:
    """Put a meter that stands apart into the one row of the limit it names, if there is just one."""
    own = [label for label in labels if label.meaning.limit == limit]
    if len(own) == 1:
        content[own[0].order].append(meter)
    else:
        unlabelled.append(Row(limit, None, [meter]))


def _survey(tokens: list[Token], elements: list[Element]) -> Place:
    parents = [element.parent for element in elements]
    place = Place(tokens, parents, defaultdict(list), defaultdict(list))
    for token in tokens:
        for ancestor in place.ancestors(token.element):
            if token.kind in NAMES:
                place.names[ancestor].append(token)
            elif token.kind in CONTENT:
                place.content[ancestor].append(token)
    return place


def _owners(token: Token, label: Token | None) -> set[str]:
    """Name the limits that claim a token, by its row and, for a meter, by its name: two contradict."""
    by_row = {label.meaning.limit} if label else set()
    if token.kind == "summary":
        return by_row & {token.meaning.limit}
    if token.kind != "meter":
        return by_row
    return by_row | ({token.meaning.limit} if token.meaning.limit else set())


def _row_label(token: Token, place: Place) -> tuple[Token | None, int | None]:
    """Return the label a token belongs to, and the box that holds just that row, if there is one."""
    for ancestor in place.ancestors(token.element):
        if names := place.names.get(ancestor):
            if only := _only_label(names):
                return only, ancestor
            return _label_before(token, ancestor, names, place), None
    return None, None


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
    if any(other.kind not in {*CONTENT, "aside"} for other in between):
        return None
    head = place.branch(label, container)
    boxes = {place.box(other, container) for other in (*between, token)} - {None, head}
    if len(boxes) > 1:  # two boxes are two rows, the second of which has lost its label
        return None
    if not _fit(label, token, container, place) or not _nearest_above(label, token, before[:-1]):
        return None
    return label


def _fit(label: Token, token: Token, container: int, place: Place) -> bool:
    """Tell whether the boxes around label and token can be parts of one row.

    They cannot when the label's box names something else too, as a row of column heads does. And where it
    holds content of its own, it is a row, or the head of one: then only what stands beside it without a box,
    and is not of a kind it has already, can be more of the same.
    """
    head, body = place.branch(label, container), place.branch(token, container)
    if head is None or body is None:
        return True
    if not _only_label(place.names[head]):
        return False
    held = {one.kind == "reset" for one in place.content[head]}
    return not held or (body == token.element and (token.kind == "reset") not in held)


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
