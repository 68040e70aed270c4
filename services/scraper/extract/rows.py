"""Gathers what belongs to each row of a known limit (pure)."""

from collections import defaultdict

import msgspec

from services.scraper.extract.captured import Element
from services.scraper.extract.context import strangers
from services.scraper.extract.doubts import Doubts
from services.scraper.extract.limits import CREDITS, EXPECTED, SESSION, WEEKLY
from services.scraper.extract.meanings import CONTENT, HEADS
from services.scraper.extract.ownership import Ownership, owner
from services.scraper.extract.place import Place, survey
from services.scraper.extract.tokens import Token
from services.scraper.extract.turned import turned_lists

__all__ = ["Row", "Rows", "find_rows"]

FOREIGN = "it stands under a heading that is about something else"


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
    echo: bool = False
    """The label only heads a section, is there to be clicked, or says again what the next one says."""


class Rows(msgspec.Struct, frozen=True):
    """All rows of known limits, and the limits none of whose rows can be believed, with the reason.

    `passed` are limits whose every row is about something else: nothing may be missing.
    """

    rows: list[Row]
    refused: dict[str, str]
    passed: dict[str, str] = {}


def find_rows(tokens: list[Token], elements: list[Element]) -> Rows:
    """Gather the rows, in the order of their labels; those of something else are left out."""
    place = survey(tokens, elements)
    owned = {token.order: owner(token, place) for token in tokens if token.kind in CONTENT}
    gathered = _Gathered(tokens, Doubts(tokens, place.parents))
    foreign = strangers(place) | {
        token.order for token in tokens if token.kind == "spent" and _of_another(token, place)
    }
    for token in tokens:
        if token.order in owned and token.order not in foreign:
            gathered.add(token, owned[token.order])
    refused = dict.fromkeys(gathered.torn, "a meter in its row bears another limit's name")
    for label in turned_lists(tokens, owned):
        refused[label.meaning.limit] = "numbers stand before their labels in its list"
    for label in gathered.labels:
        if _inside_session(label, place):
            refused[label.meaning.limit] = "its row stands inside the session's"
    rows = [row for row in gathered.rows(place, owned) if row.label is None or row.label.order not in foreign]
    left = {row.limit for row in rows}
    passed = {label.meaning.limit for label in gathered.labels if label.order in foreign} - left
    refused |= dict.fromkeys(passed & {*EXPECTED}, FOREIGN)
    return Rows(rows, refused, dict.fromkeys(passed - {*EXPECTED}, FOREIGN))


class _Gathered:
    """Content by label while it is gathered."""

    def __init__(self, tokens: list[Token], doubts: Doubts) -> None:
        self.labels = [token for token in tokens if token.kind in HEADS]
        self.torn: set[str] = set()
        self._tokens = tokens
        self._doubts = doubts
        self._content: dict[int, list[Token]] = defaultdict(list)
        self._loose: set[int] = set()
        self._doubtful: set[int] = set()
        self._unlabelled: list[Row] = []

    def add(self, token: Token, own: Ownership) -> None:
        """Add a token to the row of those who claim it; two that claim it are both wrong."""
        owners = _owners(token, own.label)
        if len(owners) > 1:
            self.torn |= owners
        elif owners and own.label:
            label = own.label.order
            self._content[label].append(token)
            if not own.boxed:
                self._loose.add(label)
            if self._doubts.about(token, own.container if own.boxed else None):
                self._doubtful.add(label)
        elif owners:
            self._add_by_name(token, owners.pop())

    def _add_by_name(self, meter: Token, limit: str) -> None:
        """Put a meter that stands apart into the one row of the limit it names, if there is just one."""
        own = [label for label in self.labels if label.meaning.limit == limit]
        if len(own) == 1:
            self._content[own[0].order].append(meter)
        else:
            self._unlabelled.append(Row(limit, None, [meter]))

    def rows(self, place: Place, owned: dict[int, Ownership]) -> list[Row]:
        """Return the rows in the order of their labels, then meters without a row."""
        labelled = [
            Row(
                limit=label.meaning.limit,
                label=label,
                content=self._content[label.order],
                loose=label.order in self._loose,
                doubtful=label.order in self._doubtful,
                echo=label.control
                or self._repeated(label)
                or (label.heading and not _spoilt(label, place, owned)),
            )
            for label in self.labels
        ]
        return labelled + self._unlabelled

    def _repeated(self, label: Token) -> bool:
        """Tell whether the label right before or after it says the same."""
        following, before = self._tokens[label.order + 1 :], reversed(self._tokens[: label.order])
        beside = [next((one for one in side if one.kind != "aside"), None) for side in (following, before)]
        return any(one and one.kind == "label" and one.meaning.limit == label.meaning.limit for one in beside)


def _spoilt(heading: Token, place: Place, owned: dict[int, Ownership]) -> bool:
    """Tell whether content stands beside a heading that belongs to nobody: it may have been the heading's."""
    beside = place.content.get(place.parents[heading.element], [])
    return any(owned[token.order].label is None for token in beside if token.order in owned)


def _owners(token: Token, label: Token | None) -> set[str]:
    """Name the limits that claim a token, by its row and, for a meter, by its name: two contradict."""
    by_row = {label.meaning.limit} if label else set()
    if token.kind == "summary":
        return by_row & {token.meaning.limit}
    if token.kind != "meter":
        return by_row
    return by_row | ({token.meaning.limit} if token.meaning.limit else set())


def _inside_session(label: Token, place: Place) -> bool:
    """Tell whether a model's row lies within the session's own: then it is a share of the session."""
    if not label.meaning.limit.startswith(f"{WEEKLY}:"):
        return False
    for ancestor in place.ancestors(label.element):
        around = [one for one in place.names[ancestor] if one.kind == "label"]
        if {one.meaning.limit for one in around} - {label.meaning.limit}:
            head = around[0]
            return (
                head.meaning.limit == SESSION
                and place.box(head, ancestor) is None
                and ancestor != label.element
                and place.box(label, ancestor) is not None
            )
    return False


def _of_another(spent: Token, place: Place) -> bool:
    """Tell whether an amount of money stands in the box of a row that is not the credits'."""
    for ancestor in place.ancestors(spent.element):
        limits = {one.meaning.limit for one in place.names[ancestor] if one.kind == "label"}
        if limits:
            return len(limits) == 1 and CREDITS not in limits
    return False
