"""Somebody who uses Claude: habits that follow from a seed, so that two seeds make two lives (pure)."""

import random
import uuid
from functools import lru_cache

from msgspec import Struct

__all__ = ["Habits", "Person", "Stretch", "dice", "habits", "organization"]


class Stretch(Struct, frozen=True):
    """Work from one 5-minute step to another (that one not included), at `rate` % of a session an hour."""

    first: int
    last: int
    rate: float


class Person(Struct, frozen=True, kw_only=True):
    """A seed, and stretches of work that this person puts in on top of the usual days."""

    seed: int
    extra: tuple[Stretch, ...] = ()


class Habits(Struct, frozen=True, kw_only=True):
    """What stays the same about a person.

    Hours are of the day in UTC; a weekly reset is an hour of the week, counted from Monday 00:00. The two
    shares are of stretches of work: done with Sonnet, done with Fable.
    """

    starts_at: float
    zeal: float
    weekend: float
    weekly_reset: int
    sonnet_reset: int
    sonnet_share: float
    fable_share: float
    credit_limit_minor: int


def dice(*about: object) -> random.Random:
    """Make a source of numbers that is always the same for the same words."""
    return random.Random(" ".join(map(str, about)))  # noqa: S311 - a repeatable imitation, nothing secret


@lru_cache(maxsize=64)
def habits(seed: int) -> Habits:
    """Derive a person's habits from the seed."""
    roll = dice("habits", seed)
    return Habits(
        starts_at=roll.uniform(7.8, 9.4),
        zeal=roll.uniform(0.92, 1.12),
        weekend=roll.uniform(0.35, 0.6),
        weekly_reset=24 * roll.randrange(1, 5) + roll.randrange(5, 16),
        sonnet_reset=24 * roll.randrange(4, 7) + roll.randrange(6, 18),
        sonnet_share=roll.uniform(0.25, 0.4),
        fable_share=roll.uniform(0.15, 0.3),
        credit_limit_minor=roll.choice([3000, 4000, 5000]),
    )


def organization(seed: int) -> str:
    """Return the id that stands in the addresses of this person's JSON."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"practice organization {seed}"))
