"""Reports of failed scrapes under /api/v1."""

from typing import Any

import pytest

from tests.receiver.conftest import READ_ONLY, Receiver

ALL = "/api/v1/accounts/default/reports"


def report(minute: int, **more: Any) -> dict[str, Any]:
    return {"at": f"2026-11-22T11:{minute:02}:00Z", "state": "login_required", "reason": "no login", **more}


async def send(receiver: Receiver, body: Any, **more: Any) -> tuple[int, Any, Any]:
    return await receiver.call("POST", ALL, json=body, **more)


async def test_a_report_is_stored_once_and_listed(receiver: Receiver) -> None:
    status, told, _ = await send(receiver, report(5, colour="red"))
    assert (status, told["duplicate"], told["receivedAt"]) == (201, False, "2026-11-22T12:00:30.000Z")
    status, again, _ = await send(receiver, report(5, colour="red"))
    assert (status, again["duplicate"], again["id"]) == (200, True, told["id"])
    status, body, headers = await receiver.get(ALL)
    assert (status, body["next"]) == (200, None)
    assert [(each["id"], each["time"], each["account"]) for each in body["reports"]] == [
        (told["id"], "2026-11-22T11:05:00Z", "default")
    ]
    assert report(5, colour="red").items() <= body["reports"][0].items()
    assert (await receiver.get(ALL, headers={"If-None-Match": headers["ETag"]}))[0] == 304


async def test_a_report_is_found_where_its_receipt_says(receiver: Receiver) -> None:
    for minute in range(3):
        _, told, headers = await send(receiver, report(minute))
        status, found, _ = await receiver.get(headers["Location"])
        assert (status, found["id"], found["at"]) == (200, told["id"], report(minute)["at"])
    for missing in ("2026-11-22T11-01-00-00000000", "x", "%7E"):
        assert (await receiver.get(f"{ALL}/{missing}"))[0] == 404


async def test_many_reports_are_answered_one_by_one(receiver: Receiver) -> None:
    status, body, _ = await send(receiver, [report(1), report(1), {"at": "soon"}, report(2, account="work")])
    assert status == 200
    assert [each["status"] for each in body["results"]] == [201, 200, 400, 400]
    assert [each["problem"]["errors"][0]["field"] for each in body["results"][2:]] == ["at", "account"]


async def test_pages_of_reports_go_from_the_newest_back(receiver: Receiver) -> None:
    await send(receiver, [report(minute) for minute in range(5)])
    seen: list[str] = []
    cursor = ""
    while True:
        _, page, _ = await receiver.get(f"{ALL}?limit=2{cursor}")
        seen += [each["time"][14:16] for each in page["reports"]]
        if page["next"] is None:
            break
        await send(receiver, report(50 + len(seen)))
        cursor = f"&cursor={page['next']}"
    assert seen == ["04", "03", "02", "01", "00"]


@pytest.mark.parametrize(
    ("query", "field"), [("limit=0", "limit"), ("cursor=x", "cursor"), ("from=2026-11-22", "from")]
)
async def test_what_reports_cannot_be_asked_is_named(receiver: Receiver, query: str, field: str) -> None:
    status, problem, _ = await receiver.get(f"{ALL}?{query}")
    assert (status, problem["errors"][0]["field"]) == (400, field)


async def test_a_cursor_of_another_list_is_refused(receiver: Receiver) -> None:
    readings = [
        {"lastUpdated": f"2026-11-22T11:0{minute}:00Z", "currentSession": {"percentageUsed": 1}}
        for minute in range(2)
    ]
    snapshots = ALL.replace("reports", "snapshots")
    await receiver.call("POST", snapshots, json=readings)
    _, page, _ = await receiver.get(f"{snapshots}?limit=1")
    assert (await receiver.get(f"{ALL}?cursor={page['next']}"))[0] == 400


async def test_a_key_for_reading_cannot_report(receiver: Receiver) -> None:
    assert (await send(receiver, report(1), key=READ_ONLY))[0] == 403
    assert (await receiver.get(ALL, key=READ_ONLY))[1] == {"reports": [], "next": None}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"state": "Login"}, "state"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"reason": "r" * 501}, "reason"),
        ({"httpStatus": 10**30}, "httpStatus"),
    ],
)
async def test_a_report_that_is_none_is_refused_naming_the_field(
    receiver: Receiver, more: dict[str, Any], field: str
) -> None:
    status, problem, _ = await send(receiver, {**report(1), **more})
    assert (status, problem["errors"][0]["field"]) == (400, field)
