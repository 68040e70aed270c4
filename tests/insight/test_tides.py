"""Whole made-up lives: what is told is true, and what the readings prove is told.

A few lives; `python -m tests.bench.tidal` holds many against their truth.
"""

import pytest

from shared.insight.gaps import causes
from shared.insight.record import Record, taken_all
from tests.insight.stories import at, iso, kinds, lived, minutes, told, turns
from tests.insight.tidal import faults

AT_THE_EDGE, UNLEARNED, TWO_HITS, MOVED_FIRST = 10408, 10234, 10490, 20127
"""Lives with a reset at the edge of rounding, with one moved in a gap before any opening was seen closely, with
two hits that look like one, and with a session first seen after its reset was moved."""


@pytest.mark.parametrize("seed", [*range(12), AT_THE_EDGE, UNLEARNED, TWO_HITS, MOVED_FIRST])
def test_every_turn_window_and_hit_that_is_told_is_true_and_none_that_was_seen_is_missing(seed: int) -> None:
    counted, wrong = faults(seed)
    assert counted > 20
    assert wrong == []


def test_sixty_per_cent_that_became_two_with_the_reset_ahead_is_a_counter_that_fell_within_a_named_gap() -> (
    None
):
    reset = at("07:00", 26)
    story = [told(at("08:00") + minutes(5 * n), 60, reset, limit="weekly") for n in range(12)]
    story += [told(at("14:00") + minutes(5 * n), 2, reset, limit="weekly") for n in range(3)]
    _, found = taken_all(Record(), story)
    [fall] = [turn for one in found for turn in one.turns]
    assert (fall.kind, fall.announced, fall.announces) == ("counter_fell", reset, reset)
    assert (fall.before.version, fall.after.version) == (story[11][0], story[12][0])
    assert (fall.before.percentage, fall.after.percentage) == (60, 2)
    assert (fall.at.earliest, fall.at.latest) == (at("08:55"), at("14:00:01"))
    gap = next(gap for one in found for gap in one.gaps if gap.limit == "weekly")
    assert (gap.start, gap.end) == (fall.before.time, fall.after.time)
    [cause] = causes(gap, [{"at": iso(at("09:00")), "state": "network", "reason": "no route"}])
    assert cause.state == "network"


def test_a_reset_that_crept_to_the_edge_of_rounding_moved_since_it_was_first_another() -> None:
    apart = [0, 0, 1.5, 2.99, 2.99, 2.99, 3.01, 2.99, 3.01, 3.01]
    story = [told(at("09:00") + minutes(5 * n), 10, at("13:00") + minutes(m)) for n, m in enumerate(apart)]
    assert kinds(story) == ["moved"]
    [move] = turns(story)
    assert move.at.earliest == at("09:05")


def test_a_reading_counts_that_jitter_puts_beyond_the_edge_of_rounding_and_the_next_within() -> None:
    apart = [0, 0, 2.99, 3.01, 2.99, 3.01, 2.99]
    story = [
        told(at("09:00") + minutes(5 * n), 96 + n, at("13:00") + minutes(m)) for n, m in enumerate(apart)
    ]
    steps = lived(story)
    assert [step.sighting.percentage for step in steps] == [96 + n for n in range(len(apart))]
    assert not any(step.turn for step in steps)


def test_a_page_that_stood_still_is_still_left_out_at_the_edge_of_rounding() -> None:
    story = [told("09:00", 60, "13:00"), told("09:05", 5, at("13:03:01")), told("09:10", 61, at("13:02:59"))]
    assert [step.sighting.percentage for step in lived(story)] == [60, 61]


@pytest.mark.parametrize("opening", ["01:50", "01:00", None])
def test_a_reset_moved_by_hours_while_nobody_looked_is_no_end_however_the_opening_was_seen(
    opening: str | None,
) -> None:
    story = [told(opening, 0)] if opening else []
    story += [told("02:02", 1, "07:00"), told("02:30", 4, "07:00"), told("08:30", 40, "09:00")]
    assert kinds([*story, told("08:45", 41, "09:00")])[-1] == "moved"


def test_a_window_that_follows_after_hours_without_a_look_is_an_end_however_its_opening_was_seen() -> None:
    story = [told("01:00", 0), told("02:30", 4, "07:00"), told("08:30", 40, "13:00")]
    assert kinds([*story, told("08:45", 41, "13:00")]) == ["opened", "unseen"]


def test_a_reset_put_off_by_minutes_as_it_comes_is_no_new_window() -> None:
    story = [told("10:30", 100, "11:00"), told("10:58", 100, "11:04"), told("11:02", 100, "11:04")]
    assert kinds(story) == ["moved"]
