"""The hits of one limit (pure): stretches in which it stood at 100 %, a fold over the steps of its course."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta, tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.insight.course import Step
from shared.insight.sightings import Between, Sighting
from shared.insight.turns import ENDS, LAG, Kind, Turn

__all__ = ["Ending", "Hit", "Hits", "Unit", "blocked", "count_by", "followed_hit"]

FULL = 100.0

Ending = Literal["reset", "early_reset", "counter_fell", "unknown"]
Unit = Literal["day", "week", "month"]

_ENDINGS: Mapping[Kind, Ending] = {
    "on_time": "reset",
    "late": "reset",
    "unseen": "reset",
    "early": "early_reset",
    "counter_fell": "counter_fell",
}


class Hit(Struct, frozen=True, kw_only=True):
    """A stretch at 100 %. `reached` is None when the record begins in it, `left` and `how` while it lasts.

    `first` and `last` are the first and the last sighting at 100 %.
    """

    reached: Between | None
    left: Between | None = None
    how: Ending | None = None
    first: Sighting
    last: Sighting


class Hits(Struct, frozen=True):
    """Between two steps: the last sighting, the hit that lasts, and a first sighting a little below 100 %."""

    before: Sighting | None = None
    hit: Hit | None = None
    below: Sighting | None = None


def followed_hit(state: Hits, step: Step) -> tuple[Hits, Hit | None]:
    """Take the next step; returns the hit that is known to be over now, if one is."""
    sighting = step.sighting
    ended = _ended(state, step)
    if ended is not None:
        return Hits(sighting, _begun(state, sighting)), ended
    if state.hit is None:
        return Hits(sighting, _begun(state, sighting)), None
    if sighting.percentage >= FULL:
        return Hits(sighting, replace(state.hit, last=sighting)), None
    return Hits(sighting, state.hit, state.below or sighting), None


def blocked(hit: Hit) -> tuple[timedelta, timedelta | None]:
    """Return how long a hit lasted, at least and at most; None when nothing bounds it."""
    reached = hit.first.latest if hit.reached is None else hit.reached.latest
    left = hit.last.earliest if hit.left is None else hit.left.earliest
    least = max(timedelta(0), left - reached)
    most = None if hit.reached is None or hit.left is None else hit.left.latest - hit.reached.earliest
    return least, most


def count_by(hits: Iterable[Hit], unit: Unit, zone: tzinfo) -> dict[date, int]:
    """Count hits by day, week (its Monday) or month (its first day), in a zone.

    A hit belongs to the day of its first reading at 100 %.
    """
    days = (hit.first.time.astimezone(zone).date() for hit in hits)
    return dict(sorted(Counter(_beginning(day, unit) for day in days).items()))


def _beginning(day: date, unit: Unit) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _begun(state: Hits, sighting: Sighting) -> Hit | None:
    if sighting.percentage < FULL:
        return None
    reached = None if state.before is None else Between(state.before.earliest, sighting.latest)
    return Hit(reached=reached, first=sighting, last=sighting)


def _ended(state: Hits, step: Step) -> Hit | None:
    """Say how a hit ended, if it did: by a turn, or because the figure stayed a little below 100 %."""
    hit, below, sighting = state.hit, state.below, step.sighting
    if hit is None:
        return None
    turned = step.turn is not None and step.turn.kind in {*ENDS, "counter_fell", "opened"}
    if below is not None and (turned or sighting.time - below.time > LAG):
        return replace(hit, left=Between(hit.last.earliest, below.latest), how="unknown")
    return _left(hit, step.turn) if step.turn is not None and turned else None


def _left(hit: Hit, end: Turn) -> Hit:
    start = hit.first.earliest if hit.reached is None else hit.reached.earliest
    left = Between(max(start, end.at.earliest), end.at.latest)
    return replace(hit, left=left, how=_ENDINGS.get(end.kind, "unknown"))
