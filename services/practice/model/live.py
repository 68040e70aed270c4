"""Somebody awake when a demo starts, whatever the hour, with a past that stays what it was (pure)."""

from datetime import datetime, timedelta

from services.practice.model.life import figures_at
from services.practice.model.person import Person, Stretch
from services.practice.model.steps import HOUR, STEP, moment_of, step_of

__all__ = ["awake_at", "settled_until"]

BLOCK = 3 * HOUR
LEAD, STAY = 1 * HOUR, 5 * HOUR
"""An extra stretch begins an hour before the three-hour block of the start and lasts for five hours, so
that any start within the block finds its one session open and part full."""

RATE = 17.0
"""Per cent of a session an hour: the extra session ends just short of full."""

AHEAD = timedelta(minutes=30) // STEP
"""Steps for which a session must stay open without help."""


def awake_at(person: Person, start: datetime) -> Person:
    """Return the person, who works an extra stretch around `start` unless a session is open then anyway.

    Nothing earlier than four hours before `start` changes. Starts in the same block of three hours make the
    same person, so that a console started again goes on where it was.
    """
    block = step_of(start) // BLOCK * BLOCK
    coming = [start + ahead * STEP for ahead in range(AHEAD)]
    if all(figures_at(person, moment)["session"].state == "open" for moment in coming):
        return person
    return Person(seed=person.seed, extra=(Stretch(block - LEAD, block - LEAD + STAY, RATE),))


def settled_until(person: Person, start: datetime) -> datetime:
    """Return until when the life of `person` is the same as that of whoever is awake at `start`."""
    awake = awake_at(person, start)
    return start if awake == person else moment_of(awake.extra[-1].first)
