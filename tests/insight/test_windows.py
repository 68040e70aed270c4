"""Windows, told as stories and held against a life whose truth is known."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.insight.sightings import Between
from shared.insight.windows import Window, Windows, observed_share, windowed
from tests.insight.stories import Stored, at, lived, minutes, told
from tests.insight.tide import recorded, session_life


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
        *every_five("06:00", 60, [3, 10, 47, 40], "10:59"),
        told("11:00", 0, name="c"),
        told("11:05", 0),
    ]
    [window] = windows(story)
    assert window.opened == Between(at("05:55"), at("06:00:01"))
    assert window.ended == Between(at("10:55"), at("11:00:01"))
    assert (window.how, window.falls, window.moves, window.readings) == ("on_time", 1, 0, 60)
    assert (window.peak.percentage, window.peak.time) == (47, at("06:10"))
    assert window.last.percentage == 40
    assert observed_share(window) > 0.99


def test_a_window_that_was_there_first_began_nobody_knows_when_and_still_runs() -> None:
    [window] = windows(every_five("06:00", 5, [10], "10:00"))
    assert (window.opened, window.ended, window.how) == (None, None, None)


def test_half_a_window_asleep_is_half_observed() -> None:
    story = [told("05:55", 0), *every_five("06:00", 30, [1], "11:00"), told("10:58", 2, "11:00")]
    [window] = windows([*story, told("11:02", 0), told("11:07", 0)])
    assert 0.45 < observed_share(window) < 0.55


def test_a_week_follows_on_a_week() -> None:
    week = at("07:00", 26)
    story = [
        told(week - minutes(8), 60, week, limit="weekly"),
        told(week - minutes(3), 61, week, limit="weekly"),
        told(week + minutes(2), 0.5, week + minutes(7 * 24 * 60), limit="weekly"),
    ]
    first, second = windows(story, "weekly")
    assert first.ended == second.opened == Between(week - minutes(3), week + minutes(2 + 1 / 60))


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
    assert second.opened == Between(week - minutes(3), week + minutes(305 + 1 / 60))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.integers(0, 10**9))
def test_true_openings_and_ends_lie_within_those_told(seed: int) -> None:
    truth = session_life(seed)
    opened, ended = truth.of("opened"), truth.of("ended", "early", "moved")
    for window in windows(recorded(truth, seed)):
        for told_of, true in ((window.opened, [*opened, *ended]), (window.ended, ended)):
            assert told_of is None or any(told_of.earliest <= one <= told_of.latest for one in true), window
        assert window.first.time <= window.peak.time <= window.last.time
        assert 0 <= observed_share(window) <= 1
