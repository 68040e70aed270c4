"""Which label a number belongs to (pure). The one question where a mistake would record a wrong number.

From the number outwards, the first ancestor that holds the name of any row decides. If all names in it are
the label of one limit, the number is that limit's. If there are several, as in a list whose rows have no
boxes of their own, the number belongs to the nearest label before it, provided that nothing but a row's
content stands between them, that no other label is nearer on the screen, and that neither of them has a box
that says it is of another row. Else it belongs to nobody.
"""

from itertools import pairwise

import msgspec

from services.scraper.extract.captured import Box
from services.scraper.extract.meanings import CONTENT, HEADS
from services.scraper.extract.place import Place
from services.scraper.extract.tokens import Token

__all__ = ["Ownership", "owner"]

ALIGNED = 4
"""Pixels by which two labels' distances may differ and still count as the same."""


class Ownership(msgspec.Struct, frozen=True):
    """The label a token belongs to, and the element that settled it.

    `boxed` when that element is the box of just this row, else it is a list of several rows.
    """

    label: Token | None = None
    container: int | None = None
    boxed: bool = False


def owner(token: Token, place: Place) -> Ownership:
    """Find the label that a piece of content belongs to."""
    for ancestor in place.ancestors(token.element):
        if names := place.names.get(ancestor):
            if only := _only_label(names):
                return Ownership(only, ancestor, boxed=True)
            return Ownership(_label_before(token, ancestor, names, place), ancestor)
        if any(prose.order < token.order for prose in place.prose.get(ancestor, ())):
            return Ownership()  # a sentence in a box of their own says what the number is
    return Ownership()


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
    if not all(_in_order(one, other) for one, other in pairwise([label, *between, token])):
        return None
    head = place.branch(label, container)
    boxes = {place.box(other, container) for other in (*between, token)} - {None, head}
    if len(boxes) > 1:  # two boxes are two rows, the second of which has lost its label
        return None
    rivals = [name for name in names if name.order != label.order and name.kind != "spent"]
    if not _fit(label, token, container, place) or not _nearest_above(label, token, rivals):
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
    """Tell whether the label stands above or beside the token and no rival stands nearer on the screen.

    A rival further on in the page counts only where the screen shows it above or before the token.
    """
    if token.box is None or label.box is None:
        return True
    if label.box[1] >= token.box[1] + token.box[3]:
        return False
    own = _gap(label.box, token.box)
    seen = [rival for rival in rivals if rival.box and (rival.order < token.order or _in_order(rival, token))]
    return all(_gap(rival.box, token.box) >= own for rival in seen if rival.box)


def _in_order(one: Token, other: Token) -> bool:
    """Tell whether the screen shows the second below the first or beside it, as it is read."""
    if one.box is None or other.box is None:
        return True
    below = other.box[1] >= one.box[1] + one.box[3] - ALIGNED
    level = other.box[1] + other.box[3] > one.box[1]
    return below or (level and other.box[0] >= one.box[0] - ALIGNED)


def _gap(name: Box, content: Box) -> tuple[int, int]:
    """Measure how far a name is from what it might head: first upwards or downwards, then sideways."""
    down = max(content[1] - (name[1] + name[3]), name[1] - (content[1] + content[3]), 0)
    across = max(content[0] - (name[0] + name[2]), name[0] - (content[0] + content[2]), 0)
    return down // ALIGNED, across
