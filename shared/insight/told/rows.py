"""The rows of answers (pure), camelCase in JSON: windows, hits, turns, gaps, what expired unused.

Moments are UTC. What is only known to lie between two readings is an `Instant`; null is unknown, never zero.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.insight.kinds import Ending, Kind

__all__ = [
    "Amount",
    "CauseTold",
    "Count",
    "GapTold",
    "HitTold",
    "Instant",
    "Minutes",
    "Share",
    "Span",
    "Status",
    "TurnTold",
    "UnusedWindow",
    "WindowTold",
    "Witness",
]

Share = Annotated[float, Meta(ge=0, le=1)]
Minutes = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Amount = int | float

Status = Literal["over", "running", "unknown"]
"""`unknown`: nothing was read since it must or may have ended."""


class Instant(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something happened no earlier and no later than these; null where nothing bounds it.

    `before` and `after` are the ids of the versions that prove it: the last from before, the first from
    after.
    """

    earliest: datetime | None
    latest: datetime | None
    before: str | None = None
    after: str | None = None


class Span(Struct, frozen=True, kw_only=True, rename="camel"):
    """A length of time in minutes, at least and at most; null where nothing bounds it. Negative: before."""

    at_least: float | None
    at_most: float | None


class Witness(Struct, frozen=True, kw_only=True, rename="camel"):
    """A reading that proves something: `version` names the version that holds it, `time` is its time."""

    version: str
    time: datetime
    percentage: Amount
    resets_at: datetime | None
    state: str | None


class CauseTold(Struct, frozen=True, kw_only=True):
    """Reports of failed scrapes of one kind in a gap; `reason` is what the last one said."""

    state: str
    count: Count
    first: datetime
    last: datetime
    reason: str


class GapTold(Struct, frozen=True, kw_only=True, rename="camel"):
    """A time without a reading, from the last before it (`before`) to the first after it (`after`).

    `limit` is null for the whole account. `end` and `after` are null while it lasts; `minutes` are then
    those until `as_of`. `unread` counts the versions in it that could not read this limit, `reason` is the
    last reason given. `causes` are the reports that fall into it, the most frequent kind first; empty:
    nobody said why. `causes_whole` is false when reports of some of this time are not kept any more: nobody
    knows then whether there were others.
    """

    limit: str | None
    status: Status
    start: datetime
    end: datetime | None
    minutes: Minutes
    before: str | None
    after: str | None
    unread: Count
    reason: str | None
    causes: list[CauseTold]
    causes_whole: bool = True


class TurnTold(Struct, frozen=True, kw_only=True, rename="camel"):
    """A reset or another turn of a limit, between the readings `before` and `after`, which prove it.

    `announced` is the reset that was announced before, `announces` the one announced after. `off` is how far
    from the announced time it came, negative when before it; null when none was announced. `doubtful`: it
    rests on one reading alone, which may have been an odd one: `after`, the newest, until the next comes, or
    `before`, which alone was higher than those around it. `gaps` are those in which its moment may be hidden.
    """

    limit: str
    kind: Kind
    at: Instant
    before: Witness
    after: Witness
    announced: datetime | None
    announces: datetime | None
    off: Span | None
    doubtful: bool
    gaps: list[GapTold]


class WindowTold(Struct, frozen=True, kw_only=True, rename="camel"):
    """The time from the opening of a limit's window to its reset.

    `ended` is null while it runs; when that is unknown, only its `earliest` is known. `resets_at` is the
    reset announced last. `first`, `last` and `peak` are readings of this window. `observed_share` is at
    least how much of it was observed, 0 to 1, until `as_of` while it runs; null when its opening is unknown.
    `falls` and `moves` count counters that fell and resets that were moved. `peak_in_doubt` is a reading
    above the peak that those before and after it contradict: it may have been an odd one. A `doubtful` window
    is known by one reading alone.
    """

    limit: str
    status: Status
    opened: Instant
    ended: Instant | None
    how: Kind | None
    resets_at: datetime | None
    first: Witness
    last: Witness
    peak: Witness
    readings: Count
    observed_minutes: Minutes
    observed_share: Share | None
    falls: Count
    moves: Count
    doubtful: bool
    peak_in_doubt: Witness | None = None


class HitTold(Struct, frozen=True, kw_only=True, rename="camel"):
    """A stretch in which a limit stood at 100 %; `first` and `last` are the readings that show it.

    `left` is null while it lasts; when that is unknown, only its `earliest` is known. `blocked_minutes` is
    how long it lasted, so far when it lasts. In each of the `lapses` it may have ended and another begun, for
    nobody looked and no reset stayed announced: it is one hit or several, and blocked at least without them.
    `doubtful`: it rests on one reading alone, which came out of nowhere or which those after it contradict.
    """

    limit: str
    status: Status
    reached: Instant
    left: Instant | None
    how: Ending | None
    first: Witness
    last: Witness
    blocked_minutes: Span
    doubtful: bool
    lapses: list[Instant] = []


class UnusedWindow(Struct, frozen=True, kw_only=True, rename="camel"):
    """What of a window expired unused, in per cent of the allowance.

    `unused` is null when nobody looked within 15 minutes before its reset: it may have been used further;
    `unused_at_most` is what was left at the last reading, `last_reading_before` how long before the reset
    that was.
    """

    limit: str
    opened: Instant
    ended: Instant
    how: Kind
    last: Witness
    peak: Witness
    unused: Amount | None
    unused_at_most: Amount
    last_reading_before: Span
