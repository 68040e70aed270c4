"""What is told of a limit's future, and what came of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.insight.asof import Known
from shared.insight.forecast.foreseen import foreseen
from shared.insight.forecast.outcome import came_of
from shared.insight.forecast.trail import Trail
from shared.insight.forecast.tries import tried
from shared.insight.kinds import PASSED
from shared.insight.told.forecasts import LimitForecast
from tests.insight.habits import BEGIN, DAY
from tests.insight.judged import Row, trail_of

HOUR = 3600
SESSION = 5 * HOUR
STILL = timedelta(0)


def worked(days: int, first: int = 9, last: int = 12, rate: float = 25) -> list[Row]:
    """Somebody who works the same hours every day: one session a day, read every ten minutes."""
    rows: list[Row] = []
    for day in range(days):
        opened = BEGIN + day * DAY + first * HOUR
        for second in range(BEGIN + day * DAY, BEGIN + (day + 1) * DAY, 600):
            if opened <= second < opened + SESSION:
                grown = rate * (min(second, opened + (last - first) * HOUR) - opened) / HOUR
                rows.append((second, min(100, int(grown)), opened + SESSION, "open"))
            else:
                rows.append((second, 0, None, "idle"))
    return rows


def known(row: Row, now: datetime) -> Known:
    second, percentage, reset, state = row
    return Known(
        percentage=percentage,
        age=now - datetime.fromtimestamp(second, UTC),
        version=str(second),
        resets_at=datetime.fromtimestamp(reset, UTC) if reset else None,
        state=state,
    )


def told(rows: list[Row], now: int, trail: Trail | None = None) -> LimitForecast:
    moment = datetime.fromtimestamp(now, UTC)
    row = [row for row in rows if row[0] <= now][-1]
    followed = trail or trail_of("session", rows)
    return foreseen("session", known(row, moment), followed, followed.uses, moment, zone=UTC)


def test_somebody_who_stops_at_noon_is_expected_to_stop_at_noon() -> None:
    rows = worked(15)
    forecast = told(rows, BEGIN + 14 * DAY + 10 * HOUR)
    assert forecast.status == "forecast"
    assert forecast.at_reset
    assert abs(forecast.at_reset.likely - 75) <= 3
    assert forecast.at_reset.low <= 75 <= forecast.at_reset.high
    assert forecast.straight_line == 100


def test_who_fills_every_session_is_told_when_this_one_will_be_full() -> None:
    forecast = told(worked(15, last=14, rate=40), BEGIN + 14 * DAY + 10 * HOUR)
    assert forecast.hit
    assert forecast.hit.chance > 0.8
    assert forecast.hit.likely
    assert abs(forecast.hit.likely.timestamp() - (BEGIN + 14 * DAY + 11.5 * HOUR)) < 1200
    assert forecast.hit.earliest <= forecast.hit.likely <= forecast.hit.latest


def test_with_little_known_it_is_said_how_much_there_is_and_how_much_is_needed() -> None:
    forecast = told(worked(2), BEGIN + DAY + 10 * HOUR)
    assert (forecast.status, forecast.at_reset, forecast.hit) == ("not_enough_data", None, None)
    assert (forecast.known_hours, forecast.needed_hours) == (34, 72)
    assert forecast.reason == "34 hours of use are known, 72 are needed"


@pytest.mark.parametrize(
    ("hour", "status"), [(3, "idle"), (10, "forecast")], ids=["no window open", "a window open"]
)
def test_without_an_open_window_there_is_nothing_to_foresee(hour: int, status: str) -> None:
    assert told(worked(15), BEGIN + 14 * DAY + hour * HOUR).status == status


def test_how_good_forecasts_were_is_told_while_there_is_none_to_make() -> None:
    rows, now = worked(15), BEGIN + 14 * DAY + 3 * HOUR
    trail = trail_of("session", rows)
    tries = [one for _, one in tried("session", trail, trail.uses, UTC, (BEGIN, now))]
    moment = datetime.fromtimestamp(now, UTC)
    row = known([row for row in rows if row[0] <= now][-1], moment)
    idle = foreseen("session", row, trail, trail.uses, moment, zone=UTC, tries=tries)
    assert (idle.status, idle.at_reset) == ("idle", None)
    assert idle.judgement
    assert idle.judgement.at_reset.forecasts == len(tries)


def test_at_a_hundred_per_cent_nothing_is_left_to_foresee() -> None:
    assert told(worked(15, last=14, rate=40), BEGIN + 14 * DAY + 13 * HOUR).status == "full"


def test_a_reading_that_is_old_or_of_a_window_that_is_over_is_told_as_that() -> None:
    rows = [row for row in worked(15) if row[0] <= BEGIN + 14 * DAY + 10 * HOUR]
    late = told(rows, BEGIN + 14 * DAY + 11.5 * HOUR)
    assert (late.status, late.reason) == ("stale", "the newest reading is 90 minutes old")
    over = Known(percentage=None, age=timedelta(hours=5), version="a", reason=PASSED)
    trail = trail_of("session", rows)
    now = datetime.fromtimestamp(BEGIN + 14 * DAY + 15 * HOUR, UTC)
    passed = foreseen("session", over, trail, trail.uses, now, zone=UTC)
    assert (passed.status, passed.reason, passed.percentage) == ("unknown", PASSED, None)


def test_a_past_moments_forecast_knows_nothing_of_what_came_later() -> None:
    now = BEGIN + 14 * DAY + 10 * HOUR
    same = worked(15)
    other = [row if row[0] <= now else (row[0], row[1] and 99, row[2], row[3]) for row in worked(21)]
    assert told(same, now) == told(other, now)


def worked_by_the_clock(zone: ZoneInfo, change: datetime) -> list[Row]:
    """Nine to noon on the wall, 15 points an hour, from 14 days before the clocks change to two after."""
    rows: list[Row] = []
    for back in range(-14, 3):
        day = (change + timedelta(days=back)).astimezone(zone)
        opened = int(day.replace(hour=9).timestamp())
        begin, end = (int((day + timedelta(days=more)).replace(hour=0).timestamp()) for more in (0, 1))
        for second in range(begin, end, 600):
            if opened <= second < opened + SESSION:
                grown = 15 * (min(second, opened + 3 * HOUR) - opened) // HOUR
                rows.append((second, grown, opened + SESSION, "open"))
            else:
                rows.append((second, 0, None, "idle"))
    return rows


@pytest.mark.parametrize(
    "change", [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
)
def test_the_hour_is_that_on_the_wall_where_the_clocks_change(change: datetime) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    rows = worked_by_the_clock(berlin, change)
    moment = (change + timedelta(days=1)).astimezone(berlin).replace(hour=10).astimezone(UTC)
    row = [row for row in rows if row[0] <= moment.timestamp()][-1]
    assert row[1] == 15
    trail = trail_of("session", rows)
    here, there = (
        foreseen("session", known(row, moment), trail, trail.uses, moment, zone=zone).at_reset
        for zone in (berlin, UTC)
    )
    assert here
    assert there
    assert abs(here.likely - 45) <= 3
    assert abs(there.likely - 45) > 4


def came(rows: list[Row], now: int) -> tuple[float, tuple[int, int] | None] | None:
    trail = trail_of("session", rows)
    standing = [edge for edge in trail.edges if edge.second <= now][-1]
    outcome = came_of(trail, now, standing)
    return outcome and (outcome.at_reset, outcome.hit)


def test_what_came_is_the_last_reading_before_the_reset_and_the_readings_around_a_hit() -> None:
    nine = BEGIN + 9 * HOUR
    assert came(worked(1), nine + 600) == (75, None)
    assert came(worked(1, last=14, rate=40), nine + 600) == (100, (nine + 8400, nine + 9000))


def test_nothing_is_said_of_a_window_whose_end_nobody_saw_or_that_was_cut_short() -> None:
    nine = BEGIN + 9 * HOUR
    asleep = [row for row in worked(1) if not nine + 3 * HOUR < row[0] < nine + 6 * HOUR]
    assert came(asleep, nine + 600) is None
    early = [row if row[0] < nine + 7200 else (row[0], 0, None, "idle") for row in worked(1)]
    assert came(early, nine + 600) is None


def test_a_window_that_was_hit_is_left_out_no_less_than_another_whose_end_nobody_saw() -> None:
    """What is counted must not depend on what came."""
    nine = BEGIN + 9 * HOUR
    asleep = [row for row in worked(1, last=14, rate=40) if not nine + 3 * HOUR < row[0] < nine + 6 * HOUR]
    assert came(asleep, nine + 600) is None


def test_forecasts_that_were_made_already_are_not_made_again() -> None:
    trail = trail_of("session", worked(15))
    span = (BEGIN, BEGIN + 15 * DAY)
    first = dict(tried("session", trail, trail.uses, UTC, span))
    again = dict(tried("session", trail, trail.uses, UTC, span, first))
    assert len(first) > 20
    assert all(again[moment] is one for moment, one in first.items())
