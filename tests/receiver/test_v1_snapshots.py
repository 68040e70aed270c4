"""Snapshots under /api/v1: sent alone and in batches, found by id, by time and page by page."""

from typing import Any

import pytest

from shared.store import Store
from tests.receiver.conftest import OTHER, READ_ONLY, SECRET, Receiver
from tests.receiver.v1_calls import ALL, AS_OF, reading, send


async def test_a_snapshot_is_stored_answered_and_found_again(receiver: Receiver) -> None:
    status, told, headers = await send(receiver, reading(5, colour="red"))
    assert (status, told["status"], told["duplicate"], told["account"]) == (201, 201, False, "default")
    assert told["receivedAt"] == "2026-11-22T12:00:30.000Z"
    assert headers["Location"] == f"{ALL}/{told['id']}"
    status, found, headers = await receiver.get(headers["Location"])
    assert (status, headers["ETag"]) == (200, f'"{told["id"]}"')
    assert (found["id"], found["time"]) == (told["id"], "2026-11-22T11:05:00Z")
    assert reading(5, colour="red").items() <= found.items()
    assert "immutable" in headers["Cache-Control"]
    assert headers["Cache-Control"].startswith("private")


async def test_the_same_snapshot_again_is_found_to_be_there(receiver: Receiver) -> None:
    _, first, _ = await send(receiver, reading(5))
    receiver.clock.forward(minutes=5)
    status, again, headers = await send(receiver, reading(5))
    assert (status, again) == (200, {**first, "status": 200, "duplicate": True})
    assert headers["Location"].endswith(first["id"])


async def test_the_origins_call_and_this_one_are_about_the_same_record(receiver: Receiver) -> None:
    _, told, _ = await send(receiver, reading(5))
    assert (await receiver.post(reading(5)))[1]["versionId"] == told["id"]
    assert (await receiver.get())[1]["versionInfo"]["filename"] == f"{told['id']}.json"


async def test_accounts_are_apart(receiver: Receiver, store: Store) -> None:
    work = ALL.replace("default", "work")
    status, told, _ = await send(receiver, reading(5, account="work"), path=work, key=OTHER)
    assert status == 201
    assert (await receiver.get(f"{ALL}/{told['id']}"))[0] == 404
    assert (await receiver.get(work, key=OTHER))[1]["snapshots"][0]["account"] == "work"
    assert await store.accounts() == ["work"]


async def test_a_snapshot_of_another_account_is_refused(receiver: Receiver) -> None:
    status, problem, _ = await send(receiver, reading(5, account="work"))
    assert (status, problem["errors"][0]["field"]) == (400, "account")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, "body"),
        (b"null", 400, "body"),
        (b'{"lastUpdated":"2026-11-22T12:00:00Z"}', 400, "currentSession"),
        (b'"\\ud800"', 400, "body"),
        (b'{"x":"\\ud800"}', 400, "body"),
        (b'{"x":"\xff"}', 400, "body"),
        (b'{"x":' + b"[" * 5000, 400, "body"),
        (b"[" * 5000, 400, "body"),
        (b"[NaN]", 400, "body"),
        (b"[{}", 400, "body"),
        (b'{"x":"' + b"y" * 65_536 + b'"}', 413, None),
        (b" " * 65_536 + b"{}", 413, None),
        (b"[" + b" " * 1024 * 1024 + b"]", 413, None),
        (b"[" + b",".join([b"1"] * 1001) + b"]", 413, None),
    ],
)
async def test_what_cannot_be_used_is_refused_with_what_is_wrong(
    receiver: Receiver, body: bytes, status: int, field: str | None
) -> None:
    answered, problem, _ = await send(receiver, body)
    assert (answered, problem["status"]) == (status, status)
    assert [each["field"] for each in problem.get("errors", [])] == ([field] if field else [])
    assert await receiver.store.count("default") == 0


async def test_a_body_that_is_packed_is_refused_by_name(receiver: Receiver) -> None:
    status, problem, _ = await send(receiver, b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert (status, "gzip" in problem["detail"]) == (415, True)


async def test_a_batch_is_answered_item_by_item_in_its_order(receiver: Receiver) -> None:
    await send(receiver, reading(1))
    batch: list[Any] = [
        reading(2),
        reading(1),
        {"lastUpdated": "soon"},
        reading(3, account="work"),
        7,
        reading(2),
        reading(4, note="n" * 66_000),
        reading(5, note="n" * 60_000),
    ]
    status, body, _ = await send(receiver, batch)
    assert status == 200
    results = body["results"]
    assert [each["status"] for each in results] == [201, 200, 400, 400, 400, 200, 413, 201]
    assert results[0]["id"] == results[5]["id"]
    assert [each.get("duplicate") for each in results[:2]] == [False, True]
    assert results[3]["problem"]["errors"][0]["field"] == "account"
    assert await receiver.store.count("default") == 3


async def test_a_batch_of_nothing_is_answered_with_nothing(receiver: Receiver) -> None:
    assert (await send(receiver, b" [ ] "))[:2] == (200, {"results": []})


async def test_a_reading_from_the_future_twice_in_one_batch_is_stored_once(receiver: Receiver) -> None:
    _, body, _ = await send(receiver, [reading(600), reading(600)])
    assert [each["status"] for each in body["results"]] == [201, 200]


async def test_where_nothing_is_lists_are_empty_and_one_is_not_found(receiver: Receiver) -> None:
    assert (await receiver.get(ALL))[:2] == (200, {"snapshots": [], "next": None})
    for path in (AS_OF, f"{AS_OF}?at=2020-01-01", f"{ALL}/2026-11-22T12-00-00-00000000", f"{ALL}/latest"):
        status, problem, _ = await receiver.get(path)
        assert (status, problem["code"]) == (404, "NOT_FOUND"), path


@pytest.mark.parametrize("path", [ALL, AS_OF, f"{ALL}/ID", "/api/v1/accounts"])
async def test_an_answer_that_the_caller_holds_is_not_sent_again(receiver: Receiver, path: str) -> None:
    _, told, _ = await send(receiver, reading(5))
    path = path.replace("ID", told["id"])
    _, body, headers = await receiver.get(path)
    assert headers["Cache-Control"].startswith("private")
    assert "X-API-Key" in headers["Vary"]
    for sent in (headers["ETag"], f"W/{headers['ETag']}", f'"x", {headers["ETag"]}', "*"):
        status, nothing, again = await receiver.get(path, headers={"If-None-Match": sent})
        assert (status, nothing, again["ETag"]) == (304, None, headers["ETag"])
    assert (await receiver.get(path, headers={"If-None-Match": '"other"'}))[:2] == (200, body)
    status, nothing, head = await receiver.call("HEAD", path)
    assert (status, nothing, head["ETag"]) == (200, None, headers["ETag"])
    assert head["Content-Length"] == headers["Content-Length"]


async def test_large_answers_are_packed_for_those_who_take_it(receiver: Receiver) -> None:
    await send(receiver, [reading(minute / 20, minute % 100) for minute in range(300)])
    plain = await receiver.get(f"{ALL}?limit=300", headers={"Accept-Encoding": "identity"})
    smaller = await receiver.get(f"{ALL}?limit=300", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert (plain[0], plain[1]) == (smaller[0], smaller[1])
    assert "Content-Encoding" not in plain[2]
    assert smaller[2]["Content-Encoding"] == "gzip"
    assert plain[2]["ETag"] != smaller[2]["ETag"]
    assert "Accept-Encoding" in plain[2]["Vary"]
    assert int(smaller[2]["Content-Length"]) * 5 < int(plain[2]["Content-Length"])
    for tag in (plain[2]["ETag"], smaller[2]["ETag"]):
        assert (await receiver.get(f"{ALL}?limit=300", headers={"If-None-Match": tag}))[0] == 304
    for refused in ("gzip;q=0", "identity", "*;q=0, br"):
        _, _, headers = await receiver.get(f"{ALL}?limit=300", headers={"Accept-Encoding": refused})
        assert "Content-Encoding" not in headers
    _, _, small = await receiver.get(f"{ALL}?limit=1", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small


async def test_a_key_for_reading_cannot_write_and_one_of_another_account_sees_nothing(
    receiver: Receiver,
) -> None:
    assert (await send(receiver, reading(5), key=READ_ONLY))[0] == 403
    await send(receiver, reading(5), key=SECRET)
    there = await receiver.get(ALL, key=OTHER)
    missing = await receiver.get(ALL.replace("default", "nobody"), key=OTHER)
    assert (there[0], missing[0]) == (403, 403)
    for answer in (there, missing):
        answer[1].pop("requestId")
    assert there[1] == missing[1]


async def test_fields_of_the_same_name_do_not_hide_which_version_it_is(receiver: Receiver) -> None:
    _, told, _ = await send(receiver, reading(5, id="mine", time="never"))
    _, found, _ = await receiver.get(f"{ALL}/{told['id']}")
    assert (found["id"], found["time"]) == (told["id"], "2026-11-22T11:05:00Z")


async def test_what_was_taken_in_is_counted_by_its_outcome(receiver: Receiver) -> None:
    await send(receiver, [reading(1), reading(1), {}])
    await send(receiver, reading(1))
    _, counted, _ = await receiver.get("/metrics")
    for outcome, number in [("stored", 1), ("duplicate", 2), ("refused", 1)]:
        assert f'snapshots_total{{outcome="{outcome}"}} {number}.0' in counted
