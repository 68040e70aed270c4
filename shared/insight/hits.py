"""The hits of one limit (pure): stretches in which it stood at 100 %, a fold over the steps of its course."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta, tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.insight.kinds import Ending, Kind
from shared.insight.sightings import Between, Sighting
from shared.insight.standing import Step
from shared.insight.turns import ENDS, LAG, MUCH, NEAR, Turn, leaps

__all__ = ["AGAIN", "FULL", "Hit", "Hits", "Unit", "beginning", "blocked", "count_by", "followed_hit"]

FULL = 100.0

AGAIN = NEAR * (FULL / MUCH)
"""In less time nobody uses up a whole allowance after a reset that was not seen."""

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

    `first` and `last` are the first and the last sighting at 100 %. In each of the `lapses` it may have ended
    and another begun: nobody looked, and no reset stayed announced. A `doubtful` one rests on one sighting,
    which came out of nowhere or which the next contradicts.
    """

    reached: Between | None
    left: Between | None = None
    how: Ending | None = None
    first: Sighting
    last: Sighting
    lapses: tuple[Between, ...] = ()
    doubtful: bool = False


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
    if sighting.percentage < FULL:
        return Hits(sighting, state.hit, state.below or sighting), None
    return Hits(sighting, _gone_on(state.hit, step)), None


def blocked(hit: Hit) -> tuple[timedelta, timedelta | None]:
    """Return how long a hit lasted, at least and at most; None when nothing bounds it."""
    reached = hit.first.latest if hit.reached is None else hit.reached.latest
    left = hit.last.earliest if hit.left is None else hit.left.earliest
    begun = [reached, *(lapse.latest for lapse in hit.lapses)]
    over = [*(lapse.earliest for lapse in hit.lapses), left]
    nothing = timedelta(0)
    least = sum((max(nothing, end - start) for start, end in zip(begun, over, strict=True)), nothing)
    most = None if hit.reached is None or hit.left is None else hit.left.latest - hit.reached.earliest
    return least, most


def count_by(hits: Iterable[Hit], unit: Unit, zone: tzinfo) -> dict[date, int]:
    """Count hits by day, week (its Monday) or month (its first day), in a zone.

    A hit belongs to the day of its first reading at 100 %.
    """
    days = (hit.first.time.astimezone(zone).date() for hit in hits)
    return dict(sorted(Counter(beginning(day, unit) for day in days).items()))


def beginning(day: date, unit: Unit) -> date:
    """Return the first day of the day, week (its Monday) or month that a day lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _begun(state: Hits, sighting: Sighting) -> Hit | None:
    if sighting.percentage < FULL:
        return None
    reached = None
    if (known := state.before) is not None:
        reached = Between(known.earliest, sighting.latest, known.version, sighting.version)
    return Hit(reached=reached, first=sighting, last=sighting, doubtful=leaps(state.before, sighting))


def _gone_on(hit: Hit, step: Step) -> Hit:
    """Add a sighting at 100 %."""
    sighting, reached, first = step.sighting, hit.reached, hit.first
    if step.odd and _is_alone(hit) and reached is not None:
        reached = Between(reached.earliest, sighting.latest, reached.before, sighting.version)
        first = sighting
    lapses = (*hit.lapses, _between(hit.last, sighting)) if _lapses(hit, step) else hit.lapses
    doubtful = hit.doubtful and step.odd
    return replace(hit, reached=reached, first=first, last=sighting, lapses=lapses, doubtful=doubtful)


def _is_alone(hit: Hit) -> bool:
    return hit.first.version == hit.last.version


def _lapses(hit: Hit, step: Step) -> bool:
    """Tell whether a hit may have ended unseen, and another begun, since its last sighting."""
    last, sighting = hit.last, step.sighting
    announced = last.resets_at is not None and sighting.resets_at is not None
    kept = announced and (step.turn is None or step.turn.kind != "moved")
    return not kept and sighting.latest - last.earliest >= AGAIN


def _between(before: Sighting, after: Sighting) -> Between:
    return Between(min(before.earliest, after.latest), after.latest, before.version, after.version)


def _ended(state: Hits, step: Step) -> Hit | None:
    """Say how a hit ended, if it did: by a turn, or because the figure stayed a little below 100 %."""
    hit, below, sighting = state.hit, state.below, step.sighting
    if hit is None:
        return None
    turned = step.turn is not None and step.turn.kind in {*ENDS, "counter_fell", "opened"}
    alone = _is_alone(hit)
    if below is not None and (turned or sighting.time - below.time > LAG):
        return replace(hit, left=_between(hit.last, below), how="unknown", doubtful=alone)
    if hit.doubtful and sighting.percentage >= FULL and _lapses(hit, step):
        return replace(hit, left=_between(hit.last, sighting), how="unknown")
    if step.turn is None or not turned:
        return None
    contradicted = alone and (step.odd or step.turn.kind == "counter_fell")
    return _left(replace(hit, doubtful=hit.doubtful or contradicted), step.turn)


def _left(hit: Hit, end: Turn) -> Hit:
    start = hit.first.earliest if hit.reached is None else hit.reached.earliest
    left = Between(max(start, end.at.earliest), end.at.latest, end.at.before, end.at.after)
    return replace(hit, left=left, how=_ENDINGS.get(end.kind, "unknown"))
