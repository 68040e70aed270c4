"""What a limit went through: what counts as use, and what of it is known."""

from datetime import timedelta

from shared.insight.forecast.trail import WOULD_GO_ON, Trail
from tests.insight.habits import BEGIN
from tests.insight.judged import Row, trail_of

RESET = BEGIN + 5 * 3600


def rows(*told: tuple[float, int], reset: int | None = RESET) -> list[Row]:
    """Readings at hours after the beginning."""
    return [(BEGIN + round(hours * 3600), shown, reset, "open") for hours, shown in told]


def idle(*hours: float) -> list[Row]:
    return [(BEGIN + round(hour * 3600), 0, None, "idle") for hour in hours]


def used(trail: Trail) -> tuple[float, timedelta]:
    return round(trail.uses.used[-1], 6), timedelta(seconds=trail.uses.seen[-1])


def test_growth_is_use_and_the_time_in_which_it_grew_is_known() -> None:
    assert used(trail_of("session", rows((0, 10), (0.1, 14), (0.2, 14)))) == (4, timedelta(hours=0.2))


def test_a_reset_is_no_use_and_what_the_new_window_shows_is() -> None:
    story = [*rows((4.9, 60)), *idle(5.05, 5.15), *rows((5.25, 7), (5.35, 9), reset=RESET + 18900)]
    assert used(trail_of("session", story))[0] == 9


def test_over_a_gap_in_which_the_window_changed_nothing_is_known() -> None:
    story = [*rows((4, 60), (4.1, 60)), *rows((9.5, 20), (9.6, 20), reset=RESET + 18000)]
    assert used(trail_of("session", story)) == (0, timedelta(hours=0.2))


def test_a_gap_within_a_window_is_known_by_what_the_counter_grew() -> None:
    assert used(trail_of("session", rows((0, 10), (3, 34)))) == (24, timedelta(hours=3))


def test_at_a_hundred_per_cent_use_is_taken_to_go_on_at_a_part_of_the_windows_pace() -> None:
    story = [*idle(-0.1, 0), *rows((0.1, 20), (2, 100), (4, 100), reset=RESET + 360)]
    points, known = used(trail_of("session", story))
    share = WOULD_GO_ON[False]
    assert 100 + 2 / 2 * 100 * share - 2 < points < 100 + 2 / 1.9 * 100 * share
    assert known == timedelta(hours=4.1)


def test_a_counter_that_fell_is_no_use_and_does_not_count_twice() -> None:
    story = rows((0, 60), (0.1, 20), (0.2, 21), (0.3, 25))
    assert used(trail_of("session", story))[0] == 5


def test_a_page_that_stood_still_is_left_out() -> None:
    assert used(trail_of("session", rows((0, 10), (0.1, 17), (0.2, 10), (0.3, 18))))[0] == 8


def test_a_reset_that_moved_keeps_the_window_and_its_use() -> None:
    later = RESET + 7200
    story = rows((0, 10), (0.1, 12)) + rows((0.2, 15), (0.3, 16), (0.4, 18), reset=later)
    trail = trail_of("session", [*idle(-0.2, -0.1), *story])
    assert used(trail)[0] == 18
    assert trail.edges[-1].reset == later
    assert trail.edges[-1].begun < BEGIN
