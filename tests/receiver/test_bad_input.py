"""What a receiver does with what it cannot use."""

import asyncio

import pytest

from services.receiver.taking.ingest import BODY_LIMIT
from tests.receiver.conftest import SECRET, Receiver

LAST = '"lastUpdated":"2026-11-22T12:00:00Z"'
SESSION = '"currentSession":{"percentageUsed":47,"resetsIn":"2 hr"}'


def obj(*fields: str) -> str:
    """A JSON object of fields that are written already, so that they can be wrong in every way."""
    return "{" + ",".join(fields) + "}"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ("", "VALIDATION_INVALID_TYPE", "body"),
        ("{", "VALIDATION_INVALID_TYPE", "body"),
        ("[]", "VALIDATION_INVALID_TYPE", "body"),
        ("null", "VALIDATION_INVALID_TYPE", "body"),
        ("NaN", "VALIDATION_INVALID_TYPE", "body"),
        (obj(SESSION), "VALIDATION_MISSING_FIELD", "lastUpdated"),
        (obj(LAST), "VALIDATION_MISSING_FIELD", "currentSession"),
        (obj(LAST, '"weeklyLimits":{}'), "VALIDATION_MISSING_FIELD", "currentSession"),
        (
            obj(LAST, '"currentSession":{"resetsIn":"x"}'),
            "VALIDATION_MISSING_FIELD",
            "currentSession.percentageUsed",
        ),
        (
            obj(LAST, '"currentSession":{"percentageUsed":"47","resetsIn":"x"}'),
            "VALIDATION_INVALID_TYPE",
            "currentSession.percentageUsed",
        ),
        (
            obj(LAST, '"currentSession":{"percentageUsed":101,"resetsIn":"x"}'),
            "VALIDATION_OUT_OF_RANGE",
            "currentSession.percentageUsed",
        ),
        (
            obj(LAST, '"currentSession":{"percentageUsed":-1,"resetsIn":"x"}'),
            "VALIDATION_OUT_OF_RANGE",
            "currentSession.percentageUsed",
        ),
        (
            obj(LAST, '"currentSession":{"percentageUsed":1,"resetsIn":5}'),
            "VALIDATION_INVALID_TYPE",
            "currentSession.resetsIn",
        ),
        (
            obj(LAST, '"weeklyLimits":{"allModels":[]}'),
            "VALIDATION_INVALID_TYPE",
            "weeklyLimits.allModels",
        ),
        (obj('"lastUpdated":"soon"', SESSION), "VALIDATION_OUT_OF_RANGE", "lastUpdated"),
        (obj('"lastUpdated":"2026-11-22T12:00:00"', SESSION), "VALIDATION_OUT_OF_RANGE", "lastUpdated"),
        (obj('"lastUpdated":1795348800', SESSION), "VALIDATION_INVALID_TYPE", "lastUpdated"),
        (
            obj('"lastUpdated":"0001-01-01T00:00:00+14:00"', SESSION),
            "VALIDATION_OUT_OF_RANGE",
            "lastUpdated",
        ),
        (obj(LAST, SESSION, '"account":"work"'), "VALIDATION_OUT_OF_RANGE", "account"),
        (obj(LAST, SESSION, '"account":"../x"'), "VALIDATION_OUT_OF_RANGE", "account"),
        (obj(LAST, SESSION, '"isPartial":"yes"'), "VALIDATION_INVALID_TYPE", "isPartial"),
        (obj(LAST, SESSION, '"x":' + "[" * 5000), "VALIDATION_INVALID_TYPE", "body"),
    ],
)
async def test_a_bad_payload_is_refused_naming_the_field(
    receiver: Receiver, body: str, code: str, field: str
) -> None:
    status, answer, _ = await receiver.post(body.encode())
    assert (status, answer["errorCode"], answer["field"]) == (400, code, field)
    assert field in answer["message"] or field == "body"
    assert await receiver.store.count("default") == 0


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b'{"a":"\xff"}', b'{"a":"\\ud800"}', b"[" * 60000, b'{"x":1e999}']
)
async def test_hostile_json_is_refused_and_never_a_fault_of_ours(receiver: Receiver, body: bytes) -> None:
    assert (await receiver.post(body))[0] == 400


async def test_deep_nesting_below_the_decoders_limit_is_stored_or_refused_but_no_fault(
    receiver: Receiver,
) -> None:
    for depth in (100, 900, 990, 999):
        body = obj(LAST, SESSION, f'"x":{"[" * depth}{"]" * depth}')
        assert (await receiver.post(body.encode()))[0] in {200, 400}
    assert (await receiver.get())[0] in {200, 404}


async def test_unknown_fields_of_a_newer_scraper_are_kept(receiver: Receiver) -> None:
    body = obj(LAST, SESSION, '"moonPhase":"full","schemaVersion":9')
    await receiver.post(body.encode())
    _, latest, _ = await receiver.get()
    assert (latest["moonPhase"], latest["schemaVersion"]) == ("full", 9)


async def test_a_body_over_the_limit_is_refused_however_it_comes(receiver: Receiver) -> None:
    whole = b" " * (BODY_LIMIT + 1)

    async def in_parts():
        for _ in range(20):
            yield b" " * 8192

    for body in (whole, in_parts()):
        status, answer, _ = await receiver.call("POST", "/api/claude/console-usage", data=body)
        assert status == 413
        assert str(BODY_LIMIT) in answer["message"]


async def test_a_body_of_exactly_the_limit_is_read(receiver: Receiver) -> None:
    body = obj(LAST, SESSION)
    assert (await receiver.post(body.ljust(BODY_LIMIT).encode()))[0] == 200


async def test_without_a_key_a_large_body_is_not_read(receiver: Receiver) -> None:
    host, port = receiver.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /api/claude/console-usage HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"
        + b"x" * 1000
    )
    await writer.drain()
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    assert b" 401 " in head
    writer.close()


async def test_a_path_that_is_not_there_is_a_json_404(receiver: Receiver) -> None:
    status, body, _ = await receiver.get("/nope<script>")
    assert (status, body["errorCode"]) == (404, "NOT_FOUND")


async def test_a_wrong_method_is_405(receiver: Receiver) -> None:
    assert (await receiver.call("DELETE", "/api/claude/console-usage"))[0] == 405


async def test_a_request_id_is_echoed_only_when_it_is_harmless(receiver: Receiver) -> None:
    _, _, headers = await receiver.get(headers={"X-Request-ID": "abc-123"})
    assert headers["X-Request-ID"] == "abc-123"
    _, body, headers = await receiver.get(headers={"X-Request-ID": "x" * 65})
    assert headers["X-Request-ID"] == body["requestId"]
    assert headers["X-Request-ID"] != "x" * 65


async def test_a_fault_of_ours_shows_no_trace_and_no_path(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_account: str) -> None:
        raise KeyError(__file__)

    monkeypatch.setattr(receiver.store, "latest", broken)
    status, body, _ = await receiver.get()
    assert (status, body["errorCode"]) == (500, "INTERNAL_ERROR")
    assert "/" not in body["message"]


async def test_readiness_says_why_not(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.store.errors import StoreReadOnlyError  # noqa: PLC0415 - only here

    async def refuse() -> None:
        raise StoreReadOnlyError("writing to the store: Read-only file system")

    assert (await receiver.get("/readyz", key=None))[0] == 200
    monkeypatch.setattr(receiver.store, "probe", refuse)
    await asyncio.sleep(0.3)  # an answer holds for a quarter of a second
    status, body, _ = await receiver.get("/readyz", key=None)
    assert status == 503
    assert "Read-only" in body["checks"]["store"]


async def test_requests_are_counted_by_route_and_code(receiver: Receiver) -> None:
    await receiver.get()
    await receiver.get("/nope")
    _, text, _ = await receiver.get("/metrics", key=None)
    assert (
        'marigraph_http_requests_total{code="404",method="GET",route="/api/claude/console-usage"} 1.0' in text
    )
    assert 'route="none"' in text
    assert SECRET not in text
