"""Turns told of a life whose truth is known: nothing invented, nothing missed, every true time within."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.insight.turns import ENDS, Turn
from tests.insight.stories import Stored, sightings, turns
from tests.insight.tide import ONE_SECOND, Truth, recorded, session_life

TRUE_OF = {
    "opened": ("opened",),
    "on_time": ("ended",),
    "early": ("early",),
    "unseen": ("ended", "early"),
    # With no lower percentage an early reset cannot be told from a reset that was moved.
    "moved": ("moved", "early"),
    "counter_fell": ("fell",),
}

lives = st.integers(0, 10**9)


def within(turn: Turn, truth: Truth) -> list[str]:
    return [kind for kind, moment in truth.events if turn.at.earliest <= moment <= turn.at.latest]


def life(seed: int) -> tuple[Truth, list[Stored]]:
    truth = session_life(seed)
    return truth, recorded(truth, seed)


@settings(max_examples=60)
@given(lives)
@example(ONE_SECOND)
def test_every_turn_that_is_told_happened_within_its_times(seed: int) -> None:
    truth, versions = life(seed)
    for turn in turns(versions):
        true = set(within(turn, truth))
        # A reset that was moved forward while nobody looked came before its time, as far as was announced.
        ahead = turn.kind == "early" and {"moved", "ended"} <= true
        assert ahead or true & set(TRUE_OF[turn.kind]), turn


@settings(max_examples=60)
@given(lives)
@example(ONE_SECOND)
def test_no_end_of_a_window_between_two_readings_is_missed(seed: int) -> None:
    truth, versions = life(seed)
    seen = sightings(versions, "session")
    ends = [turn for turn in turns(versions) if turn.kind in {*ENDS, "moved"}]
    for moment in truth.of("ended", "early"):
        before = [one for one in seen if one.latest < moment]
        after = [one for one in seen if one.earliest > moment]
        if not before or not after:
            continue
        window = truth.at(before[-1].time).window
        if window > 0 and truth.at(before[-1].latest).reset and window != truth.at(after[0].time).window:
            assert any(turn.at.earliest <= moment <= turn.at.latest for turn in ends), moment
