"""Items in the order of their times, in packs and beside them (pure): what is asked of a shelf.

The packs of a shelf follow each other in time, and no second lies in two of them. What came since they were
made is beside them, and what left since is known by id. So each pack has a span of time of its own, the last
span is open and has none, and how many items lie in each is known without a look into its pack.

A question that needs a pack that is not at hand raises LackingError: fetch it, and ask again.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import accumulate, groupby

from msgspec import Struct

from shared.store.keys import stamp, stamp_of, time_of
from shared.store.ranking import rank_of
from shared.store.s3.forms import Item, Pack

__all__ = ["LackingError", "Leaf", "Leaves", "Shelf", "Shelved"]


class LackingError(Exception):
    """Packs are not at hand: fetch them, and ask again."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Take which."""
        super().__init__(", ".join(pack.key for pack in packs))
        self.packs = packs


class Shelf(Struct, frozen=True):
    """What there is: packs in their order, what came since, what left of the packs since."""

    packs: Sequence[Pack] = ()
    recent: Mapping[str, Item] = {}
    gone: frozenset[str] = frozenset()
    ranked: bool = True
    """Whether the order within a second is that of versions, and not just of ids."""


class Leaf:
    """What a pack holds."""

    def __init__(self, items: Sequence[Item]) -> None:
        """Take its items, in any order."""
        self.items = {item.id: item for item in items}
        self.size = sum(len(item.document) for item in items)

    @cached_property
    def ids(self) -> list[str]:
        """All ids, sorted."""
        return sorted(self.items)

    @cached_property
    def ranked(self) -> list[str]:
        """All ids of versions, oldest first, those of one second by their rank."""
        return in_order(self.items)


Leaves = Mapping[str, Leaf]
"""The packs at hand, by key."""


def in_order(items: Mapping[str, Item]) -> list[str]:
    """Return ids oldest first; only those of one second are looked into."""
    ordered: list[str] = []
    for _, together in groupby(sorted(items), key=stamp_of):
        ids = list(together)
        ordered += ids if len(ids) == 1 else sorted(ids, key=lambda i: rank_of(i, items[i].read()))
    return ordered


class Shelved:
    """A shelf with the packs that are at hand. Numbers are 1-based; every question may raise LackingError."""

    def __init__(self, shelf: Shelf, leaves: Leaves) -> None:
        """Take both."""
        self.shelf = shelf
        self._leaves = leaves
        self._ends = [stamp_of(pack.last) for pack in shelf.packs]
        self._beside: dict[int, list[str]] = {}
        for version_id in shelf.recent:
            self._beside.setdefault(self._span(stamp_of(version_id)), []).append(version_id)
        self._counts = self._counted()
        self._before = [0, *accumulate(self._counts)]

    def _counted(self) -> list[int]:
        counts = [*(pack.count for pack in self.shelf.packs), 0]
        for span, beside in self._beside.items():
            counts[span] += len(beside)
        for version_id in self.shelf.gone:
            counts[self._span(stamp_of(version_id))] -= 1
        return counts

    def __len__(self) -> int:
        return self._before[-1]

    def _span(self, second: str) -> int:
        return bisect_left(self._ends, second)

    def span(self, version_id: str) -> int:
        """Return the span an item lies in, or would; the last one has no pack."""
        return self._span(stamp_of(version_id))

    def leaf(self, pack: Pack) -> Leaf:
        """Return what a pack holds."""
        leaf = self._leaves.get(pack.key)
        if leaf is None:
            raise LackingError([pack])
        return leaf

    def need(self, packs: Sequence[Pack]) -> None:
        """Ask for all of some packs at once."""
        if lacking := [pack for pack in packs if pack.key not in self._leaves]:
            raise LackingError(lacking)

    def _rows(self, span: int) -> Sequence[str]:
        """Return the ids of a span in their order."""
        if not self._counts[span]:
            return ()
        beside = {i: self.shelf.recent[i] for i in self._beside.get(span, ())}
        order = in_order if self.shelf.ranked else sorted
        if span == len(self.shelf.packs):
            return order(beside)
        leaf, gone = self.leaf(self.shelf.packs[span]), self.shelf.gone
        if beside:
            return order({**{i: item for i, item in leaf.items.items() if i not in gone}, **beside})
        ids = leaf.ranked if self.shelf.ranked else leaf.ids
        return [i for i in ids if i not in gone] if gone else ids

    def item(self, version_id: str) -> Item | None:
        """Return the item with an id, None when there is none."""
        if version_id in self.shelf.recent:
            return self.shelf.recent[version_id]
        second = stamp_of(version_id)
        span = self._span(second)
        if version_id in self.shelf.gone or span == len(self.shelf.packs):
            return None
        pack = self.shelf.packs[span]
        return self.leaf(pack).items.get(version_id) if stamp_of(pack.first) <= second else None

    def number(self, version_id: str) -> int | None:
        """Return an item's number, None when there is none of that id."""
        if self.item(version_id) is None:
            return None
        span = self._span(stamp_of(version_id))
        return self._before[span] + self._rows(span).index(version_id) + 1

    def at(self, number: int) -> str | None:
        """Return the id with a number; -1 is the newest; None for a number that none has."""
        if number == 0 or not -len(self) <= number <= len(self):
            return None
        place = number - 1 if number > 0 else number + len(self)
        span = bisect_left(self._before, place + 1) - 1
        return self._rows(span)[place - self._before[span]]

    def as_of(self, moment: datetime) -> str | None:
        """Return the newest at or before a moment (to the second)."""
        return self.at(self._until(stamp(moment)))

    def nearest(self, moment: datetime) -> str | None:
        """Return the nearest to a moment; of two equally near the earlier."""
        place = self._until(stamp(moment))
        around = [self.at(number) for number in (place, place + 1) if number]
        found = [version_id for version_id in around if version_id]
        return min(found, key=lambda version_id: abs(time_of(version_id) - moment), default=None)

    def _until(self, second: str) -> int:
        """Return how many lie at or before a second."""
        span = self._span(second)
        if span not in self._beside and (
            span == len(self.shelf.packs) or second < stamp_of(self.shelf.packs[span].first)
        ):
            return self._before[span]
        return self._before[span] + bisect_left(self._rows(span), second + "~")

    def may_hold(self, first: str | None, last: str | None) -> bool:
        """Tell whether anything may lie at first <= stamp <= last, by the packs' ends alone."""
        return bool(self.spans(first, f"{last}~" if last else None))

    def between(self, first: str | None, last: str | None) -> list[str]:
        """Return the ids with first <= stamp < last, oldest first; None leaves a side open."""
        spans = self.spans(first, last)
        self.need(self.packs_of(spans))
        return [version_id for span in spans for version_id in self.rows(span, first, last)]

    def spans(self, first: str | None, last: str | None) -> Sequence[int]:
        """Return the spans that hold anything and meet a range; asks for none of their packs."""
        start = self._span(first) if first else 0
        end = self._span(last) if last else len(self._counts) - 1
        return [
            span for span in range(start, end + 1) if self._counts[span] and self._meets(span, first, last)
        ]

    def _meets(self, span: int, first: str | None, last: str | None) -> bool:
        if span in self._beside or span == len(self.shelf.packs):
            return True
        pack = self.shelf.packs[span]
        return (first is None or stamp_of(pack.last) >= first) and (last is None or pack.first < last)

    def rows(self, span: int, first: str | None, last: str | None) -> Sequence[str]:
        """Return a span's ids with first <= stamp < last."""
        rows = self._rows(span)
        start = bisect_left(rows, first) if first else 0
        return rows[start : bisect_left(rows, last)] if last else rows[start:]

    def packs_of(self, spans: Sequence[int]) -> list[Pack]:
        """Return the packs of spans."""
        return [self.shelf.packs[span] for span in spans if span < len(self.shelf.packs)]

    def size(self) -> int:
        """Return the bytes of all documents, at most."""
        recent = self.shelf.recent.values()
        return sum(pack.size for pack in self.shelf.packs) + sum(len(item.document) for item in recent)

    def all_items(self) -> list[Item]:
        """Return everything, in any order."""
        self.need(self.shelf.packs)
        packed = [item for pack in self.shelf.packs for item in self.leaf(pack).items.values()]
        return [*(item for item in packed if item.id not in self.shelf.gone), *self.shelf.recent.values()]

    def since(self, moment: int) -> Iterator[Item]:
        """Yield what was taken in at or after a moment (microseconds since 1970), in any order."""
        fresh = [pack for pack in self.shelf.packs if pack.newest_at >= moment]
        self.need(fresh)
        for pack in fresh:
            for item in self.leaf(pack).items.values():
                if item.at >= moment and item.id not in self.shelf.gone:
                    yield item
        yield from (item for item in self.shelf.recent.values() if item.at >= moment)
