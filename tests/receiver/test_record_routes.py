"""Windows, hits, resets, gaps and what expired unused, asked for from outside."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from shared.store import Store, open_store
from tests.insight.stories import at, told
from tests.receiver.conftest import OTHER, READ_ONLY, Receiver
from tests.receiver.record_calls import ABOUT, put, session


@pytest.fixture(params=["memory", "volume"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store("memory:" if request.param == "memory" else f"file://{tmp_path}/store")


MORNING = [*session("05:00", "09:55", "10:00", 1, 1.5), *session("10:00", "11:55", "15:00", 1, 6)]
"""One session that ended at 89.5 on time, one that stands at 100 since 11:25."""


async def test_windows_name_their_versions_and_how_old_the_newest_reading_is(receiver: Receiver) -> None:
    ids = await put(receiver.store, MORNING)
    status, body, headers = await receiver.get(f"{ABOUT}windows")
    assert status == 200
    assert headers["ETag"]
    assert body["newest"] == {
        "version": ids[-1],
        "time": "2026-11-22T11:55:00Z",
        "ageMinutes": 5,
        "isStale": False,
    }
    assert body["asOf"] == "2026-11-22T12:00:00Z"
    first, second = body["windows"]
    assert (first["limit"], first["status"], first["how"]) == ("session", "over", "on_time")
    assert first["opened"] == {
        "earliest": None,
        "latest": "2026-11-22T05:00:01Z",
        "before": None,
        "after": ids[0],
    }
    assert (first["ended"]["before"], first["ended"]["after"]) == (ids[59], ids[60])
    assert first["ended"]["earliest"] <= "2026-11-22T10:00:00Z" <= first["ended"]["latest"]
    assert (second["status"], second["ended"], second["peak"]["percentage"]) == ("running", None, 100)


async def test_a_window_whose_reset_has_passed_unseen_may_or_may_not_have_ended(receiver: Receiver) -> None:
    ids = await put(receiver.store, MORNING)
    receiver.clock.moment = at("15:10")
    _, body, _ = await receiver.get(f"{ABOUT}windows")
    last = body["windows"][-1]
    assert (last["status"], last["ended"]["latest"], last["ended"]["before"]) == ("unknown", None, ids[-1])
    assert body["newest"]["isStale"] is True


async def test_hits_are_counted_by_the_days_of_a_zone(receiver: Receiver) -> None:
    await put(receiver.store, MORNING)
    _, body, _ = await receiver.get(f"{ABOUT}hits?tz=Pacific/Auckland")
    (hit,) = body["hits"]
    assert (hit["status"], hit["left"]) == ("running", None)
    assert hit["blockedMinutes"]["atLeast"] <= 30 <= hit["blockedMinutes"]["atMost"] == 40
    counts = body["counts"]
    assert counts["zone"] == "Pacific/Auckland"
    assert [(one["start"], one["hits"]) for one in counts["days"]] == [
        ("2026-11-22", {}),
        ("2026-11-23", {"session": 1}),
    ]
    assert [one["start"] for one in counts["weeks"]] == ["2026-11-16", "2026-11-23"]
    assert counts["months"] == [
        {
            "start": "2026-11-01",
            "hits": {"session": 1},
            "knownShare": 1.0,
            "doubtful": {},
            "knownShares": {"session": 1.0},
        }
    ]
    assert (await receiver.get(f"{ABOUT}hits"))[1]["counts"]["zone"] == "UTC"


async def test_a_counter_that_fell_over_a_gap_names_both_readings_and_the_gap(receiver: Receiver) -> None:
    story = [*session("08:00", "09:00", "12:40", 48, 1), *session("10:30", "10:40", "12:40", 2, 0)]
    ids = await put(receiver.store, story)
    why = {"at": "2026-11-22T09:30:00Z", "state": "login_required", "reason": "The page asks for a login."}
    await receiver.call("POST", f"{ABOUT}reports", json=why)
    _, body, _ = await receiver.get(f"{ABOUT}resets")
    (turn,) = body["resets"]
    assert (turn["kind"], turn["announced"], turn["off"]) == ("counter_fell", "2026-11-22T12:40:00Z", None)
    assert (turn["before"]["version"], turn["before"]["percentage"]) == (ids[12], 60)
    assert (turn["after"]["version"], turn["after"]["percentage"]) == (ids[13], 2)
    assert turn["at"]["earliest"] == "2026-11-22T09:00:00Z"
    assert [(gap["limit"], gap["minutes"]) for gap in turn["gaps"]] == [(None, 90), ("session", 90)]
    assert [cause["state"] for cause in turn["gaps"][0]["causes"]] == ["login_required"]
    _, gaps, _ = await receiver.get(f"{ABOUT}gaps")
    assert gaps["gaps"][0] == turn["gaps"][0]
    (day,) = gaps["days"]
    known = day["minutes"] - 90 - gaps["gaps"][-1]["minutes"]
    assert day["knownShare"] == pytest.approx(known / day["minutes"], abs=1e-4)
    assert (gaps["gaps"][-1]["status"], gaps["gaps"][-1]["end"]) == ("running", None)


async def test_a_reading_that_contradicts_the_one_before_is_told_as_doubtful(receiver: Receiver) -> None:
    await put(receiver.store, session("08:00", "09:00", "12:40", 48, 1))
    await put(receiver.store, [told("09:05", 2, "12:40")])
    _, body, _ = await receiver.get(f"{ABOUT}resets")
    assert [(one["kind"], one["doubtful"]) for one in body["resets"]] == [("counter_fell", True)]
    _, body, _ = await receiver.get(f"{ABOUT}windows")
    assert [(one["status"], one["doubtful"], one["falls"]) for one in body["windows"]] == [
        ("running", True, 1)
    ]
    _, body, _ = await receiver.get(f"{ABOUT}asof?at=2026-11-22T09:05:00Z")
    assert [(one["percentage"], one["doubtful"]) for one in body["limits"]] == [(2, True)]


async def test_what_expired_unused_is_unknown_where_nobody_looked_at_the_end(receiver: Receiver) -> None:
    await put(receiver.store, MORNING)
    late = [told("15:05", 3, "20:05"), told("15:10", 40, "20:05"), told("21:00", 1, "02:00")]
    receiver.clock.moment = at("21:01")
    await put(receiver.store, [one for one in late if not one[1]["lastUpdated"].startswith("2026-11-22T21")])
    await put(receiver.store, [told("21:00", 1, at("02:00", 23))])
    _, body, _ = await receiver.get(f"{ABOUT}unused")
    found = [(one["last"]["percentage"], one["unused"], one["unusedAtMost"]) for one in body["windows"]]
    assert found == [(89.5, 10.5, 10.5), (100, 0, 0), (40, None, 60)]
    (use,) = body["limits"]
    assert (use["windows"], use["hit"]) == (3, 1)
    half, same, double = use["allowances"]
    assert (half["times"], half["notEnough"], half["unknown"]) == (0.5, 2, 1)
    assert (same["notEnough"], same["enough"], same["unknown"]) == (1, 1, 1)
    assert (double["notEnough"], double["unknown"]) == (0, 2)


async def test_only_what_touches_the_range_and_the_limits_is_told(receiver: Receiver) -> None:
    await put(receiver.store, MORNING)
    for query, count in {
        "from=2026-11-22T10:05:00Z": 1,
        "to=2026-11-22T09:00:00Z": 1,
        "from=2026-11-22T09:00:00Z&to=2026-11-22T11:00:00Z": 2,
        "from=2026-11-23": 1,
        "to=2026-11-22T04:00:00Z": 0,
        "limit=weekly": 0,
        "limit=weekly&limit=session": 2,
    }.items():
        _, body, _ = await receiver.get(f"{ABOUT}windows?{query}")
        assert len(body["windows"]) == count, query


async def test_the_percentage_is_unknown_after_a_reset_without_a_newer_reading(receiver: Receiver) -> None:
    ids = await put(receiver.store, MORNING)
    receiver.clock.moment = at("16:00")
    _, body, _ = await receiver.get(f"{ABOUT}asof")
    (known,) = body["limits"]
    assert (known["percentage"], known["ageMinutes"], known["version"]) == (None, 245, ids[-1])
    assert "reset has passed" in known["reason"]
    _, body, _ = await receiver.get(f"{ABOUT}asof?at=2026-11-22T09:57:00Z")
    (known,) = body["limits"]
    now = (known["percentage"], known["ageMinutes"], known["resetsAt"])
    assert now == (89.5, 2, "2026-11-22T10:00:00Z")


@pytest.mark.parametrize("resource", ["windows", "hits", "resets", "gaps", "unused"])
async def test_every_form_says_how_old_it_is_and_who_holds_it_is_not_sent_it_again(
    receiver: Receiver, resource: str
) -> None:
    await put(receiver.store, [*MORNING[:40], *MORNING[45:]])
    address = f"{ABOUT}{resource}"
    _, body, headers = await receiver.get(address)
    rows = body[resource if resource != "unused" else "windows"]
    _, lines, _ = await receiver.get(f"{address}?format=ndjson")
    _, table, kind = await receiver.get(address, headers={"Accept": "text/csv"})
    assert kind["Content-Type"] == "text/csv; charset=utf-8"
    age = {"asOf": "2026-11-22T12:00:00Z", "ageMinutes": 5, "isStale": False}
    assert [msgspec.json.decode(line) for line in (lines or "").splitlines()] == [row | age for row in rows]
    heading, *cells = list(csv.reader(io.StringIO(table)))
    assert len(cells) == len(rows)
    assert all(
        len(row) == len(heading) and row[-3:] == ["2026-11-22T12:00:00Z", "5", "False"] for row in cells
    )
    held = {"If-None-Match": headers["ETag"]}
    assert (await receiver.get(address, headers=held))[0] == 304
    assert (await receiver.call("HEAD", address))[:2] == (200, None)
    receiver.clock.forward(minutes=1)
    assert (await receiver.get(address, headers=held))[0] == 200


@pytest.mark.parametrize("resource", ["windows", "hits", "resets", "gaps", "unused"])
async def test_what_is_not_recorded_is_an_empty_answer_that_says_so(
    receiver: Receiver, resource: str
) -> None:
    status, body, _ = await receiver.get(f"{ABOUT}{resource}")
    assert (status, body["newest"]) == (200, None)
    assert body[resource if resource != "unused" else "windows"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("windows?limit=daily", "limit"),
        ("windows?from=x", "from"),
        ("windows?from=2026-11-22&to=2026-11-22", "from"),
        ("windows?tz=UTC", "tz"),
        ("hits?tz=Mars/Olympus", "tz"),
        ("hits?tz=../../etc/passwd", "tz"),
        ("hits?tz=Europe", "tz"),
        ("gaps?tz=", "tz"),
        ("resets?format=xml", "format"),
        ("unused?step=1h", "step"),
    ],
)
async def test_a_question_that_is_not_understood_is_named(receiver: Receiver, query: str, field: str) -> None:
    status, body, headers = await receiver.get(f"{ABOUT}{query}")
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert [one["field"] for one in body["errors"]] == [field]


async def test_a_key_opens_its_own_accounts(receiver: Receiver) -> None:
    await put(receiver.store, MORNING)
    await put(receiver.store, MORNING[:3], "work")
    for resource in ("windows", "hits", "resets", "gaps", "unused"):
        assert (await receiver.get(f"{ABOUT}{resource}", key=None))[0] == 401
        assert (await receiver.get(f"{ABOUT}{resource}", key=OTHER))[0] == 403
        assert (await receiver.get(f"{ABOUT}{resource}", key=READ_ONLY))[0] == 200
    _, body, _ = await receiver.get("/api/v1/accounts/work/windows", key=OTHER)
    assert [one["readings"] for one in body["windows"]] == [3]


async def test_what_comes_late_is_archived_or_leaves_is_in_the_next_answer(receiver: Receiver) -> None:
    ids = await put(receiver.store, [*MORNING[:58], *MORNING[62:]])
    _, before, _ = await receiver.get(f"{ABOUT}resets")
    await receiver.store.archive("default", ids[:50])
    await receiver.store.delete("default", ids[:50], at("12:00"))
    assert (await receiver.get(f"{ABOUT}resets"))[1] == before
    await put(receiver.store, MORNING[58:62])
    _, after, _ = await receiver.get(f"{ABOUT}resets")
    (reset,) = after["resets"]
    width = timedelta(seconds=301)
    assert at(reset["at"]["latest"][11:19]) - at(reset["at"]["earliest"][11:19]) == width
    assert before["resets"] != after["resets"]
