"""Windows, told as stories and held against a life whose truth is known."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.insight.windows import Window, Windows, observed_share, windowed
from tests.insight.stories import Stored, at, lived, minutes, times, told
from tests.insight.tide import ONE_SECOND, recorded, session_life


def windows(versions: list[Stored], limit: str = "session") -> list[Window]:
    """All windows, the one that still runs last."""
    state, found = Windows(), []
    for step in lived(versions, limit):
        state, over = windowed(state, step)
        found += [over] if over else []
    return found + ([state.window] if state.window else [])


def every_five(first: str, count: int, percentages: list[float], resets: str) -> list[Stored]:
    return [
        told(at(first) + minutes(5 * n), percentages[min(n, len(percentages) - 1)], resets)
        for n in range(count)
    ]


def test_a_session_from_first_use_to_its_reset() -> None:
    story = [
        told("05:55", 0),
        *every_five("06:00", 60, [3, 10, 47, 47, 40], "10:59"),
        told("11:00", 0, name="c"),
        told("11:05", 0),
    ]
    [window] = windows(story)
    assert times(window.opened) == (at("05:55"), at("06:00:01"))
    assert times(window.ended) == (at("10:55"), at("11:00:01"))
    assert (window.how, window.falls, window.moves, window.readings) == ("on_time", 1, 0, 60)
    assert (window.peak.percentage, window.peak.time) == (47, at("06:10"))
    assert window.last.percentage == 40
    share = observed_share(window)
    assert share is not None
    assert share > 0.99


def test_a_single_odd_page_is_no_peak_and_no_fall() -> None:
    [window] = windows(every_five("06:00", 8, [20, 20, 100, 21, 22], "10:00"))
    assert (window.peak.percentage, window.falls) == (22, 0)
    assert window.odd is not None
    assert (window.odd.percentage, window.odd.time) == (100, at("06:10"))


def test_a_single_odd_page_just_before_a_reset_that_moved_is_no_peak() -> None:
    story = [*every_five("06:00", 3, [20, 20, 100], "10:00"), *every_five("06:15", 3, [21], "10:30")]
    [window] = windows(story)
    assert (window.peak.percentage, window.moves) == (21, 1)


def test_of_two_high_pages_with_a_lower_one_between_the_second_is_the_peak() -> None:
    [window] = windows(every_five("06:00", 5, [57, 100, 89, 100, 100], "10:00"))
    assert (window.peak.percentage, window.peak.time) == (100, at("06:15"))


def test_a_single_odd_page_before_a_fall_is_no_peak() -> None:
    [window] = windows(every_five("06:00", 6, [12, 13, 100, 8, 9], "10:00"))
    assert (window.peak.percentage, window.falls) == (13, 1)


def test_a_page_that_was_odd_at_the_very_first_leaves_what_came_after_it() -> None:
    [window] = windows(every_five("06:00", 4, [90, 21], "10:00"))
    assert (window.peak.percentage, window.falls) == (21, 0)


def test_without_an_announced_reset_a_single_odd_page_ends_no_window() -> None:
    story = [told(at("06:00") + minutes(5 * n), one) for n, one in enumerate([20, 21, 90, 21, 22, 23])]
    [window] = windows(story)
    assert (window.peak.percentage, window.readings) == (23, 6)


def test_a_window_that_one_page_alone_showed_is_doubtful() -> None:
    story = [told("06:00", 0), told("06:05", 100, "10:00"), told("06:10", 0), told("06:15", 0)]
    [window] = windows(story)
    assert (window.how, window.doubtful) == ("early", True)


def test_a_window_that_was_there_first_began_nobody_knows_when_and_still_runs() -> None:
    [window] = windows(every_five("06:00", 5, [10], "10:00"))
    assert (window.opened, window.ended, window.how) == (None, None, None)
    assert observed_share(window) is None


def test_of_a_window_that_runs_what_came_since_the_last_reading_was_not_observed() -> None:
    [window] = windows([told("05:55", 0), *every_five("06:00", 12, [1], "11:00")])
    assert observed_share(window) == 1
    share = observed_share(window, at("07:55"))
    assert share is not None
    assert 0.49 < share < 0.51


def test_half_a_window_asleep_is_half_observed() -> None:
    story = [told("05:55", 0), *every_five("06:00", 30, [1], "11:00"), told("10:58", 2, "11:00")]
    [window] = windows([*story, told("11:02", 0), told("11:07", 0)])
    share = observed_share(window)
    assert share is not None
    assert 0.45 < share < 0.55


def test_a_week_follows_on_a_week() -> None:
    week = at("07:00", 26)
    story = [
        told(week - minutes(8), 60, week, limit="weekly"),
        told(week - minutes(3), 61, week, limit="weekly"),
        told(week + minutes(2), 0.5, week + minutes(7 * 24 * 60), limit="weekly"),
    ]
    first, second = windows(story, "weekly")
    assert first.ended == second.opened
    assert times(first.ended) == (week - minutes(3), week + minutes(2 + 1 / 60))


def test_a_model_that_was_not_used_at_first_has_its_window_since_the_reset_before() -> None:
    week = at("07:00", 22)
    unused = {"percentageUsed": 0, "resetsIn": "", "state": "unused"}
    story = [
        told(week - minutes(3), 30, week, limit="weekly"),
        told(week + minutes(2), 0, limit="weekly"),
        told(week + minutes(300), 0, limit="weekly"),
        told(week + minutes(305), 2, week + minutes(7 * 24 * 60), limit="weekly"),
    ]
    for _, document in story[1:3]:
        document["weeklyLimits"] = {"allModels": unused}
    _, second = windows(story, "weekly")
    assert times(second.opened) == (week - minutes(3), week + minutes(305 + 1 / 60))


@settings(max_examples=40)
@given(st.integers(0, 10**9))
@example(ONE_SECOND)
def test_true_openings_and_ends_lie_within_those_told(seed: int) -> None:
    truth = session_life(seed)
    opened, ended = truth.of("opened"), truth.of("ended", "early", "moved")
    for window in windows(recorded(truth, seed)):
        for told_of, true in ((window.opened, [*opened, *ended]), (window.ended, ended)):
            assert told_of is None or any(told_of.earliest <= one <= told_of.latest for one in true), window
        assert window.first.time <= window.peak.time <= window.last.time
        share = observed_share(window)
        assert share is None if window.opened is None else share is not None and 0 <= share <= 1
