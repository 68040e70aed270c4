"""`GET /api/v1/accounts/{account}/series`: forms, caching, streaming, and what is refused."""

import asyncio
import csv
import io
from typing import Any

import msgspec
import pytest

from services.receiver.api.v1 import series as route
from services.receiver.series.kept_days import KeptDays
from tests.receiver.conftest import OTHER, READ_ONLY, Receiver
from tests.receiver.series_calls import SERIES, put


async def test_csv_and_ndjson_say_the_same(receiver: Receiver) -> None:
    await put(receiver.store, (90, 10.5), (30, 20))
    question = f"{SERIES}?step=1h&from=2026-11-22T09:00Z&to=2026-11-22T12:00Z"
    _, body, _ = await receiver.get(question)
    rows = [{"limit": "session", **one} for one in body["series"][0]["buckets"]]
    status, text, headers = await receiver.get(f"{question}&format=ndjson")
    assert (status, headers["Content-Type"]) == (200, "application/x-ndjson")
    assert [msgspec.json.decode(line) for line in text.splitlines()] == rows
    status, text, headers = await receiver.get(question, headers={"Accept": "text/csv"})
    assert (status, headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    read = list(csv.DictReader(io.StringIO(text)))
    assert read == [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("no media type", "application/json"),
        ("text/csv;q=0.5, application/x-ndjson", "application/x-ndjson"),
        ("application/json;q=0.1, text/csv;q=0.2", "text/csv; charset=utf-8"),
    ],
)
async def test_the_form_is_what_the_caller_likes_best(receiver: Receiver, accept: str, kind: str) -> None:
    _, _, headers = await receiver.get(SERIES, headers={"Accept": accept})
    assert headers["Content-Type"] == kind
    _, _, headers = await receiver.get(f"{SERIES}?format=ndjson", headers={"Accept": accept})
    assert headers["Content-Type"] == "application/x-ndjson"


async def test_no_text_of_others_is_a_formula_in_a_spreadsheet(receiver: Receiver) -> None:
    errors = {"weeklyLimits.scoped.a": '=HYPERLINK("x")'}
    await put(receiver.store, (30, 20), isPartial=True, extractionErrors=errors)
    _, text, _ = await receiver.get(f"{SERIES}?format=csv&limit=weekly:a")
    assert next(csv.DictReader(io.StringIO(text)))["reason"] == '\'=HYPERLINK("x")'


async def test_who_holds_the_answer_gets_304_until_it_changes(receiver: Receiver) -> None:
    await put(receiver.store, (30, 20))
    question = f"{SERIES}?step=1d"
    _, _, headers = await receiver.get(question)
    held = {"If-None-Match": headers["ETag"]}
    status, body, again = await receiver.get(question, headers=held)
    assert (status, body, again["ETag"]) == (304, None, headers["ETag"])
    receiver.clock.forward(minutes=5)
    assert (await receiver.get(question, headers=held))[0] == 304
    assert (await receiver.get(f"{question}&format=csv", headers=held))[0] == 200
    await put(receiver.store, (25, 20))
    assert (await receiver.get(question, headers=held))[0] == 200


async def test_head_says_what_get_would(receiver: Receiver) -> None:
    await put(receiver.store, (30, 20))
    _, _, got = await receiver.get(SERIES)
    status, body, headers = await receiver.call("HEAD", SERIES)
    assert (status, body) == (200, None)
    assert [headers[name] for name in ("ETag", "Content-Type")] == [
        got[name] for name in ("ETag", "Content-Type")
    ]


async def test_a_long_answer_is_streamed_and_packed_for_who_takes_it(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(receiver.store, (30, 20))
    question = f"{receiver.address}{SERIES}?step=60&from=2026-11-15&to=2026-11-23"
    headers = {"X-API-Key": READ_ONLY, "Accept-Encoding": "gzip"}
    async with receiver.session.get(question, headers=headers) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Content-Length" not in answer.headers
        assert "X-Request-ID" in answer.headers
        body = msgspec.json.decode(await answer.read())
    assert len(body["series"][0]["buckets"]) == 8 * 1440
    assert sum(one["count"] for one in body["series"][0]["buckets"]) == 1
    async with receiver.session.head(question, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
    async with receiver.session.get(question, headers={**headers, "Accept-Encoding": "identity"}) as answer:
        assert msgspec.json.decode(await answer.read()) == body


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("step=0", "step"),
        ("step=-5m", "step"),
        ("step=5&from=2026-11-21", None),
        ("step=5x", "step"),
        ("step=", "step"),
        ("step=99999999999", "step"),
        ("step=1s&from=2026-01-01", "step"),
        ("step=5m&from=2025-11-22&to=2026-11-22", None),
        ("from=2026-11-22&to=2026-11-22", "from"),
        ("from=2027-01-01", "from"),
        ("from=yesterday", "from"),
        ("from=0001-01-01&to=0001-01-02&step=9w", "from"),
        ("from=0001-01-01&to=9999-12-31T23:59:59Z", None),
        ("from=0001-01-01&to=2001-01-01&step=1w", None),
        ("limit=monthly", "limit"),
        ("limit=session,weekly", "limit"),
        ("limit=", "limit"),
        ("format=xml", "format"),
        ("steps=1h", "steps"),
        ("step=1h&step=2h", "step"),
    ],
)
async def test_what_cannot_be_answered_is_named(receiver: Receiver, question: str, field: str | None) -> None:
    await put(receiver.store, (30, 20))
    status, body, _ = await receiver.get(f"{SERIES}?{question}")
    if field is None:
        assert status == 200
    else:
        assert status == 400
        assert body["errors"][0]["field"] == field
        assert body["suggestion"]


async def test_too_many_steps_are_refused_with_the_least_step_that_would_do(receiver: Receiver) -> None:
    status, body, _ = await receiver.get(f"{SERIES}?step=1s&from=2026-01-01&to=2027-01-01")
    assert status == 400
    least = body["suggestion"].split(" seconds")[0].rsplit(" ", 1)[1]
    assert (await receiver.get(f"{SERIES}?step={least}&from=2026-01-01&to=2027-01-01"))[0] == 200


async def test_another_accounts_key_sees_nothing(receiver: Receiver) -> None:
    assert (await receiver.get(SERIES, key=OTHER))[0] == 403
    assert (await receiver.get(SERIES, key=None))[0] == 401


async def test_a_record_that_takes_long_to_read_is_answered_later_without_holding_others_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await put(receiver.store, (30, 20))
    may_go_on = asyncio.Event()
    whole = KeptDays._read

    async def held_up(self: KeptDays, *arguments: Any) -> Any:
        await may_go_on.wait()
        return await whole(self, *arguments)

    monkeypatch.setattr(KeptDays, "_read", held_up)
    monkeypatch.setattr(route, "PATIENCE_SECONDS", 0.2)
    asked = asyncio.create_task(receiver.get(SERIES))
    await asyncio.sleep(0.05)
    assert (await receiver.get("/livez"))[0] == 200
    status, body, headers = await asked
    assert (status, headers["Retry-After"]) == (503, "5")
    assert "Ask again" in body["suggestion"]
    assert "Traceback" not in "".join(capsys.readouterr()), "it is no fault of ours"
    may_go_on.set()
    assert (await receiver.get(SERIES))[0] == 200
