"""Sending against a receiver that fails in every way: nothing is lost, nothing stands in the way of the rest."""

import asyncio
import contextlib

import pytest
from fake_receiver import FakeReceiver, accept, lose_answer, refuse

from services.scraper import sender as sender_module
from services.scraper.client import Client
from services.scraper.outbox import Outbox, take_stock
from services.scraper.sender import Sender
from shared.clock import SystemClock


class Desk:
    """An outbox with a sender that posts to a fake receiver; its key can be changed."""

    def __init__(self, folder, client):
        self.folder = folder
        self.outbox = Outbox(folder, 100, SystemClock())
        self.key = "right"
        self.told = []
        self.sender = Sender(self.outbox, client, lambda: self.key, self.told.append)

    def add(self, *numbers):
        for number in numbers:
            self.outbox.add({"n": number})

    @property
    def waiting(self):
        return take_stock(self.folder).waiting

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.sender.run(lambda: True))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def receiver():
    async with FakeReceiver() as fake:
        yield fake


@pytest.fixture
async def desk(tmp_path, receiver):
    async with Client(receiver.url) as client:
        yield Desk(tmp_path, client)


@pytest.fixture
def quick(monkeypatch):
    """Waits of a few hundredths of a second, so that tests need not wait for minutes."""
    monkeypatch.setattr(sender_module, "send_delay", lambda *_: 0.02)
    monkeypatch.setattr(sender_module, "slow_send_delay", lambda _: 30)
    monkeypatch.setattr(sender_module, "KEY_LOOK", 0.02)


def numbers(receiver):
    return [document["n"] for document in receiver.taken]


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_everything_that_waits_is_sent_in_order(desk, receiver):
    desk.add(1, 2, 3)
    assert await desk.sender.drain() == 3
    assert numbers(receiver) == [1, 2, 3]
    assert desk.waiting == 0
    assert desk.sender.sending.state == "idle"


@pytest.mark.parametrize("status", [500, 502, 503, 408, 425, 429, 404, 301])
async def test_a_failure_that_may_pass_leaves_the_item_at_the_head(desk, receiver, status):
    desk.add(1, 2)
    receiver.answers = [refuse(status)]
    assert await desk.sender.drain() == 0
    assert desk.sender.sending.state == "waiting"
    assert str(status) in desk.sender.sending.detail
    assert await desk.sender.drain() == 2
    assert numbers(receiver) == [1, 2]


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_rejected_item_is_set_aside_and_the_rest_flows(desk, receiver, status):
    desk.add(1, 2, 3)
    receiver.answers = [accept, refuse(status)]
    assert await desk.sender.drain() == 2
    assert numbers(receiver) == [1, 3]
    assert take_stock(desk.folder).rejected == 1


async def test_a_lost_answer_costs_a_second_sending_and_no_snapshot(desk, receiver):
    desk.add(1, 2)
    receiver.answers = [lose_answer]
    assert await desk.sender.drain() == 0
    assert await desk.sender.drain() == 2
    assert numbers(receiver) == [1, 1, 2]


async def test_a_receiver_that_hangs_is_given_up_and_asked_again(desk, receiver, monkeypatch):
    monkeypatch.setattr("services.scraper.client.TIMEOUT_SECONDS", 0.1)
    async with Client(receiver.url) as client:
        desk.sender._post = client
        receiver.silent = True
        desk.add(1)
        assert await desk.sender.drain() == 0
    assert "no answer" in desk.sender.sending.detail
    assert desk.waiting == 1


async def test_a_receiver_that_is_down_is_waited_for(desk, receiver, quick):
    desk.add(1, 2)
    await receiver.__aexit__()
    async with desk.running():
        await until(lambda: desk.sender.sending.state == "waiting")
        desk.add(3)
        await receiver.__aenter__()
        await until(lambda: desk.waiting == 0)
    assert numbers(receiver) == [1, 2, 3]


async def test_a_refused_key_pauses_sending_until_it_is_changed(desk, receiver, quick):
    desk.key = "wrong"
    desk.add(1, 2)
    async with desk.running():
        await until(lambda: desk.sender.sending.state == "refused")
        await asyncio.sleep(0.1)
        assert receiver.asked == ["wrong"]
        desk.key = "right"
        await until(lambda: desk.waiting == 0)
    assert numbers(receiver) == [1, 2]


async def test_without_a_key_nothing_is_sent_and_it_is_said_once(desk, receiver, quick):
    desk.key = None
    desk.add(1)
    async with desk.running():
        await until(lambda: desk.sender.sending.state == "no_key")
        await asyncio.sleep(0.1)
        assert receiver.asked == []
        assert [sending.state for sending in desk.told] == ["no_key"]
        desk.key = "right"
        await until(lambda: desk.waiting == 0)


async def test_a_new_item_is_sent_at_once(desk, receiver):
    async with desk.running():
        await asyncio.sleep(0.05)
        desk.add(1)
        desk.sender.more.set()
        await until(lambda: numbers(receiver) == [1])


async def test_a_web_page_for_an_answer_is_no_receiver(desk, receiver):
    desk.add(1)
    receiver.answers = [refuse(200, Content_Type="text/html")]
    assert await desk.sender.drain() == 0
    assert "a web page came back" in desk.sender.sending.detail
    assert desk.waiting == 1


async def test_the_key_is_not_carried_to_another_address(desk, receiver):
    desk.add(1)
    async with FakeReceiver() as other:
        receiver.answers = [refuse(307, Location=other.url)]
        await desk.sender.drain()
        assert other.asked == []
