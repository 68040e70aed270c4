"""All folds in one: what is known at any moment, begun again from any day, corrections preferred."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.insight.asof import Known, known_at
from shared.insight.days import counting
from shared.insight.record import Record, taken_all, unsettled
from shared.store.keys import stamp, time_of
from tests.insight.stories import Stored, at, minutes, told
from tests.insight.tide import BEGIN, recorded, session_life


def known(versions: list[Stored], moment: datetime) -> Known:
    record, _ = taken_all(Record(), versions)
    return known_at(record.limits["session"].course, moment)


def test_a_percentage_has_its_age() -> None:
    story = [told("10:00", 40, "11:00", name="b")]
    now = known(story, at("10:03"))
    assert (now.percentage, now.age, now.version, now.resets_at) == (40, minutes(3), story[0][0], at("11:00"))


def test_after_a_reset_without_a_newer_reading_nothing_is_known() -> None:
    now = known([told("10:00", 40, "11:00")], at("11:00"))
    assert (now.percentage, now.resets_at) == (None, None)
    assert "reset has passed" in (now.reason or "")


def test_a_page_that_stood_still_over_the_reset_tells_nothing() -> None:
    now = known([told("10:55", 80, "11:00"), told("11:10", 80, "11:00")], at("11:11"))
    assert now.percentage is None
    assert "still showed" in (now.reason or "")


def test_an_idle_session_is_at_zero_for_a_fact() -> None:
    now = known([told("10:00", 0)], at("10:30"))
    assert (now.percentage, now.age, now.state) == (0, minutes(30), "idle")


def test_what_contradicts_the_reading_before_is_told_as_doubtful() -> None:
    story = [told("10:00", 60, "13:00"), told("10:05", 2, "13:00")]
    now = known(story, at("10:06"))
    assert (now.percentage, now.doubtful) == (2, True)
    record, _ = taken_all(Record(), story)
    assert [turn.kind for turn in unsettled(record)[1].turns] == ["counter_fell"]


def test_of_one_moment_the_correction_counts() -> None:
    wrong = told("10:05", 4, "13:00")
    right = told("10:05", 40, "13:00", name="c", reparsedFrom="2026.1")
    story = [told("10:00", 40, "13:00"), wrong, right, told("10:10", 41, "13:00")]
    record, found = taken_all(Record(), counting(story))
    assert not any(one.turns for one in found)
    assert record.limits["session"].course.level == 41


@settings(max_examples=25)
@given(st.integers(0, 10**9), st.floats(0.1, 5))
def test_what_is_told_of_a_moment_was_true_at_its_reading_and_its_window_runs(seed: int, days: float) -> None:
    truth = session_life(seed)
    moment = BEGIN + minutes(days * 24 * 60)
    versions = [one for one in recorded(truth, seed) if one[0] < stamp(moment)]
    now = known(versions, moment)
    read = time_of(now.version)
    if now.percentage is None or any(abs(event - read) < minutes(0.05) for _, event in truth.events):
        return
    assert now.resets_at is None or now.resets_at > moment
    assert abs(now.percentage - truth.percentage(read)) < 1.1


@settings(max_examples=15)
@given(st.integers(0, 10**9), st.integers(0, 5))
def test_a_fold_begun_again_at_any_day_tells_the_same(seed: int, day: int) -> None:
    versions = recorded(session_life(seed), seed)
    midnight = BEGIN + minutes(day * 24 * 60)
    before = [one for one in versions if one[0] < midnight.strftime("%Y-%m-%d")]
    whole, every = taken_all(Record(), versions)
    kept, earlier = taken_all(Record(), before)
    again, later = taken_all(kept, versions[len(before) :])
    assert (again, earlier + later) == (whole, every)
