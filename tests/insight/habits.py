"""Made-up people whose use is known, and what a collector would have read of their limits.

Nothing here knows how a forecast is made: every kind has a structure of its own.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = 300
DAY = 86400
BEGIN = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())
"""A Monday."""

ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Australia/Sydney")

Demand = Callable[[random.Random, int, ZoneInfo], dict[int, float]]
"""Points of a session that somebody would use in each step of five minutes, over some days."""


def local(day: int, hour: float, zone: ZoneInfo) -> int:
    """Return the second of an hour of a day (from the first Monday) on a clock on the wall."""
    wall = datetime(2026, 1, 5, tzinfo=zone) + timedelta(days=day) + timedelta(hours=hour)
    return int(wall.astimezone(UTC).timestamp())


def work(demand: dict[int, float], roll: random.Random, first: int, hours: float, rate: float) -> None:
    """Work for some hours at about `rate` points an hour, with bursts and pauses."""
    busy = True
    for second in range(first - first % STEP, int(first + hours * 3600), STEP):
        if busy:
            demand[second] = demand.get(second, 0.0) + rate * STEP / 3600 * roll.gammavariate(2, 0.7)
        busy = roll.random() < (0.85 if busy else 0.35)


def office(roll: random.Random, days: int, zone: ZoneInfo) -> dict[int, float]:
    demand: dict[int, float] = {}
    start, rate = roll.uniform(7.5, 10), roll.uniform(10, 40)
    for day in range(days):
        if day % 7 > 4 or roll.random() < 0.08:
            continue
        today = rate * roll.lognormvariate(0, 0.35)
        begin = start + roll.gauss(0, 0.4)
        work(demand, roll, local(day, begin, zone), roll.uniform(2.5, 4), today)
        work(demand, roll, local(day, begin + roll.uniform(4.5, 5), zone), roll.uniform(2.5, 4.5), today)
    return demand


def night_owl(roll: random.Random, days: int, zone: ZoneInfo) -> dict[int, float]:
    demand: dict[int, float] = {}
    start, rate = roll.uniform(20, 23), roll.uniform(12, 45)
    for day in range(days):
        if roll.random() < 0.2:
            continue
        hours = roll.uniform(2, 7)
        work(demand, roll, local(day, start + roll.gauss(0, 0.7), zone), hours, rate * roll.uniform(0.6, 1.5))
    return demand


def weekend(roll: random.Random, days: int, zone: ZoneInfo) -> dict[int, float]:
    demand: dict[int, float] = {}
    rate = roll.uniform(15, 45)
    for day in range(days):
        if day % 7 > 4 and roll.random() < 0.85:
            work(demand, roll, local(day, roll.uniform(9, 13), zone), roll.uniform(4, 9), rate)
        elif day % 7 <= 4 and roll.random() < 0.25:
            work(demand, roll, local(day, roll.uniform(18, 21), zone), roll.uniform(0.5, 1.5), rate / 2)
    return demand


def bursts(roll: random.Random, days: int, zone: ZoneInfo) -> dict[int, float]:
    """Projects: some days of much, then some of little."""
    demand: dict[int, float] = {}
    rate, hot = roll.uniform(15, 40), True
    for day in range(days):
        hot = roll.random() < (0.75 if hot else 0.3)
        count = roll.choice((2, 3)) if hot else roll.choice((0, 0, 1))
        for _ in range(count):
            hours = roll.uniform(1, 4) if hot else 1
            work(demand, roll, local(day, roll.triangular(8, 23, 14), zone), hours, rate)
    return demand


def agents(roll: random.Random, days: int, zone: ZoneInfo) -> dict[int, float]:
    """Something small by day, and on most working days a machine that goes on through the night."""
    demand: dict[int, float] = {}
    rate = roll.uniform(8, 22)
    for day in range(days):
        if day % 7 < 5:
            work(demand, roll, local(day, roll.uniform(9, 11), zone), roll.uniform(2, 6), rate / 2)
        if roll.random() < (0.7 if day % 7 < 5 else 0.3):
            first = local(day, roll.uniform(17, 22), zone)
            even = rate * roll.uniform(0.8, 1.3) * STEP / 3600
            for second in range(first - first % STEP, int(first + roll.uniform(5, 13) * 3600), STEP):
                demand[second] = demand.get(second, 0.0) + even
    return demand


def changing(roll: random.Random, days: int, zone: ZoneInfo) -> dict[int, float]:
    """One kind of person, then from some day on another."""
    kinds = roll.sample([office, night_owl, weekend, bursts, agents], 2)
    turn = local(roll.randrange(days // 3, 2 * days // 3), 4, zone)
    first, second = kinds[0](roll, days, zone), kinds[1](roll, days, zone)
    early = {at: amount for at, amount in first.items() if at < turn}
    return early | {at: amount for at, amount in second.items() if at >= turn}


def now_and_then(roll: random.Random, days: int, zone: ZoneInfo) -> dict[int, float]:
    """No habit at all: a use here and there, by day mostly."""
    demand: dict[int, float] = {}
    often, rate = roll.uniform(0.5, 3), roll.uniform(10, 40)
    for day in range(days):
        for _ in range(int(roll.expovariate(1 / often))):
            work(demand, roll, local(day, roll.gauss(14, 4), zone), roll.expovariate(1), rate)
    return demand


PEOPLE: dict[str, Demand] = {
    "office": office,
    "night owl": night_owl,
    "weekend": weekend,
    "bursts": bursts,
    "agents": agents,
    "changing": changing,
    "now and then": now_and_then,
}


@dataclass(frozen=True)
class Reading:
    """What the page shows at a second: percentages, and resets (None: no session is open)."""

    second: int
    session: int
    session_reset: int | None
    weekly: int
    weekly_reset: int


@dataclass(frozen=True)
class Habit:
    """Somebody's life: the zone, and every step of it as the page would show it."""

    zone: ZoneInfo
    steps: list[Reading]


def lived_by(kind: str, seed: int, weeks: int) -> Habit:
    """Live for some weeks: sessions open with use and last five hours, weeks are reset at a fixed hour."""
    roll = random.Random(f"{kind} {seed}")
    zone = ZoneInfo(roll.choice(ZONES))
    demand = PEOPLE[kind](roll, 7 * weeks, zone)
    return Habit(zone, list(_metered(demand, roll, weeks)))


def _metered(demand: dict[int, float], roll: random.Random, weeks: int) -> Iterator[Reading]:
    week_size = roll.uniform(4, 12)
    weekly_reset = BEGIN + roll.randrange(7 * 24) * 3600
    session, opened, weekly = 0.0, None, 0.0
    for second in range(BEGIN, BEGIN + weeks * 7 * DAY, STEP):
        if second >= weekly_reset:
            weekly, weekly_reset = 0.0, weekly_reset + 7 * DAY
        if opened is not None and second >= opened + 5 * 3600:
            session, opened = 0.0, None
        amount = demand.get(second, 0.0)
        if amount and weekly < 100 and session < 100:
            opened = second if opened is None else opened
            session, weekly = min(100.0, session + amount), min(100.0, weekly + amount / week_size)
        reset = None if opened is None else opened + 5 * 3600
        yield Reading(second, int(session), reset, int(weekly), weekly_reset)


def looked_at(habit: Habit, seed: int, *, asleep: float = 0.1) -> list[Reading]:
    """Read a life every five minutes, with a share of nights and some hours by day when nobody looks."""
    roll = random.Random(f"looks {seed}")
    seen, until = [], 0
    for reading in habit.steps:
        if reading.second % DAY == 0 and roll.random() < asleep:
            until = reading.second + roll.randrange(4, 10) * 3600
        if roll.random() < asleep / 150:
            until = reading.second + roll.randrange(900, 4 * 3600)
        if reading.second >= until:
            seen.append(reading)
    return seen
