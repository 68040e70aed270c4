"""Forecasts judged on lives whose truth is known."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.practice.model import Person, figures_at
from shared.insight.course import begun, followed
from shared.insight.days import NO_RESET, Column
from shared.insight.forecast.scores import Score, Scores, scored
from shared.insight.forecast.trail import Cut, Trail, TrailDay, day_trailed, joined
from shared.insight.forecast.tries import Try, tried
from shared.insight.sightings import Sighting
from shared.insight.standing import Course
from shared.insight.turns import Turn
from tests.insight.habits import BEGIN, DAY, PEOPLE, STEP, ZONES, Habit, Reading, lived_by, looked_at

PRACTICE = "practice console"
KINDS = (*PEOPLE, PRACTICE)
SECOND = timedelta(seconds=1)

Row = tuple[int, int, int | None, str]


def life(kind: str, seed: int, weeks: int) -> Habit:
    if kind != PRACTICE:
        return lived_by(kind, seed, weeks)
    person, steps = Person(seed=1000 + seed), []
    for second in range(BEGIN, BEGIN + weeks * 7 * DAY, STEP):
        figures = figures_at(person, datetime.fromtimestamp(second, UTC))
        session, weekly = figures["session"], figures["weekly"]
        reset = session.resets_at and int(session.resets_at.timestamp())
        assert weekly.resets_at
        shown = int(session.percentage or 0), reset, int(weekly.percentage or 0)
        steps.append(Reading(second, *shown, int(weekly.resets_at.timestamp())))
    return Habit(zone=ZoneInfo(ZONES[0]), steps=steps)


def rows(readings: Iterable[Reading], limit: str) -> list[Row]:
    if limit == "session":
        return [
            (r.second, r.session, r.session_reset, "open" if r.session_reset else "idle") for r in readings
        ]
    return [(r.second, r.weekly, r.weekly_reset, "open") for r in readings]


def _followed(limit: str, every: Iterable[Row]) -> Iterator[tuple[Course, list[Turn]]]:
    """Follow a limit: yield what is known after each reading, and the turns that it proved."""
    course: Course | None = None
    for second, percentage, reset, state in every:
        time = datetime.fromtimestamp(second, UTC)
        sighting = Sighting(
            version=str(second),
            time=time,
            earliest=time,
            latest=time + SECOND,
            percentage=percentage,
            resets_at=datetime.fromtimestamp(reset, UTC) if reset else None,
            state=state,
        )
        if course is None:
            course = begun(limit, sighting)
            yield course, []
            continue
        course, steps = followed(course, sighting)
        yield course, [step.turn for step in steps if step.turn]


def courses_of(limit: str, every: Iterable[Row]) -> list[Course]:
    return [course for course, _ in _followed(limit, every)]


def trail_of(limit: str, every: list[Row]) -> Trail:
    turns: dict[int, list[Cut]] = {}
    for turn in (turn for _, turns in _followed(limit, every) for turn in turns):
        second, earliest, latest = (
            int(at.timestamp()) for at in (turn.after.time, turn.at.earliest, turn.at.latest)
        )
        turns.setdefault(second // DAY, []).append(Cut(second, turn.kind, (earliest + latest) // 2))
    by_day: dict[int, list[Row]] = {}
    for row in every:
        by_day.setdefault(row[0] // DAY, []).append(row)
    days: list[TrailDay] = []
    edge = None
    for day, of_day in by_day.items():
        days.append(day_trailed(edge, day * DAY, column(of_day), turns.get(day, ())))
        edge = days[-1].edges[-1] if days[-1].edges else edge
    return joined(days)


def column(of_day: list[Row]) -> Column:
    return Column(
        places=array("I", range(len(of_day))),
        seconds=array("q", [row[0] for row in of_day]),
        percents=array("h", [row[1] for row in of_day]),
        resets=array("q", [NO_RESET if row[2] is None else row[2] * 1000 for row in of_day]),
        states=tuple(row[3] for row in of_day),
        unread=(),
    )


@dataclass(frozen=True)
class Lived:
    """A life as far as it was read: what its limits went through, until its last second."""

    zone: ZoneInfo
    trails: dict[str, Trail]
    end: int

    def tries(self, limit: str) -> list[Try]:
        """Forecast a limit again and again, by what was read of it until then."""
        busy = self.trails["session"].uses
        return [one for _, one in tried(limit, self.trails[limit], busy, self.zone, (BEGIN, self.end))]


def lived(kind: str, seed: int, weeks: int) -> Lived:
    habit = life(kind, seed, weeks)
    readings = looked_at(habit, seed)
    trails = {limit: trail_of(limit, rows(readings, limit)) for limit in ("session", "weekly")}
    return Lived(habit.zone, trails, readings[-1].second)


def judged(kind: str, seed: int, weeks: int) -> dict[str, Scores]:
    """Score the forecasts of a life, by limit."""
    known = lived(kind, seed, weeks)
    return {limit: scored(limit, known.tries(limit))[0] for limit in known.trails}


def mean(scores: Iterable[Score], what: str, weight: str = "count") -> float:
    """Return the mean of a part of some scores, by forecasts (or bands)."""
    # Where nothing was told and nothing came, a straight line was right, too: no error on both sides.
    pairs = [(getattr(one, what) or 0, getattr(one, weight)) for one in scores]
    return sum(value * n for value, n in pairs if n) / max(1, sum(n for _, n in pairs))
