"""Time in steps of five minutes, counted from the day on which the model's world begins (pure).

Figures change at these marks only, so that a scrape and a look a moment later agree.
"""

from datetime import UTC, datetime, timedelta

__all__ = [
    "BEGINNING",
    "HOUR",
    "STEP",
    "STEPS_A_DAY",
    "moment_of",
    "next_month",
    "step_of",
    "week_number",
    "week_start",
]

STEP = timedelta(minutes=5)
BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday; before it nobody has used anything."""

HOUR = timedelta(hours=1) // STEP
STEPS_A_DAY = timedelta(days=1) // STEP
STEPS_A_WEEK = 7 * STEPS_A_DAY


def step_of(moment: datetime) -> int:
    """Return the step that a moment lies in."""
    return (moment - BEGINNING) // STEP


def moment_of(step: int) -> datetime:
    """Return the moment at which a step begins."""
    return BEGINNING + step * STEP


def week_number(step: int, reset_hour: int) -> int:
    """Return the number of the weekly window; windows reset at an hour of the week (Monday 00:00 is 0)."""
    return (step - reset_hour * HOUR) // STEPS_A_WEEK


def week_start(number: int, reset_hour: int) -> datetime:
    """Return the moment at which that weekly window begins, which is where the one before it ends."""
    return moment_of(number * STEPS_A_WEEK + reset_hour * HOUR)


def next_month(moment: datetime) -> datetime:
    """Return the first moment of the month after."""
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
