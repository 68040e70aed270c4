"""What a limit went through (pure): its readings that count, and its use in each quarter of an hour.

A fold over days in columns and the turns that the record proves, so that no reset is taken for use, no fall
for less of it, and no gap for none.
"""

from array import array
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TypeAlias

from msgspec import Struct

from shared.insight.days import NO_RESET, Column, Whole
from shared.insight.kinds import Kind
from shared.insight.turns import ENDS, NOISE, SAME

__all__ = [
    "DAY",
    "FULL",
    "NOTHING",
    "SLOT",
    "WOULD_GO_ON",
    "Cut",
    "Edge",
    "Trail",
    "TrailDay",
    "Uses",
    "day_trailed",
    "joined",
]

SLOT = 900
"""Seconds of a slot."""

DAY = 86400
FULL = 100.0
NOTHING = -1
"""Stands for no reset: no window is open, or none is announced. Others are seconds since 1970."""

LONGEST = DAY
"""Seconds between two readings, at most, over which a growth is spread evenly; over more it is unknown."""

SHORTEST = 3600
"""Seconds that a window is taken to need at least until it is full."""

WOULD_GO_ON = {True: 0.5, False: 0.3}
"""Share of its pace until then at which a full window is taken to go on: one longer than a day, and another.
Of a session what is left is often an evening off."""

BRIDGED = 1800
"""Seconds between two readings within which a window that ended can have been used only a little more."""

Numbers: TypeAlias = "array[float]"

_SAME = SAME.total_seconds()


class Edge(Struct, frozen=True, gc=False):
    """The last reading that counts: its second, its window's level, reset and beginning.

    `breaks` counts what cut the course: ends of windows and counters that fell. `full` is the window's pace
    until it was full, in points a second; 0 before.
    """

    second: int
    level: float
    reset: int
    begun: int
    breaks: int
    closed: bool
    full: float = 0.0


class Cut(Struct, frozen=True, gc=False):
    """A turn: the second of the reading that proves it, its kind, the middle of when it can have been."""

    second: int
    kind: Kind
    moment: int


class TrailDay(Struct, frozen=True):
    """The readings of one limit on a UTC day that count, and its use by slot of the day.

    `used` are points, `seen` the seconds of the slot of which the use is known.
    """

    start: int
    edges: tuple[Edge, ...]
    used: Mapping[int, float]
    seen: Mapping[int, float]


class Uses(Struct, frozen=True):
    """Use from `start` on, summed up: at each slot's beginning the points used and the seconds known."""

    start: int
    used: Numbers
    seen: Numbers

    def slot(self, second: int) -> int:
        """Return the place of a second in the sums; before `start` it is negative."""
        return (second - self.start) // SLOT


class Trail(Struct, frozen=True):
    """Days joined: every reading that counts, oldest first, and the use."""

    seconds: Whole
    edges: tuple[Edge, ...]
    uses: Uses


def day_trailed(before: Edge | None, start: int, column: Column, cuts: Iterable[Cut]) -> TrailDay:
    """Follow a limit through a UTC day that begins at `start`, by its readings and the turns of that day."""
    proved = {cut.second: cut for cut in cuts}
    used: dict[int, float] = {}
    seen: dict[int, float] = {}
    edges: list[Edge] = []
    edge = before
    for second, percentage, reset, state in zip(
        column.seconds, column.percents, column.resets, column.states, strict=True
    ):
        resets = NOTHING if reset == NO_RESET else reset // 1000
        closed = resets == NOTHING and not percentage and state in {"idle", "unused"}
        after, grown = _stepped(
            edge, second, float(percentage), resets, closed=closed, cut=proved.get(second)
        )
        if after is None:
            continue
        if edge is not None and grown is not None:
            _spread(used, seen, edge.second, second, grown)
        edges.append(after)
        edge = after
    return TrailDay(start, tuple(edges), used, seen)


def joined(days: Iterable[TrailDay]) -> Trail:
    """Join days, oldest first; days between them of which nothing is known may be missing."""
    every = list(days)
    edges = tuple(edge for day in every for edge in day.edges)
    used: dict[int, float] = {}
    seen: dict[int, float] = {}
    for day in every:
        for slot, amount in day.used.items():
            used[slot] = used.get(slot, 0.0) + amount
        for slot, amount in day.seen.items():
            seen[slot] = seen.get(slot, 0.0) + amount
    first = min(seen, default=0)
    count = max(seen, default=-1) + 1 - first if seen else 0
    uses = Uses(
        first * SLOT,
        array("d", accumulate((used.get(first + n, 0.0) for n in range(count)), initial=0.0)),
        array("d", accumulate((seen.get(first + n, 0.0) for n in range(count)), initial=0.0)),
    )
    return Trail(array("q", [edge.second for edge in edges]), edges, uses)


def _stepped(
    edge: Edge | None, second: int, percentage: float, reset: int, *, closed: bool, cut: Cut | None
) -> tuple[Edge | None, float | None]:
    """Take a reading; returns None if it does not count, and the points used since the last, if known."""
    if edge is None:
        return Edge(second, percentage, reset, second, 0, closed), None
    if cut is not None and (cut.kind in ENDS or cut.kind == "opened"):
        known = edge.closed or second - edge.second <= BRIDGED
        after = Edge(second, percentage, reset, min(cut.moment, second), edge.breaks + 1, closed)
        return after, percentage if known else None
    if cut is not None and cut.kind == "counter_fell":
        return Edge(second, percentage, edge.reset, edge.begun, edge.breaks + 1, closed), None
    moved = cut is not None and cut.kind == "moved"
    strange = NOTHING not in {reset, edge.reset} and abs(reset - edge.reset) > _SAME
    if (strange and not moved) or percentage < edge.level - NOISE or closed != edge.closed:
        return None, None
    level = max(edge.level, percentage)
    kept = reset if moved or edge.reset == NOTHING else edge.reset
    full = edge.full or (FULL / max(SHORTEST, second - edge.begun) if level >= FULL else 0.0)
    # At 100 % more would have been used if it could: how much cannot be seen.
    going = WOULD_GO_ON[edge.reset - edge.begun > DAY] * edge.full * (second - edge.second)
    grown = going if edge.full else level - edge.level
    known = second - edge.second <= LONGEST
    return Edge(second, level, kept, edge.begun, edge.breaks, closed, full), grown if known else None


def _spread(used: dict[int, float], seen: dict[int, float], first: int, last: int, grown: float) -> None:
    """Spread points evenly over the slots between two seconds."""
    whole = max(1, last - first)
    for slot in range(first // SLOT, (last - 1) // SLOT + 1):
        part = min(last, (slot + 1) * SLOT) - max(first, slot * SLOT)
        seen[slot] = seen.get(slot, 0.0) + part
        if grown:
            used[slot] = used.get(slot, 0.0) + grown * part / whole
