"""Resets and other turns, told as stories: what a person would say happened."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.insight.stories import at, kinds, lived, minutes, told, turns

THURSDAY, NEXT_THURSDAY = at("07:00", 26), at("07:00", 26) + minutes(7 * 24 * 60)


def test_a_session_that_reset_when_it_said_is_proven_by_the_readings_around() -> None:
    story = [told("10:55", 40, "11:00", name="b"), told("11:05", 0, name="c"), told("11:10", 0)]
    [reset] = turns(story)
    assert reset.kind == "on_time"
    assert (reset.before.version, reset.after.version) == (story[0][0], story[1][0])
    assert (reset.at.earliest, reset.at.latest) == (at("10:55"), at("11:05:01"))
    assert (reset.announced, reset.announces) == (at("11:00"), None)


def test_sixty_to_two_per_cent_with_the_reset_still_ahead_and_a_gap_is_a_counter_that_fell() -> None:
    story = [told("01:00", 60, THURSDAY, limit="weekly"), told("09:00", 2, THURSDAY, limit="weekly")]
    [fall] = turns(story, "weekly")
    assert (fall.kind, fall.announced, fall.announces) == ("counter_fell", THURSDAY, THURSDAY)
    assert (fall.before.version, fall.after.version) == (story[0][0], story[1][0])
    assert (fall.before.percentage, fall.after.percentage) == (60, 2)
    assert lived(story, "weekly")[-1].doubtful
    confirmed = lived([*story, told("09:05", 2, THURSDAY, limit="weekly")], "weekly")
    assert [step.turn for step in confirmed if step.turn] == [fall]
    assert not any(step.doubtful for step in confirmed)


def test_a_week_that_starts_anew_before_its_time_reset_early() -> None:
    story = [
        told("10:00", 60, THURSDAY, limit="weekly"),
        told("10:05", 0, NEXT_THURSDAY - minutes(60), limit="weekly"),
        told("10:10", 1, NEXT_THURSDAY - minutes(60), limit="weekly"),
    ]
    assert kinds(story, "weekly") == ["early"]


def test_a_session_still_full_long_after_its_time_reset_late_and_no_standing_page_can_narrow_that() -> None:
    story = [told("10:55", 100, "11:00"), *(told(f"11:{m:02}", 100, "11:00") for m in range(0, 60, 5))]
    [reset] = turns([*story, told("12:00", 0)])
    assert reset.kind == "late"
    assert reset.at.earliest == at("10:55")
    assert reset.at.latest == at("12:00:01")


def test_months_and_weeks_that_differ_in_length_end_on_time() -> None:
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in range(3, 8)]
    weeks = [at("07:00", 8), at("07:00", 15), at("08:00", 22), at("07:00", 29)]
    for ends in (months, weeks):
        story = []
        for end, following in pairwise(ends):
            story += [told(end - minutes(3), 40, end, limit="weekly")]
            story += [told(end + minutes(2), 0.5, following, limit="weekly")]
        assert kinds(story, "weekly") == ["on_time"] * (len(ends) - 1)


def test_a_window_that_ended_while_nobody_looked_is_unseen() -> None:
    assert kinds([told("09:00", 40, "11:00"), told("18:00", 0)]) == ["unseen"]
    assert kinds([told("10:57", 40, "11:00"), told("18:00", 3, "22:00")]) == ["unseen"]


def test_a_reset_that_moves_while_the_percentage_stays_moved() -> None:
    story = [
        told("10:00", 30, THURSDAY, limit="weekly", name="b"),
        told("10:05", 30, THURSDAY + minutes(120), limit="weekly", name="c"),
        told("10:10", 31, THURSDAY + minutes(120), limit="weekly"),
    ]
    [move] = turns(story, "weekly")
    assert move.kind == "moved"
    assert (move.announced, move.announces) == (THURSDAY, THURSDAY + minutes(120))
    assert (move.before.version, move.after.version) == (story[0][0], story[1][0])


def test_a_reset_that_creeps_is_told_once_it_is_out_of_rounding() -> None:
    creeping = [told(at("09:00") + minutes(5 * n), 10, at("13:00") + minutes(n)) for n in range(7)]
    assert kinds(creeping) == ["moved"]


def test_seconds_of_jitter_and_minutes_of_rounding_are_no_turn() -> None:
    off = [0, 0.7, -0.6, 1, -1, 0.3, 1.5]
    story = [told(at("09:00") + minutes(5 * n), 10 + n, at("13:00") + minutes(m)) for n, m in enumerate(off)]
    assert kinds(story) == []


def test_two_collectors_with_clocks_and_figures_a_little_apart_make_no_turn() -> None:
    one = [told(at("09:00") + minutes(5 * n), 40 + n, "13:00", collector="desk") for n in range(8)]
    two = [told(at("09:02") + minutes(5 * n), 39 + n, "13:04", collector="lap") for n in range(8)]
    assert kinds(sorted(one + two)) == []


@pytest.mark.parametrize("stale", [("11:07", 80, "11:00"), ("11:12", 80, "11:00")])
def test_a_page_from_before_the_reset_is_no_fall(stale: tuple[str, float, str]) -> None:
    story = [told("10:55", 80, "11:00"), told("11:05", 3, "16:05"), told("11:10", 4, "16:05"), told(*stale)]
    story += [told("11:15", 5, "16:05"), told("11:20", 6, "16:05")]
    assert kinds(sorted(story)) == ["on_time"]


def test_an_old_figure_between_new_ones_is_no_fall() -> None:
    figures = [10, 17, 10, 18, 19, 12, 20]
    assert kinds([told(at("09:00") + minutes(5 * n), one, "13:00") for n, one in enumerate(figures)]) == []


def test_after_an_early_reset_one_old_page_does_not_turn_back_time() -> None:
    new = NEXT_THURSDAY - minutes(600)
    story = [("10:00", 60, THURSDAY), ("10:05", 1, new), ("10:10", 1, new), ("10:15", 60, THURSDAY)]
    story += [("10:20", 2, new), ("10:25", 2, new)]
    assert kinds([told(*one, limit="weekly") for one in story], "weekly") == ["early"]


def test_a_reset_seen_by_one_collector_only_at_first_lies_before_its_first_sight_of_it() -> None:
    new = NEXT_THURSDAY - minutes(600)
    story = [("10:00", 60, THURSDAY), ("10:05", 1, new), ("10:07", 60, THURSDAY)]
    story += [("10:10", 1, new), ("10:15", 1, new)]
    [reset] = turns([told(*one, limit="weekly") for one in story], "weekly")
    assert reset.at.earliest == at("10:00")


def test_a_full_session_whose_reset_is_put_off_at_the_last_minute_was_moved() -> None:
    story = [("10:55", 100, "11:00"), ("11:00", 100, "12:00"), ("11:05", 100, "12:00"), ("12:05", 0)]
    assert kinds([told(*one) for one in story]) == ["moved", "unseen"]


def test_a_page_that_is_behind_with_the_new_reset_makes_one_turn() -> None:
    story = [("10:55", 80, "11:00"), ("11:01", 0.5, "11:00"), ("11:06", 1, "11:00"), ("11:10", 2, "16:02")]
    assert kinds([told(*one) for one in story]) == ["on_time"]


@pytest.mark.parametrize("resets", ["13:00", None])
def test_a_fall_to_where_one_page_alone_had_risen_from_is_doubtful_for_good(resets: str | None) -> None:
    figures = [20, 20, 100, 21, 21, 22]
    story = [told(at("10:00") + minutes(5 * n), one, resets) for n, one in enumerate(figures)]
    assert [(turn.doubtful, turn.before.percentage, turn.after.percentage) for turn in turns(story)] == [
        (True, 100, 21)
    ]


@pytest.mark.parametrize("figures", [[20, 100, 100, 21, 21], [20, 100, 2, 2], [20, 60, 100, 40, 40]])
def test_a_fall_that_more_than_one_page_proves_is_certain(figures: list[float]) -> None:
    story = [told(at("10:00") + minutes(5 * n), one, "13:00") for n, one in enumerate([20, *figures])]
    assert [(turn.kind, turn.doubtful) for turn in turns(story)] == [("counter_fell", False)]


def test_a_reset_that_moved_just_after_a_single_odd_page_is_no_early_one() -> None:
    story = [("10:00", 20, "13:00"), ("10:05", 20, "13:00"), ("10:10", 100, "13:00"), ("10:15", 21, "13:30")]
    assert kinds([told(*one) for one in [*story, ("10:20", 21, "13:30")]]) == ["moved"]


def test_a_single_odd_page_that_shows_another_reset_as_well_proves_no_early_one() -> None:
    story = [("10:00", 54, "13:00"), ("10:25", 100, "13:04"), ("10:50", 65, "13:08"), ("11:15", 70, "13:08")]
    assert kinds([told("09:40", 50, "13:00"), *(told(*one) for one in story)]) == ["moved", "moved"]


def test_a_fall_below_where_a_single_odd_page_rose_from_lies_after_the_reading_before_that_page() -> None:
    story = [("10:00", 13, "13:00"), ("10:05", 13, "13:00"), ("10:10", 100, "13:00"), ("10:15", 8, "13:00")]
    [fall] = turns([told(*one) for one in [*story, ("10:20", 8, "13:00")]])
    assert (fall.kind, fall.doubtful, fall.before.time, fall.after.time) == (
        "counter_fell",
        False,
        at("10:05"),
        at("10:15"),
    )


def test_a_fall_that_an_odd_page_seemed_to_deny_lies_before_that_page() -> None:
    figures = [(0, 90), (10, 90), (20, 36), (30, 90), (40, 39), (50, 41)]
    story = [told(at("10:00") + minutes(minute), one, "13:00") for minute, one in figures]
    [fall] = turns(story)
    assert (fall.at.earliest, fall.at.latest) == (at("10:10"), at("10:40:01"))


def test_a_single_odd_page_just_before_the_reset_moves_none() -> None:
    story = [("10:50", 1, "11:00"), ("10:52", 1, "11:00"), ("10:57", 100, "11:00"), ("11:02", 1, "16:01")]
    assert kinds([told(*one) for one in [*story, ("11:07", 2, "16:01")]]) == ["on_time"]


def test_a_single_odd_page_past_its_reset_ends_no_window() -> None:
    story = [told("10:50", 50, "11:00"), told("10:55", 55, "11:00"), told("11:20", 100, "11:00")]
    story += [told("11:25", 57, "11:00"), told("11:30", 58, "11:00"), told("11:40", 0), told("11:45", 0)]
    assert [(turn.kind, turn.doubtful) for turn in turns(story)] == [("counter_fell", True), ("late", False)]


def test_a_reset_seen_in_time_is_not_early_because_the_one_before_was_moved_unseen() -> None:
    story = [told("03:20", 0), told("08:17", 3, "13:41"), told("13:21", 5, "13:41")]
    story += [told("13:48", 1, "18:41"), told("14:12", 5, "18:41")]
    assert kinds(story) == ["opened", "unseen"]


def test_a_reset_moved_unseen_in_a_session_first_seen_late_is_known_by_the_sessions_before() -> None:
    before = [("00:00", 0), ("00:25", 2, "05:10"), ("05:00", 9, "05:10"), ("05:30", 0)]
    before += [("06:00", 2, "10:50"), ("10:40", 9, "10:50"), ("11:05", 0)]
    story = [("15:48", 32, "19:51"), ("21:35", 95, "21:51"), ("21:45", 96, "21:51")]
    assert kinds([told(*one) for one in [*before, *story]])[-1] == "moved"


def test_without_an_announced_reset_a_fall_is_told_as_what_it_is() -> None:
    story = [("10:00", 80), ("10:05", 5), ("10:10", 6)]
    assert kinds([told(*one) for one in story]) == ["unannounced"]


def test_a_version_from_a_clock_behind_counts_until_it_arrived() -> None:
    late = told("11:04", 0)
    late[1]["receivedAt"] = "2026-11-22T11:08:30Z"
    [reset] = turns([told("10:55", 40, "11:00"), late])
    assert reset.at.latest == at("11:08:30")
