"""Many versions folded at once, against the same taken one by one."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.insight.record import Findings, Record, taken_all
from shared.insight.stretches import Sweep
from tests.insight.stories import Stored, at, told
from tests.insight.tide import recorded, session_life


def held_to_the_plain_fold(versions: list[Stored]) -> None:
    plain, every = taken_all(Record(), versions)
    sweep = Sweep(Record())
    sweep.take(versions)
    assert sweep.record() == plain
    assert sweep.found == [one for one in every if one != Findings()]


@settings(max_examples=15)
@given(st.integers(0, 10**9))
def test_a_life_is_told_the_same(seed: int) -> None:
    held_to_the_plain_fold(recorded(session_life(seed), seed))


def shaken(versions: list[Stored], roll: random.Random) -> list[Stored]:
    """Other lives between: a second limit, another collector, odd figures, states, resets that creep."""
    made = []
    for version_id, document in versions:
        changed = dict(document)
        session = changed.get("currentSession")
        if session and roll.random() < 0.3:
            odd = {
                "percentageUsed": roll.choice([0, 40, 98, 99, 100]),
                "state": roll.choice(["idle", "open"]),
            }
            changed["currentSession"] = session | roll.choice(
                [odd, {"percentageUsed": odd["percentageUsed"]}]
            )
        if roll.random() < 0.9:
            weekly = {"percentageUsed": roll.choice([0, 7, 7, 7, 100, 100]), "resetsIn": "Thu"}
            if roll.random() < 0.9:
                weekly["resetsAt"] = (
                    at("23:00", 28) + timedelta(minutes=roll.choice([0, 0, 0, 2, 4]))
                ).isoformat()
            changed["weeklyLimits"] = {
                "allModels": weekly,
                "scoped": {"fable": {"percentageUsed": 0, "state": "unused"}},
            }
        if roll.random() < 0.2:
            changed["extractionErrors"] = {"credits": roll.choice(["gone", "hidden"])}
        if roll.random() < 0.1:
            changed["credits"] = {"used": roll.choice([3, 30, 40]), "limit": 30, "currency": "USD"}
        changed["collector"] = roll.choice(["desk", "desk", "desk", "laptop", None])
        made.append((version_id, changed))
    return made


@settings(max_examples=15)
@given(st.integers(0, 10**9), st.sampled_from([0.0, 0.03, 0.3, 0.9]))
def test_whatever_versions_hold_is_told_the_same(seed: int, share: float) -> None:
    roll = random.Random(seed)
    versions = recorded(session_life(seed), seed)[:700]
    made = [shaken([one], roll)[0] if roll.random() < share else one for one in versions]
    held_to_the_plain_fold(made)


def test_a_story_of_two_collectors_in_turn_is_told_the_same() -> None:
    story = [
        told(at("08:00") + timedelta(minutes=5 * place, seconds=20 * (place % 2) - 10), place // 3, "12:00")
        for place in range(60)
    ]
    held_to_the_plain_fold(story)
