"""Asking for a scrape: asked twice is once, fetched once, across receivers, and it lapses."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.receiver.live import requests
from services.receiver.live.trigger import Asked, ask, fetched, read_note, state_of
from shared.store import open_store
from tests.receiver.conftest import OTHER, READ_ONLY, Receiver, running
from tests.receiver.v1_calls import reading

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCRAPE = "/api/v1/accounts/default/scrape"
TRIGGER = "/api/claude/console-usage/trigger"


def after(**time: float) -> datetime:
    return NOON + timedelta(**time)


def test_asked_twice_is_asked_once_until_it_is_fetched_or_lapses() -> None:
    first = ask(None, "one", "laptop", NOON)
    assert ask(first, "two", "screen", after(minutes=9)) == first
    assert ask(first, "two", "screen", after(minutes=10)).id == "two"
    taken = fetched(first, "desk", after(minutes=1))
    assert taken is not None
    assert ask(taken, "two", "screen", after(minutes=2)).id == "two"


def test_a_request_is_fetched_once_and_not_after_it_lapsed() -> None:
    asked = ask(None, "one", "laptop", NOON)
    taken = fetched(asked, "desk", after(minutes=1))
    assert taken is not None
    assert (taken.fetched_by, taken.fetched_at) == ("desk", after(minutes=1))
    assert fetched(taken, "desk", after(minutes=2)) is None
    assert fetched(asked, "desk", after(minutes=10)) is None
    assert fetched(None, "desk", NOON) is None


def test_collectors_are_sent_to_the_page_once_a_minute_at_most_also_past_a_lapsed_request() -> None:
    taken = fetched(ask(None, "one", "laptop", NOON), "desk", NOON)
    again = ask(taken, "two", "laptop", after(seconds=10))
    assert fetched(again, "desk", after(seconds=59)) is None
    assert fetched(again, "desk", after(seconds=60)) is not None
    asked_last = ask(again, "three", "laptop", after(minutes=11))
    assert asked_last.fetched_before == NOON


@pytest.mark.parametrize(
    ("minutes", "state"), [(0, "waiting"), (-5, "waiting"), (10, "lapsed"), (-60, "lapsed"), (900, "lapsed")]
)
def test_a_request_from_a_clock_that_was_ahead_does_not_wait_for_ever(minutes: float, state: str) -> None:
    assert state_of(Asked(id="one", at=NOON, by="laptop"), after(minutes=minutes)) == state
    taken = Asked(id="one", at=NOON, by="a", fetched_at=after(minutes=60))
    assert fetched(ask(taken, "two", "b", NOON), "desk", NOON) is not None


@pytest.mark.parametrize("note", [None, b"", b"{", b"[]", b"\xff", b'{"id":1}', b"[" * 5000])
def test_a_note_that_cannot_be_read_is_no_request(note: bytes | None) -> None:
    assert read_note(note) is None


async def test_who_asks_is_told_where_to_look_and_a_collector_gets_it_once(receiver: Receiver) -> None:
    status, body, headers = await receiver.call("POST", SCRAPE)
    assert (status, body["state"], body["alreadyAsked"]) == (202, "waiting", False)
    assert headers["Location"] == body["status"] == SCRAPE
    assert body["request"]["by"] == "laptop"
    assert body["request"]["at"] == "2026-11-22T12:00:30Z"
    assert body["request"]["lapsesAt"] == "2026-11-22T12:10:30Z"
    for where in (body["events"], body["latest"]):
        assert (await receiver.call("HEAD", where))[0] == 200
    assert (await receiver.call("POST", SCRAPE))[1]["alreadyAsked"] is True
    status, body, _ = await receiver.get(f"{SCRAPE}?collector=desk")
    assert (status, body["state"], body["request"]["by"]) == (200, "fetched", "laptop")
    assert (await receiver.get(f"{SCRAPE}?collector=desk"))[0] == 204
    status, body, _ = await receiver.get(SCRAPE)
    assert (status, body["state"], body["request"]["fetchedBy"]) == (200, "fetched", "desk")


async def test_who_asks_is_told_of_the_last_failure_until_a_reading_comes(
    receiver: Receiver,
) -> None:
    report = {
        "at": "2026-11-22T11:50:00Z",
        "state": "challenge",
        "advice": "Open the page.",
        "nextTryAt": "2026-11-22T12:46:00Z",
    }
    assert (await receiver.call("POST", SCRAPE))[1]["lastFailure"] is None
    await receiver.call("POST", "/api/v1/accounts/default/reports", json=report)
    told = {name: report[name] for name in ("state", "advice", "nextTryAt")}
    assert (await receiver.call("POST", SCRAPE))[1]["lastFailure"] == told
    assert (await receiver.call("POST", TRIGGER))[1]["lastFailure"] == told
    await receiver.call("POST", "/api/v1/accounts/default/snapshots", json=reading(55))
    assert (await receiver.call("POST", SCRAPE))[1]["lastFailure"] is None


async def test_the_origins_call_asks_the_same_in_its_own_form(receiver: Receiver) -> None:
    status, body, _ = await receiver.call("POST", TRIGGER, data=b'{"why": "now"}')
    assert (status, body["success"], body["alreadyAsked"]) == (202, True, False)
    assert (await receiver.call("POST", SCRAPE))[1]["alreadyAsked"] is True
    assert (await receiver.get(f"{SCRAPE}?collector=desk"))[0] == 200
    for key, wanted in ((None, 401), ("wrong", 401), (READ_ONLY, 403)):
        status, body, _ = await receiver.call("POST", TRIGGER, key=key)
        assert (status, body["success"]) == (wanted, False)
    assert (await receiver.get(TRIGGER))[0] == 405


async def test_reading_keys_look_but_neither_ask_nor_fetch(receiver: Receiver) -> None:
    assert (await receiver.call("POST", SCRAPE, key=READ_ONLY))[0] == 403
    await receiver.call("POST", SCRAPE)
    assert (await receiver.get(f"{SCRAPE}?collector=desk", key=READ_ONLY))[0] == 403
    assert (await receiver.get(SCRAPE, key=READ_ONLY))[1]["state"] == "waiting"
    assert (await receiver.get(SCRAPE, key=OTHER))[0] == 403
    assert (await receiver.call("HEAD", f"{SCRAPE}?collector=desk"))[0] == 200
    assert (await receiver.get(SCRAPE))[1]["state"] == "waiting"
    assert (await receiver.get("/api/v1/accounts/work/scrape", key=OTHER))[1]["state"] == "none"


@pytest.mark.parametrize(
    "question",
    ["collector=", "collector=a%0ab", "collector=a&wait=26", "collector=a&wait=-1", "wait=26", "wiat=3"],
)
async def test_what_cannot_be_understood_is_refused(receiver: Receiver, question: str) -> None:
    assert (await receiver.get(f"{SCRAPE}?{question}"))[0] == 400


async def test_a_collector_that_waits_hears_at_once(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "LOOK_SECONDS", 30)
    waiting = asyncio.create_task(receiver.get(f"{SCRAPE}?collector=desk&wait=20"))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await receiver.call("POST", SCRAPE)
    status, body, _ = await asyncio.wait_for(waiting, 5)
    assert (status, body["request"]["fetchedBy"]) == (200, "desk")


async def test_of_many_that_wait_at_two_receivers_one_gets_it(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/store"
    async with running(open_store(url)) as one, running(open_store(url)) as other:
        waiting = [
            asyncio.create_task(receiver.get(f"{SCRAPE}?collector=c{number}&wait=3"))
            for number in range(4)
            for receiver in (one, other)
        ]
        await asyncio.sleep(0.2)
        await one.call("POST", SCRAPE)
        statuses = [status for status, _, _ in await asyncio.gather(*waiting)]
        assert sorted(statuses) == [200] + [204] * 7
        assert (await other.get(SCRAPE))[1]["state"] == "fetched"


async def test_nothing_is_answered_204_when_the_wait_is_over_and_at_once_when_the_receiver_stops(
    receiver: Receiver,
) -> None:
    assert (await receiver.get(f"{SCRAPE}?collector=desk&wait=1"))[0] == 204
    waiting = asyncio.create_task(receiver.get(f"{SCRAPE}?collector=desk&wait=20"))
    await asyncio.sleep(0.2)
    receiver.context.stopping = True
    receiver.app.ctx.scrape_requests.wake()
    assert (await asyncio.wait_for(waiting, 1))[0] == 204


async def test_a_collector_whose_key_is_revoked_while_it_waits_gets_nothing(receiver: Receiver) -> None:
    waiting = asyncio.create_task(receiver.get(f"{SCRAPE}?collector=desk&wait=20"))
    await asyncio.sleep(0.2)
    receiver.context.keys.replace([])
    status, _, _ = await asyncio.wait_for(waiting, 5)
    assert status == 401
    assert state_of(await receiver.app.ctx.scrape_requests.look("default"), NOON) == "none"


async def test_more_collectors_than_may_wait_are_told_to_come_later(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.receiver.api.v1.scrape.MOST_WAITING", 1)
    waiting = asyncio.create_task(receiver.get(f"{SCRAPE}?collector=desk&wait=20"))
    await asyncio.sleep(0.2)
    status, _, headers = await receiver.get(f"{SCRAPE}?collector=desk&wait=20")
    assert (status, headers["Retry-After"]) == (503, "30")
    waiting.cancel()
    async with asyncio.timeout(5):
        while receiver.app.ctx.scrape_requests.waiting:
            await asyncio.sleep(0.02)


async def test_a_request_survives_a_restart_and_is_counted(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/store"
    async with running(open_store(url)) as before:
        await before.call("POST", SCRAPE)
    async with running(open_store(url)) as receiver:
        assert (await receiver.get(SCRAPE))[1]["state"] == "waiting"
        assert (await receiver.get(f"{SCRAPE}?collector=desk"))[0] == 200
        shown = (await receiver.get("/metrics", key=None))[1]
        assert 'marigraph_scrape_requests_total{outcome="fetched"} 1.0' in shown
