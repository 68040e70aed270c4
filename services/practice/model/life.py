"""A life lived use by use: windows open, fill, stand full and reset (pure)."""

from bisect import bisect_right
from datetime import datetime
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from services.practice.model.figures import Credits, Figure, Figures
from services.practice.model.person import Habits, Person, habits
from services.practice.model.steps import (
    HOUR,
    STEPS_A_DAY,
    moment_of,
    next_month,
    step_of,
    week_number,
    week_start,
)
from services.practice.model.workday import Use, uses_of_day

__all__ = ["figures_at"]

SESSION = 5 * HOUR
FULL = 100.0
NEVER = -(10**6)
WEEK = 8.2
"""Full sessions that fill a week; Sonnet and Fable have smaller weeks of their own."""
SONNET_WEEK, FABLE_WEEK = 3.4, 2.4
CENTS_PER_POINT = 7
"""What one per cent of a session costs once it is paid for with credits."""


class Standing(Struct, frozen=True, kw_only=True):
    """Where all limits stand after the use at `step`; what has reset since is for the reader to see."""

    step: int
    opened: int
    session: float = 0.0
    weekly: float = 0.0
    sonnet: float = 0.0
    fable: float = 0.0
    credits_minor: int = 0


class Life:
    """A person's standings, lived day by day as far as anybody asked."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._habits = habits(person.seed)
        self._days = 0
        self._standings = [Standing(step=0, opened=NEVER)]

    def at(self, moment: datetime) -> Figures:
        """Return where every limit stands at a moment."""
        step = max(0, step_of(moment))
        while self._days <= step // STEPS_A_DAY:
            for use in uses_of_day(self._person, self._days):
                self._standings.append(_use(self._standings[-1], use, self._habits))
            self._days += 1
        last = bisect_right(self._standings, step, key=lambda standing: standing.step) - 1
        return _figures(_seen(self._standings[last], step, self._habits), self._habits)


@lru_cache(maxsize=16)
def _life(person: Person) -> Life:
    return Life(person)


def figures_at(person: Person, moment: datetime) -> Figures:
    """Return the figures of all five limits at a moment; the same for the same person and 5-minute step."""
    return _life(person).at(moment)


def _seen(standing: Standing, step: int, person_habits: Habits) -> Standing:
    """Bring a standing forward to a later step: windows that have ended by then are empty."""
    opened = standing.opened if step < standing.opened + SESSION else NEVER
    same_week = _same_week(standing.step, step, person_habits.weekly_reset)
    same_month = _month(standing.step // STEPS_A_DAY) == _month(step // STEPS_A_DAY)
    return Standing(
        step=step,
        opened=opened,
        session=standing.session if opened == standing.opened else 0.0,
        weekly=standing.weekly if same_week else 0.0,
        sonnet=standing.sonnet if _same_week(standing.step, step, person_habits.sonnet_reset) else 0.0,
        fable=standing.fable if same_week else 0.0,
        credits_minor=standing.credits_minor if same_month else 0,
    )


@lru_cache(maxsize=64)
def _month(day: int) -> tuple[int, int]:
    moment = moment_of(day * STEPS_A_DAY)
    return moment.year, moment.month


def _same_week(one: int, other: int, reset_hour: int) -> bool:
    return week_number(one, reset_hour) == week_number(other, reset_hour)


def _use(before: Standing, use: Use, person_habits: Habits) -> Standing:
    """Count one use: on the plan while it lasts, on credits when the session or the week is full."""
    now = _seen(before, use.step, person_habits)
    if now.opened < 0:
        now = replace(now, opened=use.step)
    if now.session >= FULL or now.weekly >= FULL:
        return _pay(now, use, person_habits)
    return replace(
        now,
        session=min(FULL, now.session + use.amount),
        weekly=min(FULL, now.weekly + use.amount / WEEK),
        sonnet=min(FULL, now.sonnet + use.amount / SONNET_WEEK) if use.model == "sonnet" else now.sonnet,
        fable=min(FULL, now.fable + use.amount / FABLE_WEEK) if use.model == "fable" else now.fable,
    )


def _pay(now: Standing, use: Use, person_habits: Habits) -> Standing:
    """Charge a use to the credits, which may end a little above their limit; then work stops.

    The session's own meter goes on counting: the work goes on, somebody else pays.
    """
    if now.credits_minor >= person_habits.credit_limit_minor:
        return now
    return replace(
        now,
        session=min(FULL, now.session + use.amount),
        credits_minor=now.credits_minor + round(CENTS_PER_POINT * use.amount),
    )


def _figures(now: Standing, person_habits: Habits) -> Figures:
    def weekly(used: float, reset_hour: int, *, by_model: bool = True) -> Figure:
        if by_model and not used:
            return Figure(percentage=0, resets_at=None, state="unused")
        end = week_start(week_number(now.step, reset_hour) + 1, reset_hour)
        return Figure(percentage=int(used), resets_at=end, state="open")

    if now.opened < 0:
        session = Figure(percentage=0, resets_at=None, state="idle")
    else:
        end = moment_of(now.opened + SESSION)
        session = Figure(percentage=int(now.session), resets_at=end, state="open")
    return {
        "session": session,
        "weekly": weekly(now.weekly, person_habits.weekly_reset, by_model=False),
        "weekly:sonnet": weekly(now.sonnet, person_habits.sonnet_reset),
        "weekly:fable": weekly(now.fable, person_habits.weekly_reset),
        "credits": Figure(
            percentage=now.credits_minor * 100 // person_habits.credit_limit_minor,
            resets_at=next_month(moment_of(now.step)),
            state="open",
            credits=Credits(
                used_minor=now.credits_minor, limit_minor=person_habits.credit_limit_minor, currency="USD"
            ),
        ),
    }
