"""The origin system's calls, as its consumers make them."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from tests.receiver.conftest import OTHER, READ_ONLY, Receiver

FULL = b"""{
  "currentSession": { "resetsIn": "2 hr 42 min", "percentageUsed": 47 },
  "weeklyLimits": {
    "allModels": { "resetsIn": "Thu 7:00 AM", "percentageUsed": 31 },
    "sonnetOnly": { "resetsIn": "Sat 12:00 PM", "percentageUsed": 10 }
  },
  "lastUpdated": "2026-11-22T12:00:00.462Z"
}"""
PARTIAL = b"""{"currentSession":{"resetsIn":"2 hr 42 min","percentageUsed":47},
"weeklyLimits":{"allModels":{"resetsIn":"Thu 7:00 AM","percentageUsed":31}},
"lastUpdated":"2026-11-22T12:00:00.462Z","isPartial":true,"extractionErrors":{"sonnetOnly":"row not found"}}"""
READ_AT = "2026-11-22T12:00:00.462Z"


def reading(minute: int, percentage: int = 10) -> dict:
    return {
        "lastUpdated": f"2026-11-22T11:{minute:02}:00Z",
        "currentSession": {"percentageUsed": percentage, "resetsIn": "1 hr"},
    }


@pytest.mark.parametrize("payload", [FULL, PARTIAL])
async def test_the_origins_payloads_are_accepted_byte_for_byte_and_come_back(
    receiver: Receiver, payload: bytes
) -> None:
    status, body, _ = await receiver.post(payload)
    assert status == 200
    assert body["success"] is True
    assert isinstance(body["message"], str)
    assert datetime.fromisoformat(body["timestamp"]) == receiver.clock.now()
    status, latest, _ = await receiver.get()
    assert status == 200
    assert msgspec.json.decode(payload).items() <= latest.items()


async def test_the_latest_answer_tells_age_place_and_file(receiver: Receiver) -> None:
    await receiver.post(FULL)
    receiver.clock.forward(minutes=3)
    _, latest, _ = await receiver.get()
    assert latest["isStale"] is False
    assert latest["ageMinutes"] == 3
    assert latest["source"] == "ec2-sync"
    info = latest["versionInfo"]
    assert (info["current"], info["total"], info["timestamp"]) == (1, 1, "2026-11-22T12:00:00.000Z")
    assert info["filename"].startswith("2026-11-22T12-00-00-")
    assert info["filename"].endswith(".json")


async def test_a_reading_is_stale_after_ten_minutes(receiver: Receiver) -> None:
    await receiver.post(FULL)
    receiver.clock.forward(minutes=9, seconds=29)
    assert (await receiver.get())[1]["isStale"] is False
    receiver.clock.forward(minutes=1)
    _, latest, _ = await receiver.get()
    assert (latest["isStale"], latest["ageMinutes"]) == (True, 10)


async def test_the_scrapers_own_word_for_its_source_is_kept_beside_the_origins(receiver: Receiver) -> None:
    await receiver.post(reading(0) | {"source": "both"})
    _, latest, _ = await receiver.get()
    assert (latest["source"], latest["snapshotSource"]) == ("ec2-sync", "both")


async def test_versions_are_asked_for_by_number(receiver: Receiver) -> None:
    for minute in (20, 0, 10):
        await receiver.post(reading(minute))
    for number, minute, place in [(1, 0, 1), (3, 20, 3), (-1, 20, 3), (-3, 0, 1), (2, 10, 2)]:
        status, body, _ = await receiver.get(f"/api/claude/console-usage?version={number}")
        assert status == 200
        assert body["lastUpdated"] == f"2026-11-22T11:{minute:02}:00Z"
        assert body["versionInfo"]["current"] == place
        assert body["versionInfo"]["total"] == 3


@pytest.mark.parametrize("number", ["0", "4", "-4", "1.5", "x", "", "1e1", "9" * 30])
async def test_a_bad_number_is_answered_with_what_is_valid(receiver: Receiver, number: str) -> None:
    for minute in range(3):
        await receiver.post(reading(minute))
    status, body, _ = await receiver.get(f"/api/claude/console-usage?version={number}")
    assert status == 400
    assert "1 (oldest)" in body["suggestion"]
    if number in {"0", "4", "-4"}:
        assert "3 (newest)" in body["suggestion"]


@pytest.mark.parametrize(
    ("timestamp", "minute"),
    [
        ("2026-11-22T11:11:00Z", 10),
        ("2026-11-22T11:16:00.000Z", 20),
        ("2020-01-01T00:00:00Z", 0),
        ("2027-01-01", 20),
        ("2026-11-22T12:11:00%2B01:00", 10),
        ("2026-11-22T12:11:00+01:00", 10),
        ("2026-11-22T11:11:00", 10),
    ],
)
async def test_the_version_nearest_to_a_moment_is_answered(
    receiver: Receiver, timestamp: str, minute: int
) -> None:
    for each in (0, 10, 20):
        await receiver.post(reading(each))
    status, body, _ = await receiver.get(f"/api/claude/console-usage?timestamp={timestamp}")
    assert status == 200
    assert body["lastUpdated"] == f"2026-11-22T11:{minute:02}:00Z"


@pytest.mark.parametrize(
    "timestamp", ["yesterday", "", "12", "2026-13-01T00:00:00Z", "%00", "0001-01-01T00:00:00%2B14:00"]
)
async def test_a_bad_timestamp_is_answered_with_an_example(receiver: Receiver, timestamp: str) -> None:
    await receiver.post(FULL)
    status, body, _ = await receiver.get(f"/api/claude/console-usage?timestamp={timestamp}")
    assert status == 400
    assert "2026-11-22T10:00:00Z" in body["suggestion"]


@pytest.mark.parametrize(
    "query", ["versions=2", "acount=work", "account=work", "timestmp=2026-11-22T11:00:00Z"]
)
async def test_a_slip_in_a_parameter_is_not_answered_with_other_figures(
    receiver: Receiver, query: str
) -> None:
    await receiver.post(FULL)
    status, body, _ = await receiver.get(f"/api/claude/console-usage?{query}")
    assert status == 400
    assert query.partition("=")[0] in body["message"]
    assert (await receiver.get("/api/claude/console-usage?_=123"))[0] == 200


async def test_an_empty_record_says_so_and_what_to_do(receiver: Receiver) -> None:
    for path in ("/api/claude/console-usage", "/api/claude/console-usage?version=1", "/api/claude-usage"):
        status, body, _ = await receiver.get(path)
        assert (status, body["errorCode"], body["versionsAvailable"]) == (404, "NOT_FOUND", 0)
        assert "scraper" in body["suggestion"]


async def test_the_older_alias_answers_the_latest(receiver: Receiver) -> None:
    await receiver.post(FULL)
    assert (await receiver.get("/api/claude-usage"))[1] == (await receiver.get())[1]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_the_right_key_nothing_is_read_or_written(receiver: Receiver, method: str) -> None:
    await receiver.post(FULL)
    for key, status, code in [
        (None, 401, "AUTH_MISSING"),
        ("wrong", 401, "AUTH_INVALID"),
        (OTHER, 403, "AUTH_FORBIDDEN"),
    ]:
        answer = await receiver.call(method, "/api/claude/console-usage", key=key, data=FULL)
        assert answer[0] == status
        assert answer[1]["errorCode"] == code
        assert answer[1]["success"] is False
        assert {"message", "suggestion", "requestId", "timestamp"} <= answer[1].keys()


async def test_a_key_for_reading_cannot_write(receiver: Receiver) -> None:
    status, body, _ = await receiver.post(FULL, key=READ_ONLY)
    assert (status, body["errorCode"]) == (403, "AUTH_FORBIDDEN")
    assert (await receiver.get(key=READ_ONLY))[0] == 404


async def test_a_key_may_come_as_a_bearer_token(receiver: Receiver) -> None:
    await receiver.post(FULL)
    headers = {"Authorization": f"Bearer {READ_ONLY}"}
    assert (await receiver.get(key=None, headers=headers))[0] == 200


async def test_the_same_snapshot_again_is_a_success_and_no_new_version(receiver: Receiver) -> None:
    assert (await receiver.post(FULL))[1]["duplicate"] is False
    receiver.clock.forward(minutes=5)
    status, body, _ = await receiver.post(FULL)
    assert (status, body["success"], body["duplicate"]) == (200, True, True)
    assert (await receiver.get())[1]["versionInfo"]["total"] == 1


async def test_head_is_answered_where_get_is(receiver: Receiver) -> None:
    await receiver.post(FULL)
    for path in (
        "/api/claude/console-usage",
        "/api/claude-usage",
        "/api/health",
        "/livez",
        "/readyz",
        "/metrics",
        "/",
    ):
        status, body, headers = await receiver.call("HEAD", path)
        assert (status, body) == (200, None), path
        assert int(headers["Content-Length"]) > 0


def test_these_samples_are_what_the_documentation_shows(repository: Path) -> None:
    text = (repository / "docs" / "snapshot.md").read_text()
    assert FULL.decode() in text
