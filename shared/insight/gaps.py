"""Times without readings (pure): of the account and of each limit, and the reports that explain them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct, convert
from msgspec.structs import replace

from shared.insight.pace import Pace, is_gap, kept_up
from shared.insight.readings import Fields
from shared.insight.sightings import Seen

__all__ = ["Cause", "Gap", "Gaps", "causes", "open_gaps", "watched"]


NOT_SHOWN = "the page did not show it"

LEFT = timedelta(days=1)
"""A limit that was not shown for so long, while others were read, has left the page: nothing is missing."""


class Gap(Struct, frozen=True, kw_only=True):
    """A time without a reading, from the last before it to the first after it (None while it lasts).

    `before` and `after` are the versions that hold these. `limit` is None for the whole account. `unread`
    counts versions in it that could not read this limit, `reason` is the last reason given for that.
    """

    limit: str | None
    start: datetime
    end: datetime | None
    before: str
    after: str | None = None
    unread: int = 0
    reason: str | None = None


class Watch(Struct, frozen=True):
    """A limit since its last reading: when that was, how many versions could not read it since, and why.

    `absent` is when the first version came since then that neither showed it nor failed to read it.
    """

    last: datetime
    version: str
    unread: int = 0
    reason: str | None = None
    absent: datetime | None = None


class Gaps(Struct, frozen=True):
    """Between two versions: the account's pace and last version, a watch on each limit that was ever read."""

    pace: Pace = Pace()
    version: str = ""
    limits: Mapping[str, Watch] = {}


class Cause(Struct, frozen=True):
    """Reports of one kind in a gap: how many, from when to when, and what the last one said."""

    state: str
    count: int
    first: datetime
    last: datetime
    reason: str


def watched(state: Gaps, seen: Seen) -> tuple[Gaps, tuple[Gap, ...]]:
    """Take the next version; returns the gaps that it ends, the account's first."""
    found = []
    start = state.pace.last
    if start is not None and is_gap(state.pace, seen.time - start):
        found.append(Gap(limit=None, start=start, end=seen.time, before=state.version, after=seen.version))
    limits = dict(state.limits)
    for limit in seen.sightings:
        watch = limits.get(limit)
        if watch is not None and _is_gap(state.pace, watch, seen.time):
            found.append(_gap(limit, watch, seen))
        limits[limit] = Watch(seen.time, seen.version)
    for limit, reason in seen.unread.items():
        if (watch := limits.get(limit)) is not None:
            limits[limit] = Watch(watch.last, watch.version, watch.unread + 1, reason or watch.reason)
    for limit in limits.keys() - seen.sightings.keys() - seen.unread.keys():
        if (watch := limits[limit]).absent is None:
            limits[limit] = replace(watch, absent=seen.time, reason=watch.reason or NOT_SHOWN)
    return Gaps(kept_up(state.pace, seen.time), seen.version, limits), tuple(found)


def open_gaps(state: Gaps, now: datetime) -> tuple[Gap, ...]:
    """Return the gaps that last at `now`, the account's first; a limit that left the page has none."""
    start = state.pace.last
    silent = start is not None and is_gap(state.pace, now - start)
    account = (
        (Gap(limit=None, start=start, end=None, before=state.version),)
        if silent and start is not None
        else ()
    )
    limits = (
        _gap(limit, watch, None)
        for limit, watch in state.limits.items()
        if _is_gap(state.pace, watch, now) and not _has_left(state, watch)
    )
    return (*account, *limits)


def causes(gap: Gap, reports: Iterable[Fields]) -> list[Cause]:
    """Gather the reports of failed scrapes that fall into a gap, by their state, the most frequent first."""
    found: dict[str, Cause] = {}
    for report in reports:
        at = convert(report["at"], datetime).astimezone(UTC)
        if at < gap.start or (gap.end is not None and at > gap.end):
            continue
        state, reason = str(report["state"]), str(report.get("reason", ""))
        known = found.get(state)
        found[state] = Cause(state, 1, at, at, reason) if known is None else _more(known, at, reason)
    return sorted(found.values(), key=lambda cause: (-cause.count, cause.first))


def _more(cause: Cause, at: datetime, reason: str) -> Cause:
    newest = reason if at >= cause.last else cause.reason
    return Cause(cause.state, cause.count + 1, min(cause.first, at), max(cause.last, at), newest)


def _has_left(state: Gaps, watch: Watch) -> bool:
    """Tell whether versions came for `LEFT` that did not show a limit and did not miss it either."""
    newest = state.pace.last
    return watch.absent is not None and newest is not None and newest - watch.absent >= LEFT


def _is_gap(pace: Pace, watch: Watch, time: datetime) -> bool:
    return watch.unread > 0 or is_gap(pace, time - watch.last)


def _gap(limit: str, watch: Watch, after: Seen | None) -> Gap:
    return Gap(
        limit=limit,
        start=watch.last,
        end=after.time if after else None,
        before=watch.version,
        after=after.version if after else None,
        unread=watch.unread,
        reason=watch.reason,
    )
