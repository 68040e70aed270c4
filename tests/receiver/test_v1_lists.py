"""Lists of snapshots under /api/v1, in memory and on a volume: ranges, pages, moments."""

import base64
import itertools
import json

import pytest

from shared.store import Store
from tests.receiver.conftest import Receiver
from tests.receiver.v1_calls import ALL, AS_OF, NOON, listed, reading, send

pytestmark = pytest.mark.parametrize("store", ["memory", "volume"], indirect=True)


async def test_lists_answer_a_range_from_the_oldest_or_from_the_newest(receiver: Receiver) -> None:
    await send(receiver, [reading(minute) for minute in (0, 10, 20, 30, 40)])
    for query, minutes in [
        ("", [0, 10, 20, 30, 40]),
        ("order=desc", [40, 30, 20, 10, 0]),
        ("from=2026-11-22T11:10:00Z&to=2026-11-22T11:30:00Z", [10, 20]),
        ("from=2026-11-22T11:10:00Z&to=2026-11-22T11:30:00Z&order=desc", [20, 10]),
        ("from=2026-11-22T11:10:00.5Z&to=2026-11-22T11:30:00.5Z", [20, 30]),
        ("from=2026-11-23", []),
        ("to=2026-11-22", []),
        ("to=0001-01-01&order=desc", []),
        ("to=9999-12-31T23:59:59.9Z&order=desc", [40, 30, 20, 10, 0]),
        ("from=2026-11-22T12:20:00%2B01:00", [20, 30, 40]),
    ]:
        for limit in (1, 2, 5, 100):
            found = await listed(receiver, f"{query}&limit={limit}")
            assert [each["lastUpdated"] for each in found] == [
                reading(minute)["lastUpdated"] for minute in minutes
            ], (query, limit)


async def test_versions_of_one_second_are_parted_by_pages_without_loss(receiver: Receiver) -> None:
    await send(receiver, [reading(5 + place / 60_000, place) for place in range(9)])
    for order, expected in [("asc", list(range(9))), ("desc", list(range(8, -1, -1)))]:
        found = await listed(receiver, f"order={order}&limit=2")
        assert [each["currentSession"]["percentageUsed"] for each in found] == expected


async def test_newest_first_loses_nothing_where_two_stretches_meet(receiver: Receiver) -> None:
    seconds = sorted({15 * 60 * stretch + near for stretch in range(4) for near in range(-3, 4)})
    await send(receiver, [reading(-second / 60) for second in seconds])
    for limit in (5, 100):
        found = await listed(receiver, f"order=desc&limit={limit}")
        assert [each["lastUpdated"] for each in found] == [
            reading(-second / 60)["lastUpdated"] for second in seconds
        ]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_lose_and_double_nothing_while_versions_arrive_and_move(
    receiver: Receiver, store: Store, order: str
) -> None:
    _, body, _ = await send(receiver, [reading(minute / 7) for minute in range(60)])
    there = [each["id"] for each in body["results"]]
    late = itertools.count()
    found: list[str] = []
    cursor = ""
    while True:
        _, page, _ = await receiver.get(f"{ALL}?limit=7&order={order}{cursor}")
        found += [each["id"] for each in page["snapshots"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
        step = next(late)
        await send(receiver, [reading(place + step / 50, 50) for place in (0, 3, 5, 8)])
        moved = there[step * 9 : step * 9 + 9]
        await store.archive("default", moved)
        if step % 2:
            await store.delete("default", moved[:5], NOON)
    assert len(found) == len(set(found))
    expected = there if order == "asc" else there[::-1]
    assert [each for each in found if each in there] == expected


async def test_a_list_goes_on_where_the_version_it_ended_with_is_gone(
    receiver: Receiver, store: Store
) -> None:
    _, body, _ = await send(receiver, [reading(minute) for minute in range(5)])
    ids = [each["id"] for each in body["results"]]
    _, page, _ = await receiver.get(f"{ALL}?limit=2")
    await store.delete("default", ids[:2], NOON)
    _, page, _ = await receiver.get(f"{ALL}?cursor={page['next']}")
    assert [each["id"] for each in page["snapshots"]] == ids[2:]


async def test_a_page_ends_early_when_it_has_grown_large(receiver: Receiver) -> None:
    for start in range(0, 90, 15):
        await send(receiver, [reading(start + each, note="n" * 65_000) for each in range(15)])
    _, page, _ = await receiver.get(f"{ALL}?limit=1000")
    assert 60 < len(page["snapshots"]) < 70
    assert len(await listed(receiver, "limit=1000")) == 90


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("order=up", "order"),
        ("from=then", "from"),
        ("from=2026-11-22&to=2026-11-21", "to"),
        ("form=2026-11-22", "form"),
        ("cursor=", "cursor"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=WyJzMSIsMV0", "cursor"),
        ("cursor=" + "A" * 5000, "cursor"),
        ("from=2026-11-22&from=2026-11-21", "from"),
    ],
)
async def test_what_a_list_cannot_be_asked_is_named(receiver: Receiver, query: str, field: str) -> None:
    status, problem, _ = await receiver.get(f"{ALL}?{query}")
    assert (status, problem["errors"][0]["field"]) == (400, field)
    assert field in problem["detail"]


@pytest.mark.parametrize(
    ("time", "start"),
    [
        ("2026-11-22T11:02:00", None),
        ("2026-11-22T11:02:00Z", "2026-11-22T11:00:00"),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-11-22T11:02:00Z", "0001-01-01T00:00:00+14:00"),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-11-22T11:02:00Z", "9999-12-31T23:59:59-14:00"),
    ],
)
@pytest.mark.parametrize("order", ["asc", "desc", "up"])
async def test_a_cursor_that_somebody_made_up_is_no_fault_of_ours(
    receiver: Receiver, time: str, start: str | None, order: str
) -> None:
    _, body, _ = await send(receiver, [reading(minute) for minute in range(5)])
    place = [time, time, body["results"][2]["id"]]
    for question in (["s1", place, start, None, order], ["s1", place, None, start, order]):
        cursor = base64.urlsafe_b64encode(json.dumps(question).encode()).rstrip(b"=").decode()
        status, said, _ = await receiver.get(f"{ALL}?cursor={cursor}")
        assert status in {200, 400}, said
        assert status == 200 or said["errors"][0]["field"] == "cursor"


async def test_a_cursor_keeps_to_its_own_question(receiver: Receiver) -> None:
    await send(receiver, [reading(minute) for minute in range(5)])
    asked = "from=2026-11-22T11:01:00Z&order=desc"
    _, page, _ = await receiver.get(f"{ALL}?{asked}&limit=2")
    _, with_all, _ = await receiver.get(f"{ALL}?{asked}&limit=3&cursor={page['next']}")
    _, alone, _ = await receiver.get(f"{ALL}?cursor={page['next']}")
    assert with_all == alone
    assert [each["time"][14:16] for each in alone["snapshots"]] == ["02", "01"]
    for other in ("order=asc", "from=2026-11-22", "to=2026-11-23"):
        status, problem, _ = await receiver.get(f"{ALL}?cursor={page['next']}&{other}")
        assert (status, problem["errors"][0]["field"]) == (400, other.partition("=")[0])


async def test_what_was_known_at_a_moment_is_answered_with_how_old_it_was(receiver: Receiver) -> None:
    await send(receiver, [reading(minute) for minute in (0, 10, 20)])
    _, found, _ = await receiver.get(f"{AS_OF}?at=2026-11-22T11:12:30Z")
    assert found["time"] == "2026-11-22T11:10:00Z"
    assert (found["at"], found["secondsBefore"]) == ("2026-11-22T11:12:30Z", 150)
    assert (found["ageMinutes"], found["isStale"]) == (50, True)
    _, latest, _ = await receiver.get(AS_OF)
    assert (latest["time"], latest["ageMinutes"]) == ("2026-11-22T11:20:00Z", 40)
    assert latest["at"] == "2026-11-22T12:00:30Z"
    assert (await receiver.get(f"{AS_OF}?at=2026-11-22T11:10:00Z"))[1]["secondsBefore"] == 0


async def test_a_version_from_the_archive_is_found_like_any_other(receiver: Receiver, store: Store) -> None:
    _, body, _ = await send(receiver, [reading(minute) for minute in (0, 10, 20)])
    first = body["results"][0]["id"]
    before = await receiver.get(f"{ALL}/{first}")
    await store.archive("default", [first])
    await store.delete("default", [first], NOON)
    after = await receiver.get(f"{ALL}/{first}")
    assert (before[:2], before[2]["ETag"]) == (after[:2], after[2]["ETag"])
    assert (await receiver.get(f"{AS_OF}?at=2026-11-22T11:05:00Z"))[1]["id"] == first
    assert len(await listed(receiver, "limit=1")) == 3


async def test_a_thousand_at_once_are_stored_each_once_in_their_order(receiver: Receiver) -> None:
    batch = [reading(minute / 20, minute % 100) for minute in range(1000)]
    status, body, _ = await send(receiver, batch)
    assert status == 200
    assert {each["status"] for each in body["results"]} == {201}
    found = await listed(receiver, "limit=1000")
    assert [each["id"] for each in found] == [each["id"] for each in body["results"]]
    assert [each["lastUpdated"] for each in found] == [each["lastUpdated"] for each in batch]
