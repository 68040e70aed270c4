"""Listeners to events cost a bounded share: of places, of memory, of a stop's time."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.receiver.api.v1 import events
from services.receiver.live import channel
from services.receiver.options import Options
from shared.store import Store
from shared.store.errors import StoreUnavailableError
from tests.receiver.conftest import SECRET, Receiver, running
from tests.receiver.listening import EVENTS, NOW, listen, silent_reader, stored
from tests.store.samples import minutes, snapshot


async def test_no_more_listen_than_may_and_a_place_that_is_left_is_free(store: Store) -> None:
    async with running(store, options=Options(event_listeners=2)) as receiver:
        async with listen(receiver) as one, listen(receiver) as two:
            await one.opened()
            await two.opened()
            assert "marigraph_event_listeners 2.0" in (await receiver.get("/metrics"))[1]
            status, body, headers = await receiver.get(EVENTS)
            assert (status, headers["Retry-After"]) == (503, "10")
            assert "RECEIVER_EVENT_LISTENERS" in body["suggestion"]
        async with asyncio.timeout(5):
            while receiver.app.ctx.hub.listeners:
                await asyncio.sleep(0.01)
        async with listen(receiver) as again:
            await again.opened()


async def test_nothing_is_looked_for_when_nobody_listens(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    tail = receiver.store.tail

    async def counted(*asked: Any, **more: Any) -> Any:
        looks.append(asked)
        return await tail(*asked, **more)

    monkeypatch.setattr(receiver.store, "tail", counted)
    async with listen(receiver) as stream:
        await stream.opened()
        await asyncio.sleep(0.3)
        assert len(looks) >= 2
    await asyncio.sleep(0.3)
    before = len(looks)
    await asyncio.sleep(0.3)
    assert len(looks) == before


@pytest.mark.parametrize("url", ["volume"], indirect=True)  # a bucket lets who listens read in between
async def test_who_falls_behind_is_told_to_come_back_and_then_misses_nothing(
    receiver: Receiver, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "MOST_EVENTS", 1)
    monkeypatch.setattr(channel, "LOOK_SECONDS", 1.0)
    async with listen(receiver) as stream:
        await stream.opened()
        order = [await stored(other, back) for back in range(8, 0, -1)]
        seen = []
        while (told := await stream.next()).kind != "reconnect":
            seen.append(told.data["id"])
        with pytest.raises(EOFError):
            await stream.next()
    monkeypatch.setattr(channel, "MOST_EVENTS", 100)
    async with listen(receiver, last_id=stream.last_id) as again:
        while len(set(seen)) < len(order):
            seen += await again.ids(1)
    assert sorted(set(seen)) == sorted(order)
    assert receiver.app.ctx.hub.dropped == 1
    assert "event_listeners_dropped_total 1.0" in (await receiver.get("/metrics"))[1]


async def filled(receiver: Receiver) -> None:
    """Store more than fits into the buffers on the way to a listener that reads nothing."""
    for back in range(100):
        document = snapshot(NOW - minutes(back), note="x" * 60_000)
        await receiver.store.append("default", document, datetime.now(UTC))


async def nobody_listens(receiver: Receiver) -> None:
    async with asyncio.timeout(5):
        while receiver.app.ctx.hub.listeners:
            await asyncio.sleep(0.02)


async def test_who_does_not_read_is_cut_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_SEND_SECONDS", 0.5)
    with silent_reader(receiver.address, SECRET):
        await filled(receiver)
        await nobody_listens(receiver)
    assert receiver.app.ctx.hub.dropped == 1
    assert "event_listeners_dropped_total 1.0" in (await receiver.get("/metrics"))[1]


async def test_a_stop_does_not_wait_for_who_does_not_read(receiver: Receiver) -> None:
    with silent_reader(receiver.address, SECRET):
        await filled(receiver)
        await asyncio.sleep(0.5)
        assert receiver.app.ctx.hub.listeners == 1
        receiver.app.ctx.hub.close()
        await nobody_listens(receiver)


async def test_a_store_that_fails_in_the_middle_of_a_look_loses_nothing_and_tells_nothing_twice(
    receiver: Receiver, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "LOOK_SECONDS", 0.5)
    by_id, asked = receiver.store.by_id, []

    async def failing(account: str, version_id: str) -> Any:
        asked.append(version_id)
        if len(asked) == 2:
            raise StoreUnavailableError("the disk has gone")
        if len(asked) == 4:
            raise KeyError("a fault of our own")
        return await by_id(account, version_id)

    monkeypatch.setattr(receiver.store, "by_id", failing)
    async with listen(receiver) as stream:
        await stream.opened()
        order = [await stored(other, back) for back in (40, 3, 20, 1)]
        assert await stream.ids(4) == order
        assert await stream.is_silent()
