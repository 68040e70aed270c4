"""`GET /api/v1/accounts/{account}/series`: what is in it, for every kind of store."""

from pathlib import Path

import pytest

from shared.store import Store, open_store
from tests.receiver.conftest import Receiver
from tests.receiver.series_calls import NOON, SERIES, bucket, put


@pytest.fixture(params=["memory", "volume"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store("memory:" if request.param == "memory" else f"file://{tmp_path}/store")


async def test_a_step_tells_first_least_greatest_last_and_count(receiver: Receiver) -> None:
    await put(receiver.store, (119, 20), (90, 50), (70, 10), (61, 30), (30, 5))
    status, body, _ = await receiver.get(f"{SERIES}?step=1h&from=2026-11-22T10:00Z&to=2026-11-22T12:00Z")
    assert status == 200
    assert body == {
        "account": "default",
        "from": "2026-11-22T10:00:00Z",
        "to": "2026-11-22T12:00:00Z",
        "step": 3600,
        "series": [
            {
                "limit": "session",
                "buckets": [
                    bucket("2026-11-22T10:00:00Z", 20, 10, 50, 30, count=4),
                    bucket("2026-11-22T11:00:00Z", 5, 5, 5, 5, count=1),
                ],
            }
        ],
    }


async def test_a_step_without_a_reading_is_there_and_unknown(receiver: Receiver) -> None:
    await put(receiver.store, (130, 20), (10, 5))
    _, body, _ = await receiver.get(f"{SERIES}?step=3600&from=2026-11-22T09:00Z&to=2026-11-22T12:00Z")
    assert body["series"][0]["buckets"][1] == bucket("2026-11-22T10:00:00Z", count=0)


async def test_a_limit_that_could_not_be_read_is_a_gap_with_its_reason(receiver: Receiver) -> None:
    weekly = {"allModels": {"percentageUsed": 31, "resetsIn": "Thu"}}
    await put(receiver.store, (90, 20), weeklyLimits=weekly)
    await put(receiver.store, (30, 20), isPartial=True, extractionErrors={"weeklyLimits.allModels": "gone"})
    _, body, _ = await receiver.get(
        f"{SERIES}?limit=weekly&step=1h&from=2026-11-22T10:00Z&to=2026-11-22T12:00Z"
    )
    assert body["series"][0]["buckets"] == [
        bucket("2026-11-22T10:00:00Z", 31, 31, 31, 31, count=1),
        bucket("2026-11-22T11:00:00Z", count=0, unread=1, reason="gone"),
    ]
    _, body, _ = await receiver.get(f"{SERIES}?limit=weekly")
    assert [(one["percentage"], one["reason"]) for one in body["series"][0]["readings"]] == [
        (31, None),
        (None, "gone"),
    ]


async def test_without_a_step_every_reading_is_there(receiver: Receiver) -> None:
    session = {"percentageUsed": 1.5, "resetsIn": "1 hr", "resetsAt": "2026-11-22T15:00:00Z", "state": "open"}
    (version,) = await put(receiver.store, (5, 0), currentSession=session)
    _, body, _ = await receiver.get(SERIES)
    assert body["step"] is None
    assert body["series"] == [
        {
            "limit": "session",
            "readings": [
                {
                    "time": "2026-11-22T11:55:00Z",
                    "percentage": 1.5,
                    "resetsAt": "2026-11-22T15:00:00Z",
                    "state": "open",
                    "version": version,
                    "reason": None,
                }
            ],
        }
    ]


async def test_the_last_week_up_to_now_is_the_usual_range(receiver: Receiver) -> None:
    await put(receiver.store, (8 * 1440, 1), (6 * 1440, 2), (0, 3))
    receiver.clock.moment = NOON
    _, body, _ = await receiver.get(SERIES)
    assert [one["percentage"] for one in body["series"][0]["readings"]] == [2, 3]
    _, body, _ = await receiver.get(f"{SERIES}?step=1d")
    assert (body["from"], body["to"]) == ("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")
    assert [one["count"] for one in body["series"][0]["buckets"]] == [1, 0, 0, 0, 0, 0, 1]


async def test_from_belongs_to_the_range_and_to_does_not(receiver: Receiver) -> None:
    await put(receiver.store, (10, 1), (5, 2), (0, 3))
    _, body, _ = await receiver.get(f"{SERIES}?from=2026-11-22T11:50:00Z&to=2026-11-22T12:00:00Z")
    assert [one["percentage"] for one in body["series"][0]["readings"]] == [1, 2]
    _, body, _ = await receiver.get(f"{SERIES}?step=1h&from=2026-11-22T11:51:00Z&to=2026-11-22T12:00:01Z")
    assert [(one["start"][11:13], one["count"]) for one in body["series"][0]["buckets"]] == [
        ("11", 1),
        ("12", 1),
    ]


async def test_limits_come_as_asked_and_one_that_never_was_is_a_gap(receiver: Receiver) -> None:
    await put(receiver.store, (30, 20))
    _, body, _ = await receiver.get(
        f"{SERIES}?limit=weekly:fable&limit=session&step=1h&from=2026-11-22T11:00Z&to=2026-11-22T12:00Z"
    )
    assert [(one["limit"], one["buckets"][0]["count"]) for one in body["series"]] == [
        ("weekly:fable", 0),
        ("session", 1),
    ]


async def test_a_time_without_any_reading_is_a_gap_in_the_limits_of_the_latest(receiver: Receiver) -> None:
    await put(receiver.store, (30, 20))
    _, body, _ = await receiver.get(f"{SERIES}?step=1d&from=2026-01-01&to=2026-01-03")
    assert [one["limit"] for one in body["series"]] == ["session"]
    assert [one["count"] for one in body["series"][0]["buckets"]] == [0, 0]


async def test_an_account_without_versions_has_no_series(receiver: Receiver) -> None:
    status, body, _ = await receiver.get(f"{SERIES}?step=1h")
    assert (status, body["series"]) == (200, [])


async def test_archived_versions_late_ones_and_corrections_count(receiver: Receiver) -> None:
    ids = await put(receiver.store, (90, 10), (80, 20), (0, 30))
    question = f"{SERIES}?step=1d&from=2026-11-22&to=2026-11-23"
    _, first, _ = await receiver.get(question)
    await receiver.store.archive("default", ids[:2])
    await receiver.store.delete("default", ids[:2], NOON)
    assert (await receiver.get(question))[1] == first
    await put(receiver.store, (85, 99))
    _, body, _ = await receiver.get(question)
    assert body["series"][0]["buckets"] == [bucket("2026-11-22T00:00:00Z", 10, 10, 99, 30, count=4)]
    await put(receiver.store, (85, 15), reparsedFrom="2026.1")
    _, body, _ = await receiver.get(question)
    assert body["series"][0]["buckets"] == [bucket("2026-11-22T00:00:00Z", 10, 10, 30, 30, count=4)]
