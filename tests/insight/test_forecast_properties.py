"""What holds for every forecast, at whichever moment of a life it is made."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.insight.asof import known_at
from shared.insight.course import Course
from shared.insight.forecast.foreseen import foreseen
from shared.insight.forecast.tries import FRESH, NEEDED, Mark, Try
from shared.insight.told.forecasts import LimitForecast
from tests.insight.habits import BEGIN, DAY, looked_at
from tests.insight.judged import Row, courses_of, life, lived, rows

WEEKS = 13
"""From January until after the clocks have changed, in the north and in the south."""

LIMITS = st.sampled_from(["session", "weekly"])
KINDS = st.sampled_from(["office", "bursts", "agents"])
MOMENTS = st.integers(BEGIN, BEGIN + WEEKS * 7 * DAY + 8 * DAY)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Australia/Sydney", "America/Los_Angeles"])


@cache
def courses(kind: str, limit: str) -> tuple[list[Row], list[Course]]:
    """Follow what was read of a life: each reading, and what was known from then on."""
    every = rows(looked_at(life(kind, 3, WEEKS), 3), limit)
    return every, courses_of(limit, every)


story = cache(lambda kind: lived(kind, 3, WEEKS))


@st.composite
def tries(draw: st.DrawFn) -> list[Try]:
    """Any forecasts of any windows: bands may have been as wrong as can be."""
    found = []
    for window in range(draw(st.integers(0, 12))):
        mark = Mark(error=1.0, line_error=1.0, needed=draw(st.floats(0, 9)))
        found.append(
            Try(
                now=BEGIN + window * DAY,
                ahead=draw(st.integers(600, 4 * 3600)),
                window=window,
                chance=draw(st.floats(0, 1)),
                is_hit=draw(st.booleans()),
                at_reset=mark,
                full_at=mark,
            )
        )
    return found


@dataclass(frozen=True)
class Case:
    limit: str
    now: int
    row: Row
    told: LimitForecast


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kind, limit, now = draw(KINDS), draw(LIMITS), draw(MOMENTS)
    readings, every = courses(kind, limit)
    now = max(now, readings[0][0])
    place = bisect_right(readings, now, key=lambda row: row[0]) - 1
    moment = datetime.fromtimestamp(now, UTC)
    past, trail = story(kind), story(kind).trails[limit]
    known = known_at(every[place], moment)
    busy = past.trails["session"].uses
    told = foreseen(limit, known, trail, busy, moment, zone=ZoneInfo(draw(ZONES)), tries=draw(tries()))
    return Case(limit, now, readings[place], told)


@settings(max_examples=300)
@given(cases())
def test_a_band_is_ordered_and_not_below_what_was_read_last(case: Case) -> None:
    reset = case.told.at_reset
    if case.told.status != "forecast":
        assert reset is None
        return
    assert reset is not None
    assert case.told.percentage is not None
    assert case.told.percentage <= reset.low <= reset.likely <= reset.high <= 100


@settings(max_examples=300)
@given(cases())
def test_times_are_ordered_ahead_and_before_the_reset_and_come_with_their_chance(case: Case) -> None:
    hit, resets_at = case.told.hit, case.told.resets_at
    if hit is None:
        assert case.told.status != "forecast"
        return
    assert resets_at is not None
    times = [at or resets_at for at in (hit.earliest, hit.likely, hit.latest)]
    assert times == sorted(times)
    assert times[0] >= datetime.fromtimestamp(case.now, UTC) - timedelta(minutes=1)
    assert times[-1] <= resets_at + timedelta(minutes=1)
    if hit.chance < 0.195:
        assert hit.earliest is None
    if hit.likely is not None:
        assert hit.chance >= 0.5


@settings(max_examples=300)
@given(cases())
def test_nothing_is_told_of_what_is_little_known_old_unknown_or_over(case: Case) -> None:
    told, is_session = case.told, case.limit == "session"
    second, _, reset, _ = case.row
    age = case.now - second
    if told.status == "forecast":
        assert told.known_hours >= NEEDED[is_session] // 3600
        assert age <= FRESH[is_session]
        assert told.resets_at is not None
        assert told.resets_at.timestamp() > case.now
    else:
        assert (told.hit, told.at_reset, told.straight_line) == (None,) * 3
        assert told.reason
    if reset is not None and reset <= case.now:
        assert (told.status, told.percentage) == ("unknown", None)
