"""A made-up history: what a collector would have recorded of a person's limits over weeks (pure).

It has the flaws of a real one: hours with the laptop asleep, readings that lack a section, readings that
arrived late because the receiver was away.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from services.practice.eras import Limit
from services.practice.model import Figure, Person, figures_at, settled_until
from services.practice.model.person import dice
from services.practice.model.steps import HOUR, STEPS_A_DAY, moment_of, step_of
from shared.schemas.usage import SCHEMA_VERSION, CreditsReading, Reading, Snapshot, WeeklyLimits

__all__ = ["ACCOUNTS", "Arrival", "Recorded", "arrivals", "naps_of"]

LATE_STEPS = (6, 48)
"""An outage of the receiver lasts from half an hour to four hours."""
SECTIONS: dict[Limit, str] = {
    "session": "currentSession",
    "weekly": "weeklyLimits.allModels",
    "weekly:sonnet": "weeklyLimits.sonnetOnly",
    "weekly:fable": "weeklyLimits.scoped.fable",
}
"""How the snapshot names the section that holds a limit."""

EVENING = 18 * HOUR
PARTIAL_SHARE = 0.012
OUTAGE_SHARE = 0.06


class Recorded(Struct, frozen=True, kw_only=True):
    """An account of the demo: who, recorded by which collectors, and what its page shows.

    The `evening_collector` reads from 18 o'clock on (UTC), where there is one.

    `nights_off` is how often the laptop sleeps at night, `naps` how often it does for a while by day. An
    account that `goes_on` lives on in a console that is started at the end of the history.
    """

    account: str
    person: Person
    collector: str
    limits: tuple[Limit, ...]
    nights_off: float
    naps: float
    goes_on: bool = False
    evening_collector: str | None = None


ACCOUNTS = (
    Recorded(
        account="default",
        person=Person(seed=1),
        collector="desk",
        limits=("session", "weekly", "weekly:fable", "credits"),
        nights_off=0.2,
        naps=0.1,
        goes_on=True,
        evening_collector="laptop",
    ),
    Recorded(
        account="work",
        person=Person(seed=2),
        collector="laptop",
        limits=("session", "weekly", "weekly:sonnet"),
        nights_off=0.6,
        naps=0.35,
    ),
)
"""The first lives the life that the console shows; the second has the rows of another plan."""


class Arrival(Struct, frozen=True, kw_only=True):
    """One snapshot and when the receiver got it."""

    snapshot: Snapshot
    received_at: datetime


def arrivals(recorded: Recorded, *, days: int, until: datetime) -> Iterator[Arrival]:
    """Yield what reached the receiver in the days before `until`, in the order of the readings.

    A step's snapshot is the same whatever the days asked for, so that filling a store again finds
    duplicates.
    """
    if recorded.goes_on:
        until = settled_until(recorded.person, until)
    last = step_of(until)
    for step in range(max(0, last - days * STEPS_A_DAY), last + 1):
        moment = moment_of(step) + _delay(recorded, step)
        if moment > until or _asleep(recorded, step):
            continue
        snapshot = _snapshot(recorded, step, moment)
        yield Arrival(snapshot=snapshot, received_at=_arrival(recorded, step, moment, until))


def _delay(recorded: Recorded, step: int) -> timedelta:
    """Return how far into its step a reading was taken: the collector's interval is jittered."""
    return timedelta(milliseconds=dice("delay", recorded.account, step).randrange(2_000, 45_000))


def _asleep(recorded: Recorded, step: int) -> bool:
    """Tell whether the collector's machine was asleep: on some nights, and for a while on some days."""
    day = step // STEPS_A_DAY
    return any(first <= step < last for past in (day - 1, day) for first, last in _sleeps(recorded, past))


def _sleeps(recorded: Recorded, day: int) -> Iterator[tuple[int, int]]:
    roll = dice("sleep", recorded.account, day)
    if roll.random() < recorded.nights_off:
        bedtime = day * STEPS_A_DAY + round(roll.uniform(23, 25) * HOUR)
        yield bedtime, bedtime + round(roll.uniform(5.5, 7.5) * HOUR)
    yield from naps_of(recorded, day)


def naps_of(recorded: Recorded, day: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a day, in steps, in which nothing was read for a while."""
    roll = dice("nap", recorded.account, day)
    if roll.random() < recorded.naps:
        nap = day * STEPS_A_DAY + round(roll.uniform(11, 20) * HOUR)
        yield nap, nap + round(roll.uniform(0.4, 2.5) * HOUR)


def _arrival(recorded: Recorded, step: int, moment: datetime, until: datetime) -> datetime:
    """Return when a reading arrived: seconds later, or after the receiver came back."""
    day = step // STEPS_A_DAY
    roll = dice("outage", recorded.account, day)
    if roll.random() < OUTAGE_SHARE:
        first = day * STEPS_A_DAY + roll.randrange(8 * HOUR, 19 * HOUR)
        last = first + roll.randrange(*LATE_STEPS)
        if first <= step < last:
            back = moment_of(last) + timedelta(milliseconds=200 * (step - first))
            return max(moment, min(back, until))
    return moment + timedelta(milliseconds=900)


def _snapshot(recorded: Recorded, step: int, moment: datetime) -> Snapshot:
    figures = figures_at(recorded.person, moment)
    missing = _missing(recorded, step)
    seen = {limit: figures[limit] for limit in recorded.limits if limit != missing}
    reason = "the row was not on the page"
    return Snapshot(
        last_updated=moment,
        schema_version=SCHEMA_VERSION,
        account=recorded.account,
        collector=_collector(recorded, step),
        current_session=_reading(seen.get("session"), moment, weekly=False),
        weekly_limits=_weekly(seen, moment),
        credits=_credits(seen.get("credits")),
        plan="Max (20x)",
        is_partial=missing is not None,
        extraction_errors={SECTIONS[missing]: reason} if missing else None,
        source="json",
        parser="practice",
    )


def _collector(recorded: Recorded, step: int) -> str:
    is_evening = step % STEPS_A_DAY >= EVENING
    return recorded.evening_collector if is_evening and recorded.evening_collector else recorded.collector


def _missing(recorded: Recorded, step: int) -> Limit | None:
    """Choose the section that this reading lacks; mostly none."""
    roll = dice("partial", recorded.account, step)
    sections = [limit for limit in recorded.limits if limit in SECTIONS]
    return roll.choice(sections) if roll.random() < PARTIAL_SHARE else None


def _weekly(seen: Mapping[Limit, Figure], moment: datetime) -> WeeklyLimits | None:
    fable = _reading(seen.get("weekly:fable"), moment, weekly=True, label="Fable")
    weekly = WeeklyLimits(
        all_models=_reading(seen.get("weekly"), moment, weekly=True),
        sonnet_only=_reading(seen.get("weekly:sonnet"), moment, weekly=True),
        scoped=None if fable is None else {"fable": fable},
    )
    return None if weekly == WeeklyLimits() else weekly


def _reading(
    figure: Figure | None, moment: datetime, *, weekly: bool, label: str | None = None
) -> Reading | None:
    if figure is None or figure.percentage is None:
        return None
    return Reading(
        percentage_used=figure.percentage,
        resets_in=_words(figure.resets_at, moment, weekly=weekly),
        resets_at=figure.resets_at,
        state=figure.state,
        label=label,
    )


def _words(resets_at: datetime | None, moment: datetime, *, weekly: bool) -> str:
    """Say when a limit resets, in the page's words: `2 hr 42 min`, `Thu 7:00 AM` (UTC); empty if never."""
    if resets_at is None:
        return ""
    if weekly:
        return f"{resets_at:%a} {int(f'{resets_at:%I}')}:{resets_at:%M %p}"
    minutes = -((moment - resets_at) // timedelta(minutes=1))
    return f"{minutes // 60} hr {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 - an hour


def _credits(figure: Figure | None) -> CreditsReading | None:
    if figure is None or figure.credits is None:
        return None
    money = figure.credits
    return CreditsReading(
        used=money.used_minor / 100,
        limit=None if money.limit_minor is None else money.limit_minor / 100,
        currency=money.currency,
        percentage_used=figure.percentage,
        resets_at=figure.resets_at,
    )
