"""What the origin's sync client did after a scrape, held by ours, which is known by its command and files."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import KEY, USAGE, Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ACCEPTED = {"success": True, "message": "stored", "timestamp": "2026-11-22T12:00:00.000Z"}


class Sent:
    """One request as the server got it."""

    def __init__(self, request: BaseHTTPRequestHandler) -> None:
        self.method, self.path = request.command, request.path
        self.headers = dict(request.headers.items())
        self.payload = json.loads(request.rfile.read(int(request.headers["Content-Length"])))


class OriginServer:
    """Answers the origin's one POST as it is told to, and keeps what was sent."""

    def __init__(self, port: int = 0) -> None:
        self.sent: list[Sent] = []
        self.status = 200
        self.silent_for = 0.0
        self.left_after: float | None = None
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = Sent(self)
                if self.path != USAGE:  # the origin's server knows one address to post to
                    self.send_error(404)
                    return
                own.sent.append(sent)
                if own.silent_for:
                    own.left_after = seconds_until_gone(self.connection, own.silent_for)
                    return
                answer = ACCEPTED if own.status == 200 else {"success": False, "errorCode": "X"}
                body = json.dumps(answer).encode()
                self.send_response(own.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{USAGE}"

    def payloads(self) -> list[dict[str, Any]]:
        return [sent.payload for sent in self.sent]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def seconds_until_gone(connection: socket.socket, most: float) -> float:
    began = time.monotonic()
    connection.settimeout(most)
    with contextlib.suppress(OSError):
        connection.recv(1)
    return time.monotonic() - began


@pytest.fixture
def origin() -> Iterator[OriginServer]:
    server = OriginServer()
    yield server
    server.stop()


def saved(stage: Stage) -> dict[str, Any]:
    reading: dict[str, Any] = json.loads((stage.folder / "scraper" / "usage-data.json").read_text())
    return reading


def waiting(stage: Stage, folder: str = "outbox") -> list[Path]:
    """What lies in a folder of the scraper's, whatever else stands beside the items."""
    return sorted((stage.folder / "scraper" / folder).rglob("2*.json"))


def test_after_every_scrape_the_reading_is_saved_and_sent_with_the_key(
    stage: Stage, origin: OriginServer
) -> None:
    stage.start_practice()
    done = stage.scraper("once", CLAUDE_SYNC_URL=origin.url)
    assert done.returncode == 0, done.stderr
    assert USAGE not in done.stderr
    (sent,) = origin.sent
    assert (sent.method, sent.path, sent.headers["X-API-Key"]) == ("POST", USAGE, KEY)
    assert sent.headers["Content-Type"].startswith("application/json")
    own = saved(stage)
    for name in ("currentSession", "weeklyLimits", "lastUpdated"):
        assert sent.payload[name] == own[name]
    assert waiting(stage) == []


def test_each_attempt_is_told_of_when_asked_for(stage: Stage, origin: OriginServer) -> None:
    stage.start_practice()
    done = stage.scraper("once", CLAUDE_SYNC_URL=origin.url, SYNC_VERBOSE="true")
    (line,) = [line for line in done.stderr.splitlines() if USAGE in line]
    assert "200" in line
    assert "seconds" in line
    assert KEY not in done.stderr


def test_a_partial_reading_is_sent_too_with_its_reasons(stage: Stage, origin: OriginServer) -> None:
    stage.start_practice()
    stage.control(broken=["session"], json=False)
    done = stage.scraper("once", CLAUDE_SYNC_URL=origin.url)
    assert done.returncode == 0, done.stderr
    (payload,) = origin.payloads()
    assert payload["isPartial"] is True
    assert payload["extractionErrors"]
    assert payload["weeklyLimits"]


def test_without_a_key_nothing_is_sent_and_the_scraper_goes_on_with_a_warning(
    stage: Stage, origin: OriginServer
) -> None:
    stage.start_practice()
    done = stage.scraper("once", CLAUDE_SYNC_URL=origin.url, CLAUDE_SYNC_API_KEY="")
    assert done.returncode == 0, done.stderr
    assert "CLAUDE_SYNC_API_KEY" in done.stdout + done.stderr
    assert origin.sent == []
    assert saved(stage)["currentSession"]


def test_no_failure_of_the_server_stops_the_scraper_or_loses_a_reading(
    stage: Stage, origin: OriginServer
) -> None:
    stage.start_practice()
    read = []
    for status in (500, 401):
        origin.status = status
        done = stage.scraper("once", CLAUDE_SYNC_URL=origin.url)
        assert done.returncode == 0, done.stderr
        read.append(saved(stage)["lastUpdated"])
    assert len(waiting(stage)) == 2
    origin.status, origin.sent = 200, []
    assert stage.scraper("once", CLAUDE_SYNC_URL=origin.url).returncode == 0
    read.append(saved(stage)["lastUpdated"])
    assert [payload["lastUpdated"] for payload in origin.payloads()] == read
    assert waiting(stage) == []


def test_what_the_server_calls_bad_data_is_not_sent_again(stage: Stage, origin: OriginServer) -> None:
    stage.start_practice()
    origin.status = 400
    assert stage.scraper("once", CLAUDE_SYNC_URL=origin.url).returncode == 0
    refused = saved(stage)["lastUpdated"]
    assert len(waiting(stage, "rejected")) >= 1
    origin.status, origin.sent = 200, []
    assert stage.scraper("once", CLAUDE_SYNC_URL=origin.url).returncode == 0
    assert refused not in [payload["lastUpdated"] for payload in origin.payloads()]


def test_a_server_that_does_not_answer_is_left_after_ten_seconds(stage: Stage, origin: OriginServer) -> None:
    stage.start_practice()
    origin.silent_for = 20
    done = stage.scraper("once", CLAUDE_SYNC_URL=origin.url)
    assert done.returncode == 0, done.stderr
    assert origin.left_after is not None
    assert 9 < origin.left_after < 13
    assert len(waiting(stage)) == 1


def test_no_server_at_all_is_no_reason_to_stop(stage: Stage) -> None:
    stage.start_practice()
    done = stage.scraper("once", CLAUDE_SYNC_URL=f"http://127.0.0.1:1{USAGE}")
    assert done.returncode == 0, done.stderr
    assert saved(stage)["currentSession"]
    assert len(waiting(stage)) == 1


def test_the_address_is_the_origins_when_none_is_set(stage: Stage) -> None:
    try:
        origin = OriginServer(4000)
    except OSError:
        pytest.skip("port 4000 of this machine is taken")
    try:
        stage.start_practice()
        environment = stage.environment()
        del environment["CLAUDE_SYNC_URL"]
        stage.environment = lambda: environment  # type: ignore[method-assign] # one setting less
        assert stage.scraper("once").returncode == 0
        assert [sent.path for sent in origin.sent] == [USAGE]
    finally:
        origin.stop()
