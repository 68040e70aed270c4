"""What a turn of a limit is, and which kind of turn two sightings prove (pure).

A turn is a reset, the opening of a window, a change of the reset that is announced, or a counter that fell.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from shared.insight.sightings import CLOCK, Between, Sighting

__all__ = ["ENDS", "LAG", "NEAR", "NOISE", "SAME", "Kind", "Turn", "ended_how", "fell", "turn"]

Kind = Literal["opened", "on_time", "early", "late", "unseen", "moved", "counter_fell", "unannounced"]
"""What happened. `unseen`: the window ended while nobody looked, nothing speaks against the announced time.
`unannounced`: the percentage fell while no reset was announced, so that a reset cannot be told from another
fall. The others are what they are called."""

ENDS: frozenset[Kind] = frozenset({"on_time", "early", "late", "unseen", "unannounced"})
"""The turns by which a window ends."""

SAME = timedelta(minutes=3)
"""Announced resets this near are one: the page rounds its age and its words to minutes, its JSON jitters."""

NEAR = timedelta(minutes=15)
"""Readings at most this far from the announced reset, on both sides, prove that it came on time."""

LAG = timedelta(minutes=30)
"""A page may show old figures for about this long."""

NOISE = 2.0
"""Points by which figures of one moment may differ between readers, by rounding or a page a little behind."""


class Turn(Struct, frozen=True, kw_only=True):
    """What happened between two sightings, which prove it.

    `announced` is the reset that was announced before, `announces` the one announced after.
    """

    limit: str
    kind: Kind
    at: Between
    before: Sighting
    after: Sighting
    announced: datetime | None
    announces: datetime | None


def fell(percentage: float, level: float) -> bool:
    """Tell whether a percentage is lower than a level by more than noise."""
    return percentage < level - NOISE


def turn(limit: str, kind: Kind, before: Sighting, after: Sighting, announced: datetime | None) -> Turn:
    """Make a turn of its proofs: it lay between the times at which these can have been true."""
    return Turn(
        limit=limit,
        kind=kind,
        at=Between(min(before.earliest, after.latest), after.latest),
        before=before,
        after=after,
        announced=announced,
        announces=after.resets_at,
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
