"""The origin's HTTP contract, held by a receiver that is known by its address alone."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from tests.seaweedfs import SeaweedFS
from tests.system.conftest import wait_until
from tests.system.origin import KEY, REAL, USAGE, Answer, call, minutes_ago


class Server:
    """`python -m services.receiver` with the origin's one key."""

    def __init__(self, folder: Path, repository: Path, **more: str) -> None:
        self.store = folder / "store"
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        settings = {
            "PATH": os.environ["PATH"],
            "STORE_URL": f"file://{self.store}",
            "CLAUDE_SYNC_API_KEY": KEY,
            "RECEIVER_PORT": str(port),
            **more,
        }
        self.log = (folder / "receiver.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services.receiver"], cwd=repository, env=settings, stderr=self.log
        )
        wait_until(self._serves, what="the receiver serving")

    def _serves(self) -> bool:
        try:
            return call(self.address + "/api/health").status > 0
        except OSError:
            return False

    def get(self, path: str = USAGE, **headers: str) -> Answer:
        return call(self.address + path, X_API_Key=KEY, **headers)

    def post(self, body: bytes) -> Answer:
        headers = {"X_API_Key": KEY, "Content_Type": "application/json"}
        return call(self.address + USAGE, method="POST", body=body, **headers)

    def read(self, *minutes: float) -> list[str]:
        """Send readings of so many minutes ago; return their times."""
        times = [minutes_ago(each) for each in minutes]
        for time in times:
            assert self.post(REAL % time.encode()).status == 200
        return times

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


@pytest.fixture(params=["volume", pytest.param("s3", marks=pytest.mark.seaweedfs)])
def server(request: pytest.FixtureRequest, tmp_path: Path, repository: Path) -> Iterator[Server]:
    settings = {}
    if request.param == "s3":
        seaweedfs: SeaweedFS = request.getfixturevalue("seaweedfs")
        settings = {"STORE_URL": seaweedfs.url(), **seaweedfs.environment()}
    running = Server(tmp_path, repository, **settings)
    yield running
    running.stop()


def assert_origins_error(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.body["success"], answer.body["errorCode"]) == (status, False, code)
    assert all(isinstance(answer.body[name], str) for name in ("message", "suggestion", "requestId"))
    datetime.fromisoformat(answer.body["timestamp"])


def test_a_real_payload_is_taken_and_comes_back_with_age_source_and_place(server: Server) -> None:
    time = minutes_ago(2)
    sent = server.post(REAL % time.encode())
    assert (sent.status, sent.body["success"]) == (200, True)
    assert isinstance(sent.body["message"], str)
    datetime.fromisoformat(sent.body["timestamp"])
    latest = server.get()
    assert latest.status == 200
    assert json.loads(REAL % time.encode()).items() <= latest.body.items()
    assert (latest.body["isStale"], latest.body["ageMinutes"]) == (False, 2)
    assert latest.body["source"] == "ec2-sync"
    info = latest.body["versionInfo"]
    assert (info["current"], info["total"]) == (1, 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-[0-9a-f]{8}\.json", info["filename"])
    datetime.fromisoformat(info["timestamp"])
    assert server.get("/api/claude-usage").body == latest.body


def test_a_partial_payload_is_taken_with_its_reasons(server: Server) -> None:
    partial = {
        "weeklyLimits": {
            "allModels": {"resetsIn": "Thu 7:00 AM", "percentageUsed": 31},
            "sonnetOnly": {"resetsIn": "Sat 12:00 PM", "percentageUsed": 10},
        },
        "lastUpdated": minutes_ago(1),
        "isPartial": True,
        "extractionErrors": {"currentSession": "Timeout after 5000ms"},
    }
    assert server.post(json.dumps(partial).encode()).status == 200
    assert partial.items() <= server.get().body.items()


@pytest.mark.parametrize("server", ["volume"], indirect=True)
def test_the_files_are_those_that_the_origins_readers_open(server: Server) -> None:
    server.read(9, 5, 1)
    latest = server.store / "console-usage-synced.json"
    history = server.store / "console-usage-history"
    versions = sorted(history.glob("2*.json"))
    assert len(versions) == 3
    assert latest.is_file()
    assert not latest.is_symlink()
    assert latest.read_bytes() == versions[-1].read_bytes()
    assert latest.read_text().startswith('{\n  "')
    assert json.loads(versions[0].read_text())["currentSession"]["percentageUsed"] == 47
    metadata = json.loads((history / "_metadata.json").read_text())
    assert list(metadata) == [
        "versionCount",
        "oldestTimestamp",
        "newestTimestamp",
        "lastCleanup",
        "totalVersionsCreated",
        "totalVersionsDeleted",
    ]
    assert (metadata["versionCount"], metadata["totalVersionsCreated"]) == (3, 3)
    assert (metadata["totalVersionsDeleted"], metadata["lastCleanup"]) == (0, None)
    datetime.fromisoformat(metadata["oldestTimestamp"])


def test_without_the_right_key_nothing_is_taken(server: Server) -> None:
    url = server.address + USAGE
    body = REAL % minutes_ago(1).encode()
    assert_origins_error(call(url, method="POST", body=body), 401, "AUTH_MISSING")
    wrong = call(url, method="POST", body=body, X_API_Key="wrong")
    assert_origins_error(wrong, 401, "AUTH_INVALID")
    assert server.get("/api/health").body["storage"]["versionCount"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lastUpdated": None}, "VALIDATION_MISSING_FIELD"),
        ({"currentSession": None}, "VALIDATION_MISSING_FIELD"),
        ({"currentSession": {"resetsIn": "1 hr"}}, "VALIDATION_MISSING_FIELD"),
        ({"currentSession": {"resetsIn": "1 hr", "percentageUsed": "47"}}, "VALIDATION_INVALID_TYPE"),
        ({"currentSession": {"resetsIn": "1 hr", "percentageUsed": 101}}, "VALIDATION_OUT_OF_RANGE"),
        ({"currentSession": {"resetsIn": "1 hr", "percentageUsed": -1}}, "VALIDATION_OUT_OF_RANGE"),
    ],
)
def test_bad_data_is_refused_and_the_field_is_named(
    server: Server, change: dict[str, Any], code: str
) -> None:
    payload = {
        "currentSession": {"resetsIn": "1 hr", "percentageUsed": 1},
        "lastUpdated": minutes_ago(1),
    } | change
    body = json.dumps({name: value for name, value in payload.items() if value is not None}).encode()
    answer = server.post(body)
    assert_origins_error(answer, 400, code)
    assert next(iter(change)) in answer.body["message"]
    assert_origins_error(server.post(b"no json"), 400, "VALIDATION_INVALID_TYPE")
    assert server.get().status == 404


def test_versions_are_counted_from_the_oldest_and_from_the_newest(server: Server) -> None:
    times = server.read(30, 20, 10)
    for number, place in [(1, 0), (2, 1), (3, 2), (-1, 2), (-2, 1), (-3, 0)]:
        answer = server.get(f"{USAGE}?version={number}")
        assert (answer.status, answer.body["lastUpdated"]) == (200, times[place])
        assert (answer.body["versionInfo"]["current"], answer.body["versionInfo"]["total"]) == (place + 1, 3)
    for number in ("0", "4", "-4", "1.5", "two"):
        answer = server.get(f"{USAGE}?version={number}")
        assert_origins_error(answer, 400, "VALIDATION_OUT_OF_RANGE")
        said = answer.body["message"] + answer.body["suggestion"]
        assert "1" in said
        assert "-1" in said


def test_the_version_nearest_to_a_moment_is_answered(server: Server) -> None:
    times = server.read(30, 20, 10)
    for minutes, place in [(1000, 0), (26, 0), (24, 1), (16, 1), (14, 2), (0, 2)]:
        answer = server.get(f"{USAGE}?timestamp={minutes_ago(minutes)}")
        assert (answer.status, answer.body["lastUpdated"]) == (200, times[place]), minutes
    answer = server.get(f"{USAGE}?timestamp=yesterday")
    assert answer.status == 400
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.body["suggestion"])


def test_before_the_first_version_the_answer_says_what_to_do(server: Server) -> None:
    for path in (USAGE, "/api/claude-usage", f"{USAGE}?version=1"):
        answer = server.get(path)
        assert_origins_error(answer, 404, "NOT_FOUND")
        assert answer.body["versionsAvailable"] == 0
        assert "scraper" in answer.body["suggestion"]


def test_age_decides_staleness_caching_and_health(server: Server) -> None:
    empty = server.get("/api/health")
    assert (empty.status, empty.body["status"]) == (503, "unhealthy")
    assert empty.body["storage"] == {"accessible": True, "versionCount": 0}
    for minutes, stale, cache, status, health, freshness in [
        (45, True, "no-cache", 503, "unhealthy", "stale"),
        (15, True, "no-cache", 200, "degraded", "stale"),
        (7, False, "public, max-age=30", 200, "healthy", "fresh"),
        (1, False, "public, max-age=60", 200, "healthy", "fresh"),
    ]:
        server.read(minutes)
        latest = server.get()
        assert (latest.body["isStale"], latest.body["ageMinutes"]) == (stale, minutes)
        assert latest.headers["Cache-Control"] == cache
        answer = call(server.address + "/api/health")  # no key: monitors have none
        assert (answer.status, answer.body["status"]) == (status, health)
        assert answer.body["latestData"]["ageMinutes"] == minutes
        assert answer.body["latestData"]["status"] == freshness
        datetime.fromisoformat(answer.body["latestData"]["timestamp"])
    assert answer.body["storage"] == {"accessible": True, "versionCount": 4}


def test_what_a_reader_holds_already_is_not_sent_again(server: Server) -> None:
    server.read(3)
    first = server.get()
    assert first.headers["ETag"]
    for held in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        again = server.get(**held)
        assert (again.status, again.body) == (304, b"")
    assert server.get(If_None_Match='"another"').status == 200
    server.read(2)
    assert server.get(If_None_Match=first.headers["ETag"]).status == 200


@pytest.mark.parametrize("server", ["volume"], indirect=True)
def test_a_store_that_cannot_be_written_is_told_and_recovered_from(server: Server) -> None:
    server.read(3)
    shutil.rmtree(server.store)
    server.store.write_text("a file is in the way")
    failed = server.post(REAL % minutes_ago(1).encode())
    assert failed.status in {500, 503, 507}
    assert_origins_error(failed, failed.status, "STORAGE_WRITE_FAILED")
    health = server.get("/api/health")
    assert (health.status, health.body["status"]) == (503, "unhealthy")
    server.store.unlink()
    server.store.mkdir()
    server.read(0)
    assert server.get().status == 200


def test_a_scrape_can_be_asked_for_with_the_key(server: Server) -> None:
    url = f"{server.address}{USAGE}/trigger"
    assert call(url, method="POST").status == 401
    assert call(url, method="POST", X_API_Key="wrong").status == 401
    asked = call(url, method="POST", X_API_Key=KEY)
    assert (asked.status, asked.body["success"]) == (202, True)


def test_every_answer_carries_a_request_id_and_what_is_not_there_is_told(server: Server) -> None:
    assert server.get("/api/health").headers["X-Request-ID"]
    missing = server.get("/api/claude/nothing")
    assert_origins_error(missing, 404, "NOT_FOUND")
    assert missing.headers["X-Request-ID"] == missing.body["requestId"]
