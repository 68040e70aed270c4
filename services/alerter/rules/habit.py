"""The habit of an account (pure): its use by day over weeks, folded day after day, and the hits it leads to.

A day is followed for good once the next is known: the reading that proves a turn of the evening may be the
first after midnight. Of days that are over only their use and their last reading are kept.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from services.alerter.rules.limits import Expected
from services.alerter.rules.tide import Tide
from shared.insight.asof import known_at
from shared.insight.days import Day, Stored, counting, day_of
from shared.insight.forecast.foreseen import foreseen
from shared.insight.forecast.paths import DAYS_BACK
from shared.insight.forecast.trail import Cut, Edge, Trail, TrailDay, Uses, day_trailed, joined
from shared.insight.limits import SESSION
from shared.insight.record import Record, taken
from shared.insight.sightings import Between
from shared.insight.told.forecasts import HitAhead
from shared.insight.turns import Turn

__all__ = ["BACK", "Habit", "hits_ahead", "with_day"]

BACK = timedelta(days=DAYS_BACK + 7)
"""What forecasts look at: the days they draw from, and a window's length before them."""


class Habit(Struct, frozen=True):
    """The days so far. `trails` are those that are over, by limit; `last` waits for the next."""

    record: Record = Record()
    trails: Mapping[str, tuple[TrailDay, ...]] = {}
    edges: Mapping[str, Edge] = {}
    last: Day | None = None
    turns: tuple[Turn, ...] = ()


def with_day(habit: Habit, day: date, versions: Sequence[Stored]) -> Habit:
    """Take all versions of the next UTC day that has any, oldest first."""
    record, turns = habit.record, list(habit.turns)
    for version in counting(versions):
        record, found = taken(record, version)
        turns += found.turns
    before = _settled(replace(habit, turns=tuple(turns)), day - BACK)
    rest = tuple(turn for turn in turns if turn.after.time.date() >= day)
    return replace(before, record=record, last=day_of(day.isoformat(), versions), turns=rest)


def hits_ahead(habit: Habit, tide: Tide, now: datetime, zone: tzinfo) -> dict[str, Expected]:
    """Return the hits that may come before a reset, by limit; the habit goes on to the newest version."""
    trails = {
        limit: joined([*days, *_followed(habit, limit)[0]])
        for limit, days in {
            **dict.fromkeys(habit.last.columns if habit.last else (), ()),
            **habit.trails,
        }.items()
    }
    found = {}
    for limit, trail in trails.items():
        busy = (trails.get(SESSION) or trail).uses
        if limit in tide.record.limits and (expected := _expected(limit, tide, trail, busy, now, zone)):
            found[limit] = expected
    return found


def _expected(
    limit: str, tide: Tide, trail: Trail, busy: Uses, now: datetime, zone: tzinfo
) -> Expected | None:
    """Return what the newest two readings agree on: one odd page is no forecast."""
    known = known_at(tide.record.limits[limit].course, now)
    hit = foreseen(limit, known, trail, busy, now, zone=zone).hit
    if hit is None or hit.earliest is None or known.resets_at is None or len(trail.edges) < 2:  # noqa: PLR2004 - two readings
        return None
    then = datetime.fromtimestamp(trail.edges[-2].second, now.tzinfo)
    before: HitAhead | None = foreseen(limit, known, trail, busy, then, zone=zone).hit
    chance = min(hit.chance, before.chance if before else 0.0)
    at = Between(hit.earliest, hit.latest or known.resets_at)
    return Expected(at=at, likely=hit.likely, chance=chance, reset=known.resets_at)


def _settled(habit: Habit, oldest: date) -> Habit:
    """Follow the day that waited, forget its readings but the last, and days that are too old."""
    if habit.last is None:
        return habit
    trails, edges = dict(habit.trails), dict(habit.edges)
    first = datetime(oldest.year, oldest.month, oldest.day, tzinfo=UTC).timestamp()
    for limit in habit.last.columns:
        (day,), edge = _followed(habit, limit)
        kept = tuple(one for one in trails.get(limit, ()) if one.start >= first)
        trails[limit] = (*kept, replace(day, edges=day.edges[-1:]))
        if edge is not None:
            edges[limit] = edge
    return replace(habit, trails=trails, edges=edges, last=None)


def _followed(habit: Habit, limit: str) -> tuple[tuple[TrailDay, ...], Edge | None]:
    """Follow a limit through the day that waits; returns no day when that has no reading of it."""
    day, edge = habit.last, habit.edges.get(limit)
    if day is None or limit not in day.columns:
        return (), edge
    cuts = [
        _cut(one)
        for one in habit.turns
        if one.limit == limit and one.after.time.date().isoformat() == day.date
    ]
    trailed = day_trailed(edge, day.start, day.columns[limit], cuts)
    return (trailed,), trailed.edges[-1] if trailed.edges else edge


def _cut(turn: Turn) -> Cut:
    second = int(turn.after.time.timestamp())
    middle = (int(turn.at.earliest.timestamp()) + int(turn.at.latest.timestamp())) // 2
    return Cut(second, turn.kind, middle)
