"""Bands learn from what came."""

import random

import pytest
from msgspec.structs import replace

from shared.insight.forecast.learning import Shares, learned, usual
from shared.insight.forecast.outlook import HOLDS
from shared.insight.forecast.scores import Scores, scored
from shared.insight.forecast.tries import Mark, Try

HOUR = 3600
NEAR, FAR = HOUR, 4 * HOUR


def made(window: int, needed: float, ahead: int = FAR, *, chance: float = 0.5, now: int | None = None) -> Try:
    """A forecast of a session: which share of the futures its bands had to hold."""
    mark = Mark(error=1.0, line_error=2.0, needed=needed)
    return Try(
        now=window * 5 * HOUR - ahead if now is None else now,
        ahead=ahead,
        window=window,
        chance=chance,
        is_hit=False,
        at_reset=mark,
        full_at=mark,
    )


def held_in_the_end(needed: list[float]) -> Scores:
    """Score the latter half of windows with two forecasts each, near and far."""
    tries = [made(window, one, ahead) for window, one in enumerate(needed, start=1) for ahead in (FAR, NEAR)]
    return scored("session", tries, since=len(needed) * 5 * HOUR // 2)[0]


@pytest.mark.parametrize("power", [0.3, 1.0, 3.0], ids=["too narrow", "as they should be", "too wide"])
def test_bands_hold_as_often_as_they_say_however_wrong_the_futures_are(power: float) -> None:
    roll = random.Random(4)
    scores = held_in_the_end([1.2 * roll.random() ** power for _ in range(600)])
    assert scores.at_reset.held == pytest.approx(HOLDS, abs=0.03)
    assert scores.full_at.held == pytest.approx(HOLDS, abs=0.03)


def test_bands_follow_a_change_of_habits() -> None:
    roll = random.Random(5)
    before, after = ([roll.random() * most for _ in range(300)] for most in (0.5, 1.4))
    scores = held_in_the_end(before + after)
    assert scores.at_reset.held == pytest.approx(HOLDS, abs=0.04)


def test_near_and_far_and_figures_and_times_learn_apart() -> None:
    start = usual("session")
    shares = learned(start, [made(1, 2.0, FAR), made(1, 0.0, NEAR, chance=0.1)])
    assert shares.of_level(FAR) > start.of_level(FAR)
    assert shares.of_level(NEAR) < start.of_level(NEAR)
    assert shares.of_time(FAR) > start.of_time(FAR)
    assert shares.of_time(NEAR) == start.of_time(NEAR), "no time was told"


def test_a_window_counts_once_however_many_forecasts_it_had() -> None:
    one, many = (learned(usual("session"), [made(1, 2.0)] * count) for count in (1, 9))
    assert one == many


def test_times_are_judged_only_where_a_hit_was_told_or_came() -> None:
    quiet = [made(window, 0.0, chance=0.0) for window in (1, 2)]
    assert scored("session", quiet)[0].full_at.error is None
    assert scored("session", quiet)[0].full_at.line_error is None
    assert scored("session", quiet)[0].at_reset.error == 1.0
    for other in (made(3, 0.0), replace(made(3, 0.0, chance=0.0), is_hit=True)):
        assert scored("session", [*quiet, other])[0].full_at.error == 1.0


@pytest.mark.parametrize(("hours", "held"), [(6, 1), (4, 0)], ids=["it is over", "it is open"])
def test_bands_learn_from_a_window_once_it_is_over(hours: int, held: int) -> None:
    """The first is over after five hours, and has needed a wide band."""
    first = made(1, 2.0)
    share = learned(usual("session"), [first]).of_level(FAR)
    scores, _ = scored("session", [first, made(2, share, now=hours * HOUR)], since=2 * HOUR)
    assert (scores.at_reset.count, scores.at_reset.held) == (1, held)


def test_shares_stay_within_bounds() -> None:
    shares = usual("weekly")
    for needed, bound in ((9.0, 1.6), (0.0, 0.3)):
        for window in range(1, 60):
            shares = learned(shares, [made(window, needed)])
        assert shares.of_time(FAR) == pytest.approx(bound)


def test_forecasts_that_told_no_time_are_counted_by_their_chance() -> None:
    tries = [made(1, 0.0, chance=0.1), made(2, 0.0, chance=0.5)]
    scores, _ = scored("session", tries)
    assert (scores.full_at.count, scores.full_at.bands, scores.untimed_chance) == (2, 1, 0.1)


def test_without_forecasts_nothing_is_known_of_them() -> None:
    scores, shares = scored("weekly", [])
    assert (scores.windows, scores.at_reset.held, scores.chance) == (0, None, None)
    assert shares == Shares(is_session=False)
