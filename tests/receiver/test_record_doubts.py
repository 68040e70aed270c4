"""What answers about the record say of what is doubtful, and of what nobody can know."""

from datetime import timedelta

import pytest

from tests.insight.stories import at, minutes, told
from tests.receiver.conftest import Receiver
from tests.receiver.record_calls import ABOUT, put, session


async def test_a_single_odd_page_is_told_as_doubtful_by_every_answer(receiver: Receiver) -> None:
    story = [*session("08:00", "09:00", "12:40", 20, 0), told("09:05", 100, "12:40")]
    await put(receiver.store, [*story, *session("09:10", "11:55", "12:40", 21, 0)])
    _, hits, _ = await receiver.get(f"{ABOUT}hits")
    assert [(hit["doubtful"], hit["first"]["time"]) for hit in hits["hits"]] == [
        (True, "2026-11-22T09:05:00Z")
    ]
    (day,) = hits["counts"]["days"]
    assert (day["hits"], day["doubtful"]) == ({}, {"session": 1})
    _, windows, _ = await receiver.get(f"{ABOUT}windows")
    (window,) = windows["windows"]
    assert (window["peak"]["percentage"], window["falls"]) == (21, 0)
    assert window["peakInDoubt"]["percentage"] == 100
    _, resets, _ = await receiver.get(f"{ABOUT}resets")
    assert [(turn["kind"], turn["doubtful"]) for turn in resets["resets"]] == [("counter_fell", True)]
    _, report, _ = await receiver.get(f"{ABOUT}resets?format=text")
    assert "1 case below rests on one reading alone" in " ".join(report.split())


async def test_a_day_in_which_a_limit_could_not_be_read_is_not_known_of_it(receiver: Receiver) -> None:
    story = [told(at("08:00") + minutes(m), 10 if m < 60 else None, "12:40") for m in range(0, 240, 5)]
    await put(receiver.store, story)
    _, body, _ = await receiver.get(f"{ABOUT}hits")
    (day,) = body["counts"]["days"]
    assert (day["hits"], day["knownShare"]) == ({}, 1.0)
    assert day["knownShares"]["session"] == pytest.approx(55 / 240, abs=0.01)


async def test_a_hit_that_may_be_two_says_when_it_may_have_lapsed(receiver: Receiver) -> None:
    story = [
        told("01:00", 0),
        told("01:10", 3, "06:00"),
        told("05:00", 96, "06:00"),
        told("05:05", 100, "06:00"),
    ]
    await put(receiver.store, [*story, told("09:55", 100, "10:30"), told("10:00", 100, "10:30")])
    _, body, _ = await receiver.get(f"{ABOUT}hits?limit=session")
    (hit,) = body["hits"]
    assert [(one["earliest"], one["latest"]) for one in hit["lapses"]] == [
        ("2026-11-22T05:05:00Z", "2026-11-22T09:55:01Z")
    ]
    assert hit["blockedMinutes"]["atLeast"] < 5


async def test_a_gap_older_than_the_reports_that_are_kept_does_not_say_that_nobody_reported(
    receiver: Receiver,
) -> None:
    old, young = at("08:00") - timedelta(days=91), at("08:00")
    looks = [*range(0, 60, 5), *range(120, 180, 5)]
    story = [told(begin + minutes(m), 10, begin + minutes(280)) for begin in (old, young) for m in looks]
    await put(receiver.store, story)
    _, body, _ = await receiver.get(f"{ABOUT}gaps")
    account = [gap for gap in body["gaps"] if gap["limit"] is None]
    assert [gap["causesWhole"] for gap in account] == [False, False, True, True]
    _, report, _ = await receiver.get(f"{ABOUT}resets?format=text")
    assert "reports of that time are not all kept" in " ".join(report.split())
