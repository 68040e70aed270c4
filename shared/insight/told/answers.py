"""Whole answers about windows, hits, resets, gaps and what expired unused (pure), camelCase in JSON.

Each says for which moment it holds (`as_of`) and how old the newest reading was then: whatever happened since
that reading is not in it.
"""

from datetime import date, datetime

from msgspec import Struct

from shared.insight.told.rows import (
    Amount,
    Count,
    GapTold,
    HitTold,
    Minutes,
    Share,
    TurnTold,
    UnusedWindow,
    WindowTold,
)

__all__ = [
    "About",
    "Enough",
    "GapsTold",
    "HitCount",
    "HitCounts",
    "HitsTold",
    "KnownDay",
    "KnownTold",
    "Newest",
    "TurnsTold",
    "UnusedTold",
    "UseOfLimit",
    "WindowsTold",
]


class Newest(Struct, frozen=True, kw_only=True, rename="camel"):
    """The newest reading of the account: when it was true, and how old it was at the answer's `asOf`."""

    version: str
    time: datetime
    age_minutes: Count
    is_stale: bool


class About(
    Struct, frozen=True, kw_only=True, rename={"start": "from", "as_of": "asOf", "is_whole": "isWhole"}
):
    """What every answer begins with.

    `as_of` is the moment for which it holds. `newest` is null when nothing is recorded. The range that was
    asked for is `from` (it belongs to it) to `to` (it does not); null is open. `is_whole` is false when more
    rows were there than one answer holds: those given are the newest.
    """

    account: str
    as_of: datetime
    newest: Newest | None
    start: datetime | None = None
    to: datetime | None = None
    is_whole: bool = True


class HitCount(Struct, frozen=True, kw_only=True, rename="camel"):
    """The hits of a day, week (from Monday) or month, by limit; of a limit that is not named none was seen.

    `start` is its first day in the zone that was asked for. `doubtful` counts those in doubt, which are not
    in `hits`. `known_share` is how much of it is known, 0 to 1: where that is less than 1 there may have been
    more. `known_shares` tells the same of each limit that was read by then: one that could not be read may
    have been hit while others were read.
    """

    start: date
    hits: dict[str, int]
    known_share: Share
    doubtful: dict[str, int] = {}
    known_shares: dict[str, Share] = {}


class HitCounts(Struct, frozen=True, kw_only=True):
    """Hits counted by the first reading at 100 %, in a time zone."""

    zone: str
    days: list[HitCount]
    weeks: list[HitCount]
    months: list[HitCount]


class KnownDay(Struct, frozen=True, kw_only=True, rename="camel"):
    """How much of a day is known, 0 to 1: how much lies between readings that are no gap from each other.

    `minutes` is how long the day was, as far as the record had begun and `as_of` had come.
    """

    day: date
    minutes: Minutes
    known_share: Share


class Enough(Struct, frozen=True, kw_only=True, rename="camel"):
    """In how many windows an allowance `times` as large would have done, would not, or nobody can tell."""

    times: float
    enough: Count
    not_enough: Count
    unknown: Count


class UseOfLimit(Struct, frozen=True, kw_only=True, rename="camel"):
    """How much of a limit's allowance was used in the windows of the record that are over.

    `windows` are all, `seen_to_the_end` those read within 15 minutes before their reset, `hit` those that
    stood at 100 %. `least`, `median`, `most` are of the percentage used in those that were seen to the end;
    null without one.
    """

    limit: str
    windows: Count
    seen_to_the_end: Count
    hit: Count
    least: Amount | None
    median: Amount | None
    most: Amount | None
    allowances: list[Enough]


class KnownTold(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is known of a limit at a moment; `percentage` is null when it is unknown, `reason` says why.

    `age_minutes` is the time from the reading in `version` to that moment. `resets_at` is null when no reset
    is known to be ahead. `doubtful`: the reading contradicts the one before, and the next has not come yet.
    """

    limit: str
    percentage: Amount | None
    age_minutes: Count
    version: str
    resets_at: datetime | None
    state: str | None
    doubtful: bool
    reason: str | None


class WindowsTold(About, frozen=True, kw_only=True):
    """Windows, oldest first."""

    windows: list[WindowTold]


class HitsTold(About, frozen=True, kw_only=True):
    """Hits, oldest first, and how many there were by day, week and month."""

    counts: HitCounts
    hits: list[HitTold]


class TurnsTold(About, frozen=True, kw_only=True):
    """Resets and other turns, oldest first."""

    resets: list[TurnTold]


class GapsTold(About, frozen=True, kw_only=True):
    """Gaps, oldest first, and how much of each day is known."""

    zone: str
    days: list[KnownDay]
    gaps: list[GapTold]


class UnusedTold(About, frozen=True, kw_only=True):
    """What expired unused, window by window, and what that says of the allowance, limit by limit."""

    limits: list[UseOfLimit]
    windows: list[UnusedWindow]
