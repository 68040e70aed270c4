"""The model of use: deterministic, consistent with how limits work, and like life over months."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.practice.model import Figures, Person, awake_at, figures_at, settled_until
from services.practice.model.life import Life

START = datetime(2026, 9, 21, tzinfo=UTC)
STEP = timedelta(minutes=5)
DAYS = 60
LIMITS = ("session", "weekly", "weekly:sonnet", "weekly:fable", "credits")

moments = st.datetimes(
    datetime(2026, 1, 1),
    datetime(2027, 6, 1),
    timezones=st.just(UTC),  # the model's world begins on 5 January
)


def lived(seed: int) -> list[tuple[datetime, Figures]]:
    life = Life(Person(seed=seed))
    return [(START + n * STEP, life.at(START + n * STEP)) for n in range(DAYS * 288)]


@pytest.fixture(scope="module", params=[1, 2])
def life(request: pytest.FixtureRequest) -> list[tuple[datetime, Figures]]:
    return lived(request.param)


def windows(life: list[tuple[datetime, Figures]], limit: str) -> dict[datetime, list[tuple[datetime, float]]]:
    """The percentages of each window, by when it ends."""
    found: dict[datetime, list[tuple[datetime, float]]] = defaultdict(list)
    for moment, figures in life:
        figure = figures[limit]
        if figure.resets_at is not None:
            assert figure.percentage is not None
            found[figure.resets_at].append((moment, figure.percentage))
    return found


@pytest.mark.parametrize("limit", LIMITS)
def test_percentages_are_whole_numbers_in_range(life, limit):
    for _, figures in life:
        percentage = figures[limit].percentage
        assert isinstance(percentage, int)
        assert 0 <= percentage <= (110 if limit == "credits" else 100)


@pytest.mark.parametrize("limit", LIMITS)
def test_a_percentage_never_falls_within_its_window(life, limit):
    for series in windows(life, limit).values():
        assert all(before <= after for (_, before), (_, after) in pairwise(series))


@pytest.mark.parametrize("limit", LIMITS)
def test_a_window_is_over_exactly_when_it_resets(life, limit):
    for end, series in windows(life, limit).items():
        assert series[-1][0] < end
    ends = sorted(windows(life, limit))
    assert all(
        series[0][0] >= earlier
        for earlier, later in pairwise(ends)
        for series in [windows(life, limit)[later]]
    )


def test_a_session_lasts_five_hours_from_its_first_use(life):
    for end, series in list(windows(life, "session").items())[1:]:
        assert end - series[0][0] == timedelta(hours=5)


@pytest.mark.parametrize("limit", ["weekly", "weekly:sonnet", "weekly:fable"])
def test_weekly_limits_reset_at_one_hour_of_one_weekday(life, limit):
    ends = windows(life, limit)
    assert len({(end.weekday(), end.hour, end.minute) for end in ends}) == 1


def test_weekly_use_grows_only_while_a_session_is_open(life):
    for (_, before), (_, after) in pairwise(life):
        if (after["weekly"].percentage or 0) > (before["weekly"].percentage or 0):
            assert after["session"].state == "open"


def test_credits_are_spent_only_once_a_limit_is_used_up(life):
    spent = 0
    for (_, before), (_, after) in pairwise(life):
        assert before["credits"].credits is not None
        assert after["credits"].credits is not None
        if after["credits"].credits.used_minor > before["credits"].credits.used_minor:
            spent += 1
            assert 100 in {after["session"].percentage, after["weekly"].percentage}
    assert spent > 10


def test_sixty_days_look_like_life(life):
    peaks = [series[-1][1] for series in windows(life, "session").values()]
    full = sum(peak == 100 for peak in peaks) / len(peaks)
    idle = sum(figures["session"].state == "idle" for _, figures in life) / len(life)
    weeks = [series[-1][1] for series in windows(life, "weekly").values()]
    assert 80 <= len(peaks) <= 150
    assert 0.05 <= full <= 0.35, "some sessions are hit, most are not"
    assert 0.45 <= idle <= 0.75, "nights are quiet"
    assert max(weeks) >= 90, "some week comes near its limit"
    assert {figures["weekly:fable"].state for _, figures in life} == {"open", "unused"}


def test_weekends_are_quieter_than_weekdays(life):
    at_work = defaultdict(list)
    for moment, figures in life:
        at_work[moment.weekday() >= 5].append(figures["session"].state == "open")
    assert sum(at_work[True]) / len(at_work[True]) < 0.6 * sum(at_work[False]) / len(at_work[False])


def test_two_seeds_make_two_people():
    one, other = lived(1), lived(2)
    same = sum(a["session"] == b["session"] for (_, a), (_, b) in zip(one, other, strict=True))
    assert same < 0.7 * len(one)


@given(moments)
def test_figures_change_at_five_minute_marks_only(moment):
    mark = moment - (moment - datetime(2026, 1, 1, tzinfo=UTC)) % STEP
    assert figures_at(Person(seed=1), moment) == figures_at(Person(seed=1), mark)


@settings(max_examples=20)  # each example lives a whole year
@given(moments)
def test_the_order_of_asking_does_not_matter(moment):
    fresh = Life(Person(seed=1))
    assert fresh.at(moment) == figures_at(Person(seed=1), moment)


def hours_of_two_weeks() -> list[datetime]:
    return [datetime(2026, 11, 16, 0, 7, tzinfo=UTC) + n * timedelta(minutes=330) for n in range(61)]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_session_is_open_at_whatever_hour_a_console_starts(seed):
    for start in hours_of_two_weeks():
        person = awake_at(Person(seed=seed), start)
        for moment in (start, start + timedelta(minutes=25)):
            assert figures_at(person, moment)["session"].state == "open", start


def test_most_starts_find_a_session_part_full():
    starts = hours_of_two_weeks()
    percentages = [
        figures_at(awake_at(Person(seed=1), start), start)["session"].percentage for start in starts
    ]
    assert sum(10 <= (percentage or 0) < 100 for percentage in percentages) > 0.75 * len(starts)


def test_being_awake_at_the_start_leaves_the_past_as_it_was():
    for start in hours_of_two_weeks()[::7]:
        awake = awake_at(Person(seed=1), start)
        settled = settled_until(Person(seed=1), start)
        assert start - settled <= timedelta(hours=4)
        for hours in (0.1, 3, 40):
            past = settled - timedelta(hours=hours)
            assert figures_at(awake, past) == figures_at(Person(seed=1), past)


def test_a_console_started_again_in_the_same_block_of_hours_goes_on():
    first = datetime(2026, 11, 17, 3, 2, tzinfo=UTC)
    again = datetime(2026, 11, 17, 5, 55, tzinfo=UTC)
    assert awake_at(Person(seed=1), first).extra
    assert awake_at(Person(seed=1), first) == awake_at(Person(seed=1), again)
