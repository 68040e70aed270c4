"""The receiver's own document and the page that shows it."""

import re
from functools import cache
from typing import Any

import msgspec
import pytest
from openapi_spec_validator import validate

from services.receiver.admission.auth import Keys
from services.receiver.app import build_app
from services.receiver.context import Context
from services.receiver.openapi import document, record_examples
from services.receiver.openapi.document import OPERATIONS
from services.receiver.operating.metrics import ReceiverMetrics
from shared import VERSION
from shared.insight.told.answers import GapsTold, HitsTold, TurnsTold, UnusedTold, WindowsTold
from shared.schemas.codec import decode_report, decode_snapshot
from shared.store import open_store
from tests.receiver.conftest import Receiver, SetClock

FILES = re.compile(r"/(dashboard|widget)/[^/]+/[^/]+|/login/[^/]+|/docs/rapidoc\.js")
"""What the pages are made of is no call."""


@cache
def routes() -> set[tuple[str, str]]:
    """Every method and path that the receiver answers, as OpenAPI writes them."""
    store = open_store("memory:")
    context = Context(store=store, keys=Keys([]), clock=SetClock(), metrics=ReceiverMetrics())
    app = build_app(context, name="documented")
    found = set()
    for route in app.router.routes:
        path = "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", route.path)
        found |= {(method.lower(), path) for method in route.methods}
    return found


def test_it_names_its_version_where_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.distribution", None)  # an image holds the code alone
    assert document()["info"]["version"] == VERSION


def test_the_document_is_valid() -> None:
    validate(document())


def test_every_route_is_in_the_document_and_the_reverse() -> None:
    answered = {(method, path) for method, path in routes() if not FILES.fullmatch(path)}
    described = {(one.method, one.path) for one in OPERATIONS}
    assert {one for one in answered if one[0] != "head"} == described


def test_what_can_be_got_can_be_asked_for_with_head() -> None:
    every = routes()
    assert [path for method, path in every if method == "get" and ("head", path) not in every] == []


def test_no_type_is_named_that_is_not_there() -> None:
    made = document()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', msgspec.json.encode(made).decode()))
    assert named <= set(made["components"]["schemas"])


def test_every_call_says_what_its_key_needs_and_how_it_fails() -> None:
    for one in OPERATIONS:
        if one.described["security"]:
            assert {"401", "403", "429"} <= set(one.described["responses"]) | {"403"}, one.path
        assert any(status.startswith("2") or status == "303" for status in one.described["responses"])


def bodies() -> list[Any]:
    return [
        pytest.param(one.path, value["value"], id=f"{one.described['operationId']}-{name}")
        for one in OPERATIONS
        for name, value in one.described.get("requestBody", {})
        .get("content", {})
        .get("application/json", {})
        .get("examples", {})
        .items()
    ]


@pytest.mark.parametrize(("path", "example"), bodies())
async def test_every_example_is_taken(receiver: Receiver, path: str, example: Any) -> None:
    for one in example if isinstance(example, list) else [example]:
        (decode_report if "reports" in path else decode_snapshot)(one)
    status, body, _ = await receiver.call("POST", path.replace("{account}", "default"), json=example)
    assert status in {200, 201}, body


@pytest.mark.parametrize("path", sorted({one.path for one in OPERATIONS}))
async def test_a_wrong_method_is_told_the_right_ones(receiver: Receiver, path: str) -> None:
    known = {one.method.upper() for one in OPERATIONS if one.path == path}
    wrong = "DELETE"
    status, body, headers = await receiver.call(wrong, path.replace("{account}", "default"))
    assert status == 405
    assert headers["Allow"] in body["suggestion"]
    assert set(headers["Allow"].split(", ")) == known | ({"HEAD"} if "GET" in known else set())


async def test_it_needs_no_key_and_who_holds_it_gets_304(receiver: Receiver) -> None:
    status, body, headers = await receiver.get("/openapi.json", key=None)
    assert status == 200
    assert body["openapi"] == "3.1.0"
    held = {"If-None-Match": headers["ETag"]}
    assert (await receiver.get("/openapi.json", key=None, headers=held))[0] == 304


async def test_the_page_fetches_nothing_from_elsewhere(receiver: Receiver) -> None:
    status, page, headers = await receiver.get("/docs", key=None)
    assert status == 200
    assert "https://" not in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    status, script, headers = await receiver.get("/docs/rapidoc.js", key=None)
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "rapi-doc" in script


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        (WindowsTold, record_examples.WINDOWS),
        (HitsTold, record_examples.HITS),
        (TurnsTold, record_examples.RESETS),
        (GapsTold, record_examples.GAPS),
        (UnusedTold, record_examples.UNUSED),
    ],
)
def test_an_example_of_what_the_record_says_has_the_form_of_its_answers(kind: type, example: Any) -> None:
    made = msgspec.json.decode(msgspec.json.encode(example), type=kind)
    assert msgspec.to_builtins(made) == example
