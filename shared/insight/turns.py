"""What a turn of a limit is, and which kind of turn two sightings prove (pure).

A turn is a reset, the opening of a window, a change of the reset that is announced, or a counter that fell.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from shared.insight.kinds import Kind
from shared.insight.sightings import CLOCK, Between, Sighting

__all__ = ["ENDS", "LAG", "MUCH", "NEAR", "NOISE", "SAME", "Turn", "ended_how", "fell", "leaps", "turn"]

ENDS: frozenset[Kind] = frozenset({"on_time", "early", "late", "unseen", "unannounced"})
"""The turns by which a window ends."""

SAME = timedelta(minutes=3)
"""Announced resets this near are one: the page rounds its age and its words to minutes, its JSON jitters."""

NEAR = timedelta(minutes=15)
"""Readings at most this far from the announced reset, on both sides, prove that it came on time."""

MUCH = 50.0
"""Per cent that nobody uses up within NEAR: such a figure so soon after shows that nothing was reset."""

LAG = timedelta(minutes=30)
"""A page may show old figures for about this long."""

NOISE = 2.0
"""Points by which figures of one moment may differ between readers, by rounding or a page a little behind."""


class Turn(Struct, frozen=True, kw_only=True):
    """What happened between two sightings, which prove it.

    `announced` is the reset that was announced before, `announces` the one announced after. `doubtful`: it
    rests on the sighting before it alone, which those around it contradict.
    """

    limit: str
    kind: Kind
    at: Between
    before: Sighting
    after: Sighting
    announced: datetime | None
    announces: datetime | None
    doubtful: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether its window goes on, as far as can be told: one odd reading ends none."""
        return self.doubtful and not self.after.closed


def leaps(before: Sighting | None, after: Sighting) -> bool:
    """Tell whether a percentage rose sooner after the sighting before than anybody uses so much."""
    if before is None or after.percentage <= before.percentage:
        return False
    return after.latest - before.earliest < NEAR * ((after.percentage - before.percentage) / MUCH)


def fell(percentage: float, level: float) -> bool:
    """Tell whether a percentage is lower than a level by more than noise."""
    return percentage < level - NOISE


def turn(
    limit: str,
    kind: Kind,
    before: Sighting,
    after: Sighting,
    announced: datetime | None,
    *,
    doubtful: bool = False,
) -> Turn:
    """Make a turn of its proofs: it lay between the times at which these can have been true."""
    return Turn(
        limit=limit,
        kind=kind,
        at=Between(min(before.earliest, after.latest), after.latest, before.version, after.version),
        before=before,
        after=after,
        announced=announced,
        announces=after.resets_at,
        doubtful=doubtful,
    )


def ended_how(announced: datetime, before: Sighting, overdue: Sighting, after: Sighting) -> Kind:
    """Say how a window ended whose announced reset has passed when `after` shows another one.

    `before` is the last sighting that surely was of this window; `overdue` the last that showed it at all,
    which past the reset may be a page that stood still.
    """
    if before.time > announced + CLOCK or overdue.time >= announced + NEAR:
        return "late"
    near = before.time >= announced - NEAR and after.time <= announced + NEAR
    return "on_time" if near else "unseen"
