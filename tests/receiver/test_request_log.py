"""Every request leaves one line in the log, which tells what it was and cannot be forged."""

import asyncio
import io
import json
import logging
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.receiver.operating import requestlog
from services.receiver.operating.requestlog import RequestLine, RequestLog, safe
from shared import logs
from shared.gathering import GatheringHandler
from shared.store import Store
from tests.ports import free_port
from tests.receiver.conftest import OTHER, SECRET, Receiver, running

SNAPSHOT = {"lastUpdated": "2026-11-22T12:00:00Z", "currentSession": {"percentageUsed": 1, "resetsIn": ""}}
USAGE = "/api/claude/console-usage"


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Where request lines go."""
    written = io.StringIO()
    monkeypatch.setattr(logs, "_handler", GatheringHandler(written))
    monkeypatch.setattr("shared.gathering.LONGEST_WAIT", 0.01)
    return written


@pytest.fixture
async def receiver(
    store: Store, stream: io.StringIO, request: pytest.FixtureRequest
) -> AsyncIterator[Receiver]:
    logger = logging.getLogger(requestlog.__name__)
    logger.setLevel(getattr(request, "param", logging.INFO))
    async with running(store, requests=RequestLog("json")) as one:
        yield one
    logger.setLevel(logging.NOTSET)


async def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    await asyncio.sleep(0.1)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def sent_raw(receiver: Receiver, data: bytes) -> bytes:
    host, port = receiver.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


async def test_a_line_tells_who_asked_for_what_and_how_it_went(
    receiver: Receiver, stream: io.StringIO
) -> None:
    _, stored, _ = await receiver.post(SNAPSHOT)
    status, _, headers = await receiver.get(headers={"X-Request-ID": "mine-1"})
    post, get = await lines_of(stream)
    assert get.pop("milliseconds") >= 0
    assert get == {
        "method": "GET",
        "path": USAGE,
        "status": status,
        "bytes": int(headers["Content-Length"]),
        "key": "laptop",
        "client": "127.0.0.1",
        "request_id": "mine-1",
        "event": "request",
        "level": "info",
        "time": "2026-11-22T12:00:30.000000Z",
        "service": "receiver",
    }
    assert (post["outcome"], post["version"]) == ("stored", stored["versionId"])


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda to: to.get("/nowhere"), 404),
        (lambda to: to.call("DELETE", USAGE), 405),
        (lambda to: to.get(key=None), 401),
        (lambda to: to.get(key="a-wrong-key"), 401),
        (lambda to: to.get(key=OTHER), 403),
        (lambda to: to.post(b"{"), 400),
        (lambda to: to.get("/api/v1/accounts/default/snapshots?limit=many"), 400),
        (lambda to: to.call("HEAD", USAGE), 404),
    ],
)
async def test_a_request_that_is_refused_has_one_line_too(
    receiver: Receiver, stream: io.StringIO, ask: Callable[[Receiver], Any], status: int
) -> None:
    await ask(receiver)
    assert [line["status"] for line in await lines_of(stream)] == [status]


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x1b[2J\nGET\xff / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /a?b HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n",
    ],
)
async def test_what_is_no_request_has_one_line_too(
    receiver: Receiver, stream: io.StringIO, head: bytes
) -> None:
    await sent_raw(receiver, head)
    (line,) = await lines_of(stream)
    assert line["status"] in {400, 405}
    assert "\x1b" not in line["method"]


async def test_neither_a_key_nor_what_stands_behind_the_question_mark_is_told(
    receiver: Receiver, stream: io.StringIO
) -> None:
    await receiver.get(f"{USAGE}?key=a-pasted-secret")
    await receiver.get(key="a-mistyped-secret")
    await lines_of(stream)
    for secret in (SECRET, "a-pasted-secret", "a-mistyped-secret"):
        assert secret not in stream.getvalue()


@pytest.mark.parametrize(
    ("receiver", "told"), [(logging.INFO, []), (logging.DEBUG, [200] * 3)], indirect=["receiver"]
)
async def test_probes_that_go_well_are_told_at_debug_only(
    receiver: Receiver, stream: io.StringIO, told: list[int]
) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        await receiver.get(path, key=None)
    assert [line["status"] for line in await lines_of(stream)] == told
    await receiver.get("/api/health", key=None)  # an empty record is not healthy
    assert [line["status"] for line in await lines_of(stream)] == [*told, 503]


@pytest.mark.parametrize("receiver", [logging.WARNING], indirect=True)
async def test_from_level_warning_on_there_are_no_request_lines(
    receiver: Receiver, stream: io.StringIO
) -> None:
    await receiver.get()
    assert await lines_of(stream) == []


def line_of(path: str, key: str | None = None) -> RequestLine:
    return RequestLine(
        method="GET",
        path=safe(path),
        status=200,
        bytes=1,
        milliseconds=0.1,
        key=key,
        client="::1",
        request_id="1",
        level="info",
        time="2026-11-22T12:00:30.000000Z",
        service="receiver",
    )


@given(st.text(st.characters(), max_size=400), st.sampled_from([None, "laptop", "the key's = name"]))
def test_no_path_ends_a_line_or_makes_a_field(path: str, key: str | None) -> None:
    as_json, as_text = (
        requestlog._as_json(line_of(path, key), {}),
        requestlog._as_text(line_of(path, key), {}),
    )
    assert len(as_json.splitlines()) == len(as_text.splitlines()) == 1
    assert as_text.isascii()
    assert json.loads(as_json)["status"] == 200
    assert len(json.loads(as_json)["path"]) <= 2100
    assert as_text.endswith(" request_id=1 service=receiver status=200")


def test_a_key_or_a_path_with_blanks_is_quoted() -> None:
    text = requestlog._as_text(line_of("/a status=500", "my key"), {"version": "v"})
    assert " key='my key' " in text
    assert " path='/a status=500' " in text
    assert text.endswith(" status=200 version=v")


async def test_other_lines_come_after_those_that_waited(stream: io.StringIO) -> None:
    handler = logs._handler
    assert handler is not None
    logs.gather("first")
    handler.handle(logging.makeLogRecord({"msg": "second"}))
    logs.gather("third")
    handler.flush()
    assert stream.getvalue() == "first\nsecond\nthird\n"


async def test_no_more_than_some_hundred_lines_wait(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.gathering.LONGEST_WAIT", 60)
    for number in range(600):
        logs.gather(str(number))
    assert len(stream.getvalue().splitlines()) > 500


async def test_a_log_that_nobody_reads_any_more_hinders_nobody(
    stream: io.StringIO,
) -> None:
    stream.close()
    logs.gather("a line")
    await asyncio.sleep(0.05)
    logs.gather("another")


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_process_that_is_told_to_stop_has_told_of_every_request(
    tmp_path: Path, repository: Path, log_format: str
) -> None:
    port = free_port()
    settings = {
        "STORE_URL": f"file://{tmp_path}/store",
        "CLAUDE_SYNC_API_KEY": SECRET,
        "RECEIVER_PORT": str(port),
        "LOG_FORMAT": log_format,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "services.receiver"],
        cwd=repository,
        env={"PATH": os.environ["PATH"], **settings},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "receiver serves" in process.stderr.readline()
    for number in range(20):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/login?{number}").close()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=10)
    told = [line for line in said.splitlines() if "request_id" in line]
    assert len(told) == 20
    assert "receiver stopped" in said.splitlines()[-1]
    assert ('"path":"/login"' if log_format == "json" else " path=/login ") in told[0]
