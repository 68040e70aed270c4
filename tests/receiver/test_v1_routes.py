"""What holds for every call under /api/v1: its address, the key first, the form of its failures."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.answering import begin_stream
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.app import BLUEPRINTS
from services.receiver.context import json_answer
from services.receiver.taking.bodies import read_body
from shared.store import Store
from tests.receiver.conftest import OTHER, READ_ONLY, SECRET, Receiver, running

ACCOUNT = "/api/v1/accounts/default"


async def echo(request: Request, account: str, thing: str) -> HTTPResponse:
    asked = question_of(request, "limit", "at")
    limit = asked.whole("limit", default=10, least=1, most=1000)
    return json_answer({"account": account, "thing": thing, "limit": limit, "at": asked.moment("at")})


async def take(request: Request, account: str) -> HTTPResponse:
    return json_answer({"length": len(await read_body(request))}, 201)


async def broken(request: Request, account: str) -> HTTPResponse:
    raise RuntimeError("the secret path /srv/data")


async def stream(request: Request, account: str) -> None:
    answer = await begin_stream(request, "text/csv", headers={"X-Rows": "3"})
    for row in range(3):
        await answer.send(f"{row}\n".encode())


async def half_a_stream(request: Request, account: str) -> None:
    answer = await begin_stream(request, "text/csv")
    await answer.send(b"0\n")
    raise RuntimeError("torn")


@pytest.fixture
async def receiver(store: Store) -> AsyncIterator[Receiver]:
    own = Blueprint("own")
    for method, path, scope, handler in (
        ("GET", "/echo/<thing:str>", "read", echo),
        ("POST", "/take", "write", take),
        ("GET", "/broken", "read", broken),
        ("GET", "/stream", "read", stream),
        ("GET", "/half", "read", half_a_stream),
    ):
        add_route(own, method, path, scope, handler)
    async with running(store, blueprints=(*BLUEPRINTS, own)) as one:
        yield one


async def test_a_handler_gets_its_account_and_the_other_parts_of_its_path(receiver: Receiver) -> None:
    status, body, _ = await receiver.get(f"{ACCOUNT}/echo/it?limit=7&at=2026-11-22T11:00:00+01:00")
    assert status == 200
    assert body == {"account": "default", "thing": "it", "limit": 7, "at": "2026-11-22T10:00:00Z"}


@pytest.mark.parametrize(
    "account",
    ["..", "%2e%2e", "Default", "-a", "_a", "a" * 33, "a.b", "a%20b", "d%65fault", "default%0a", ""],
)
async def test_what_is_no_accounts_name_is_not_found(receiver: Receiver, account: str) -> None:
    async with receiver.session.get(
        aiohttp.client.URL(f"{receiver.address}/api/v1/accounts/{account}/echo/it", encoded=True)
    ) as answer:
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"


async def test_the_key_is_checked_before_anything_else(receiver: Receiver) -> None:
    for key, status, code in [
        (None, 401, "AUTH_MISSING"),
        ("wrong", 401, "AUTH_INVALID"),
        (OTHER, 403, "AUTH_FORBIDDEN"),
    ]:
        for method, path in [("GET", "/echo/it?limit=0"), ("HEAD", "/echo/it"), ("POST", "/take")]:
            answered, body, _ = await receiver.call(method, ACCOUNT + path, key=key, data=b"x" * 1000)
            assert answered == status
            assert method == "HEAD" or body["code"] == code
    assert (await receiver.call("POST", f"{ACCOUNT}/take", key=READ_ONLY))[0] == 403
    assert (await receiver.call("POST", f"{ACCOUNT}/take", data=b"x" * 100))[0] == 201


async def test_a_body_is_not_read_for_a_wrong_key(receiver: Receiver) -> None:
    host, port = receiver.address.removeprefix("http://").split(":")
    for method, path in [("POST", "/take"), ("GET", "/echo/it")]:
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"{method} {ACCOUNT}{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nX-API-Key: no\r\n\r\n"
        writer.write(head.encode())
        assert b"401" in await asyncio.wait_for(reader.readline(), 5)
        writer.close()


async def test_a_body_that_nobody_asked_for_does_not_spoil_the_connection(receiver: Receiver) -> None:
    for _ in range(3):
        assert (await receiver.get(f"{ACCOUNT}/echo/it", data=b"x" * 1000))[0] == 200


async def test_failures_are_problem_details(receiver: Receiver) -> None:
    for path, status, code, field in [
        (f"{ACCOUNT}/echo/it?limit=0", 400, "VALIDATION_OUT_OF_RANGE", "limit"),
        (f"{ACCOUNT}/echo/it?limit=1&limit=2", 400, "VALIDATION_OUT_OF_RANGE", "limit"),
        (f"{ACCOUNT}/echo/it?limti=1", 400, "VALIDATION_OUT_OF_RANGE", "limti"),
        (f"{ACCOUNT}/echo/it?at=yesterday", 400, "VALIDATION_OUT_OF_RANGE", "at"),
        (f"{ACCOUNT}/nothing", 404, "NOT_FOUND", None),
        ("/api/v1", 404, "NOT_FOUND", None),
        (f"{ACCOUNT}/broken", 500, "INTERNAL_ERROR", None),
    ]:
        answered, body, headers = await receiver.get(path)
        assert (answered, headers["Content-Type"]) == (status, "application/problem+json"), path
        assert (body["status"], body["code"]) == (status, code)
        assert body["requestId"] == headers["X-Request-ID"]
        assert {"type", "title", "detail", "suggestion"} <= body.keys()
        assert [each["field"] for each in body.get("errors", [])] == ([field] if field else [])
        assert "secret path" not in str(body)


async def test_the_type_of_a_problem_leads_to_its_explanation(receiver: Receiver) -> None:
    for path, key in [
        (f"{ACCOUNT}/nothing", SECRET),
        (f"{ACCOUNT}/broken", SECRET),
        (f"{ACCOUNT}/broken", None),
    ]:
        _, body, _ = await receiver.get(path, key=key)
        page, _, anchor = body["type"].partition("#")
        status, text, headers = await receiver.get(page, key=None)
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert f'id="{anchor}"' in text
        assert body["title"] in text


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (f"{ACCOUNT}/echo/it", {"GET", "HEAD"}),
        (f"{ACCOUNT}/take", {"POST"}),
        (f"{ACCOUNT}/snapshots", {"GET", "HEAD", "POST"}),
        (f"{ACCOUNT}/snapshots/", {"GET", "HEAD", "POST"}),
        (f"{ACCOUNT}/snapshots/2026-11-22T12-00-00-00000000", {"GET", "HEAD"}),
        (f"{ACCOUNT}/asof", {"GET", "HEAD"}),
        (f"{ACCOUNT}/reports", {"GET", "HEAD", "POST"}),
        ("/api/v1/accounts", {"GET", "HEAD"}),
        ("/api/claude/console-usage", {"GET", "HEAD", "POST"}),
        ("/api/health", {"GET", "HEAD"}),
        ("/", {"GET", "HEAD"}),
    ],
)
async def test_a_method_that_is_not_there_is_answered_with_those_that_are(
    receiver: Receiver, path: str, methods: set[str]
) -> None:
    for method in {"DELETE", "PUT", "OPTIONS", "POST"} - methods:
        status, body, headers = await receiver.call(method, path)
        assert (status, body.get("status", 405)) == (405, 405), (method, path)
        assert set(headers["Allow"].split(", ")) == methods, (method, path)
        kind = "application/problem+json" if "v1" in path else "application/json"
        assert headers["Content-Type"] == kind


async def test_the_origins_calls_keep_their_own_form_of_failure(receiver: Receiver) -> None:
    for path in ("/api/claude/console-usage", "/api/v2", "/nothing"):
        _, body, headers = await receiver.get(path)
        assert headers["Content-Type"] == "application/json"
        assert body["errorCode"] == "NOT_FOUND"


async def test_a_streamed_answer_is_whole_counted_and_has_its_headers(receiver: Receiver) -> None:
    for method, expected in [("GET", "0\n1\n2\n"), ("HEAD", None)]:
        status, body, headers = await receiver.call(method, f"{ACCOUNT}/stream")
        assert (status, body, headers["X-Rows"]) == (200, expected, "3")
        assert headers["X-Request-ID"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    _, counted, _ = await receiver.get("/metrics")
    row = 'http_requests_total{code="200",method="GET",route="/api/v1/accounts/{account}/stream"} 1.0'
    assert row in counted


async def test_a_stream_that_fails_on_its_way_does_not_look_like_a_whole_one(receiver: Receiver) -> None:
    with pytest.raises(aiohttp.ClientError):
        await receiver.get(f"{ACCOUNT}/half")
    _, counted, _ = await receiver.get("/metrics")
    assert 'code="500",method="GET",route="/api/v1/accounts/{account}/half"} 1.0' in counted


async def test_only_the_accounts_that_a_key_may_read_are_listed(receiver: Receiver, store: Store) -> None:
    reading = {"lastUpdated": "2026-11-22T11:50:00Z", "currentSession": {"percentageUsed": 1}}
    assert (await receiver.get("/api/v1/accounts"))[1] == {"accounts": []}
    for account in ("default", "work"):
        await store.append(account, reading, receiver.clock.now())
    for key, names in [(SECRET, ["default"]), (READ_ONLY, ["default"]), (OTHER, ["work"])]:
        status, body, _ = await receiver.get("/api/v1/accounts", key=key)
        assert (status, [each["account"] for each in body["accounts"]]) == (200, names)
    assert body["accounts"][0] == {
        "account": "work",
        "versions": 1,
        "archived": 0,
        "oldest": "2026-11-22T11:50:00Z",
        "newest": "2026-11-22T11:50:00Z",
        "ageMinutes": 10,
        "silent": False,
        "reason": None,
    }
    assert (await receiver.get("/api/v1/accounts/work", key=OTHER))[1] == body["accounts"][0]
    assert (await receiver.get("/api/v1/accounts/work"))[0] == 403
    assert (await receiver.get("/api/v1/accounts", key=None))[0] == 401


async def test_an_account_of_which_nothing_is_stored_is_not_there(receiver: Receiver) -> None:
    status, problem, _ = await receiver.get(ACCOUNT)
    assert (status, problem["code"]) == (404, "NOT_FOUND")
