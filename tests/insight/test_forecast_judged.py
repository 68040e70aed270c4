"""Forecasts of lives whose truth is known: bands hold as often as they say, and a straight line is beaten.

One life of each kind; `python -m tests.bench.foretelling` judges many.
"""

import pytest

from shared.insight.forecast.outlook import HOLDS
from shared.insight.forecast.scores import Scores
from tests.insight.judged import KINDS, judged, mean

LIMITS = ("session", "weekly")


@pytest.fixture(scope="module")
def found() -> dict[str, list[Scores]]:
    lives = [judged(kind, 601, 9) for kind in KINDS]
    return {limit: [life[limit] for life in lives] for limit in LIMITS}


@pytest.mark.parametrize("limit", LIMITS)
def test_bands_of_figures_at_the_reset_hold_as_often_as_they_say(
    found: dict[str, list[Scores]], limit: str
) -> None:
    scores = [one.at_reset for one in found[limit]]
    assert sum(one.bands for one in scores) > 700
    assert mean(scores, "held", "bands") == pytest.approx(HOLDS, abs=0.05)


@pytest.mark.parametrize("limit", LIMITS)
def test_bands_of_times_hold_as_often_as_they_say_whether_a_hit_came_or_not(
    found: dict[str, list[Scores]], limit: str
) -> None:
    scores = [one.full_at for one in found[limit]]
    assert sum(one.bands for one in scores) > 100
    assert mean(scores, "held", "bands") == pytest.approx(HOLDS, abs=0.05)


@pytest.mark.parametrize("limit", LIMITS)
def test_as_many_hits_come_as_chances_said(found: dict[str, list[Scores]], limit: str) -> None:
    hits, chances = (
        sum((getattr(one, what) or 0) * one.at_reset.count for one in found[limit])
        for what in ("hit", "chance")
    )
    made = sum(one.at_reset.count for one in found[limit])
    assert hits / made == pytest.approx(chances / made, abs=0.05)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("figure", ["at_reset", "full_at"])
def test_a_straight_line_is_further_off(found: dict[str, list[Scores]], limit: str, figure: str) -> None:
    scores = [getattr(one, figure) for one in found[limit]]
    assert mean(scores, "error") < 0.8 * mean(scores, "line_error")
