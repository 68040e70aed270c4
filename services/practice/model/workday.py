"""One day of a person's work: which five-minute steps use how much, and of which model (pure)."""

import random
from collections.abc import Iterator

from msgspec import Struct

from services.practice.model.person import Habits, Person, Stretch, dice, habits
from services.practice.model.steps import HOUR, STEPS_A_DAY

__all__ = ["Use", "uses_of_day"]

SATURDAY = 5
FIRST_STEP, LAST_STEP = 6 * HOUR, 23 * HOUR
"""Nobody works at night: a window opened at 22:55 has long ended when the next morning begins."""

RATE = 21.0
"""Per cent of a session that an hour of an ordinary day's work uses."""


class Use(Struct, frozen=True):
    """What one step of work uses, in per cent of a session, and with which model."""

    step: int
    amount: float
    model: str


def uses_of_day(person: Person, day: int) -> list[Use]:
    """List the uses of one day (0 is the Monday on which the world begins), in order of time."""
    person_habits = habits(person.seed)
    uses: dict[int, Use] = {}
    for number, stretch in enumerate(_stretches(person.seed, person_habits, day)):
        roll = dice("stretch", person.seed, day, number)
        uses |= {use.step: use for use in _spread(stretch, _model(roll, person_habits), roll)}
    first = day * STEPS_A_DAY
    for stretch in person.extra:
        for step in range(max(stretch.first, first), min(stretch.last, first + STEPS_A_DAY)):
            uses.setdefault(step, Use(step, stretch.rate / HOUR, "opus"))
    return [uses[step] for step in sorted(uses)]


def _stretches(seed: int, person_habits: Habits, day: int) -> list[Stretch]:
    """Plan a day: mornings and afternoons, some evenings; on weekends an hour or two, or nothing."""
    roll = dice("day", seed, day)
    week = dice("week", seed, day // 7).uniform(0.72, 1.28)
    rate = RATE * person_habits.zeal * week * roll.lognormvariate(0.0, 0.3)
    if day % 7 >= SATURDAY:
        if roll.random() > person_habits.weekend:
            return []
        return [_stretch(day, roll.uniform(10, 19), roll.uniform(1.0, 3.0), 0.7 * rate)]
    morning = person_habits.starts_at + roll.uniform(-0.5, 0.6)
    noon = morning + roll.uniform(2.3, 3.6)
    afternoon = noon + roll.uniform(0.6, 1.3)
    plan = [
        _stretch(day, morning, noon - morning, rate),
        _stretch(day, afternoon, roll.uniform(2.6, 4.6), rate),
    ]
    if roll.random() < 0.3:  # noqa: PLR2004 - about three evenings in ten
        plan.append(_stretch(day, roll.uniform(19.8, 20.6), roll.uniform(0.8, 2.2), 0.8 * rate))
    return plan


def _stretch(day: int, start: float, hours: float, rate: float) -> Stretch:
    base = day * STEPS_A_DAY
    first = max(round(start * HOUR), FIRST_STEP)
    last = min(round((start + hours) * HOUR), LAST_STEP)
    return Stretch(base + first, base + last, rate)


def _model(roll: random.Random, person_habits: Habits) -> str:
    """Choose the model for a stretch of work."""
    cast = roll.random()
    if cast < person_habits.sonnet_share:
        return "sonnet"
    return "fable" if cast < person_habits.sonnet_share + person_habits.fable_share else "opus"


def _spread(stretch: Stretch, model: str, roll: random.Random) -> Iterator[Use]:
    """Spread a stretch's use unevenly: bursts of work, pauses to read; the first step always counts."""
    busy = True
    for step in range(stretch.first, stretch.last):
        if busy:
            yield Use(step, stretch.rate / HOUR * roll.uniform(0.5, 2.3), model)
        busy = roll.random() < (0.8 if busy else 0.45)
