"""Sending against a receiver that fails in every way: nothing is lost, nothing stands in the way of the rest."""

import asyncio

import pytest
from desk import Desk
from fake_receiver import FakeReceiver, accept, lose_answer, refuse, say

from services.scraper.outgoing.client import Client
from services.scraper.outgoing.outbox import take_stock


@pytest.fixture
async def receiver():
    async with FakeReceiver() as fake:
        yield fake


@pytest.fixture
async def desk(tmp_path, receiver):
    async with Client() as client:
        yield Desk(tmp_path, client, receiver.url)


def numbers(receiver):
    return [document["n"] for document in receiver.taken]


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_everything_that_waits_is_sent_in_order(desk, receiver):
    desk.add(1, 2, 3)
    assert await desk.drain() == 3
    assert numbers(receiver) == [1, 2, 3]
    assert desk.waiting == 0
    assert desk.sender.sending.state == "idle"


@pytest.mark.parametrize("status", [500, 502, 503, 408, 425, 429, 404, 301])
async def test_a_failure_that_may_pass_leaves_the_item_at_the_head(desk, receiver, status):
    desk.add(1, 2)
    receiver.answers = [refuse(status)]
    assert await desk.drain() == 0
    assert desk.sender.sending.state == "waiting"
    assert str(status) in desk.sender.sending.detail
    assert await desk.drain() == 2
    assert numbers(receiver) == [1, 2]


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_rejected_item_is_set_aside_and_the_rest_flows(desk, receiver, status):
    desk.add(1, 2, 3)
    receiver.answers = [accept, refuse(status)]
    assert await desk.drain() == 2
    assert numbers(receiver) == [1, 3]
    assert take_stock(desk.folder).rejected == 1


async def test_a_lost_answer_costs_a_second_sending_and_no_snapshot(desk, receiver):
    desk.add(1, 2)
    receiver.answers = [lose_answer]
    assert await desk.drain() == 0
    assert await desk.drain() == 2
    assert numbers(receiver) == [1, 1, 2]


async def test_a_receiver_that_hangs_is_given_up_and_asked_again(desk, receiver, monkeypatch):
    monkeypatch.setattr("services.scraper.outgoing.client.TIMEOUT_SECONDS", 0.1)
    receiver.silent = True
    desk.add(1)
    assert await desk.drain() == 0
    assert "no answer" in desk.sender.sending.detail
    assert desk.waiting == 1


async def test_a_receiver_that_is_down_is_waited_for(desk, receiver):
    desk.add(1, 2)
    await receiver.__aexit__()
    async with desk.running():
        await until(lambda: desk.sender.sending.state == "waiting")
        desk.add(3)
        await receiver.__aenter__()
        await until(lambda: desk.waiting == 0)
    assert numbers(receiver) == [1, 2, 3]


async def test_a_refused_key_pauses_sending_until_it_is_changed(desk, receiver):
    desk.key = "wrong"
    desk.add(1, 2)
    async with desk.running():
        await until(lambda: desk.sender.sending.state == "refused")
        await asyncio.sleep(0.1)
        assert receiver.asked == ["wrong"]
        desk.key = "right"
        await until(lambda: desk.waiting == 0)
    assert numbers(receiver) == [1, 2]


async def test_without_a_key_nothing_is_sent_and_it_is_said_once(desk, receiver):
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


@pytest.mark.parametrize(
    "answer",
    [
        refuse(200, Content_Type="text/html"),
        say(b"<html>Please log in</html>"),
        say(b"Please log in", "text/plain"),
        say(b'{"success": tr'),
        say(b'{"success": false, "errorCode": "STORAGE_WRITE_FAILED"}'),
        say(b"[]"),
    ],
)
async def test_a_success_that_is_no_receiver_s_is_none(desk, receiver, answer):
    desk.add(1)
    receiver.answers = [answer]
    assert await desk.drain() == 0
    assert desk.sender.sending.state == "waiting"
    assert desk.waiting == 1
    assert await desk.drain() == 1


@pytest.mark.parametrize("body", [b"", b"{}", b'{"success": true}', b'{"id": "x"}'])
async def test_a_plain_server_s_success_is_one(desk, receiver, body):
    desk.add(1)
    receiver.answers = [say(body)]
    assert await desk.drain() == 1


async def test_web_pages_that_refuse_one_after_the_other_take_no_more_than_three_from_the_queue(
    desk, receiver
):
    desk.add(*range(10))
    receiver.answers = [say(b"<html>400 Bad Request</html>", "text/html", 400)] * 5
    await desk.drain()
    assert desk.sender.sending.state == "waiting"
    assert "web page" in desk.sender.sending.detail
    assert desk.waiting == 7
    receiver.answers = []
    assert await desk.drain() == 7


async def test_a_refused_connection_is_told_in_plain_words(desk, receiver):
    desk.add(1)
    await receiver.__aexit__()
    await desk.drain()
    said = f"nothing listens at 127.0.0.1:{receiver.port}: start the receiver, or see CLAUDE_SYNC_URL"
    assert desk.sender.sending.detail == said
    await receiver.__aenter__()


async def test_what_is_not_http_is_told_in_plain_words(tmp_path):
    async def babble(reader, writer):
        await reader.read(10)
        writer.write(b"220 mail.example.org ESMTP\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Client() as client:
        desk = Desk(tmp_path, client, f"http://127.0.0.1:{port}/x")
        desk.add(1)
        await desk.drain()
    assert desk.sender.sending.detail == "what came back is not HTTP: see CLAUDE_SYNC_URL"


async def test_the_last_answer_is_remembered_with_its_time_and_trouble(desk, receiver):
    desk.add(1)
    receiver.answers = [refuse(503)]
    await desk.drain()
    assert (desk.told[-1].last_answer.status, desk.told[-1].last_answer.trouble) == (503, "no: 503")
    await desk.drain()
    assert (desk.told[-1].last_answer.status, desk.told[-1].last_answer.trouble) == (200, "")


async def test_the_time_of_the_next_try_is_told_and_kept(desk, receiver):
    desk.add(1)
    receiver.answers = [refuse(503, Retry_After="60")]
    await desk.drain()
    assert 59 < desk.lanes[0].due - desk.server.clock.monotonic() <= 60
    left = desk.told[-1].next_try_at - desk.server.clock.now()
    assert 59 < left.total_seconds() <= 60
    await desk.sender.turn()
    assert receiver.taken == []


async def test_an_outbox_that_cannot_be_read_is_told_and_tried_again(desk, receiver, monkeypatch):
    desk.add(1)
    with monkeypatch.context() as broken:
        broken.setattr("services.scraper.outgoing.outbox.Outbox.head", fail_to_read)
        assert await desk.drain() == 0
    assert desk.told[-1].state == "waiting"
    assert "Input/output error" in desk.told[-1].detail
    assert await desk.drain() == 1


def fail_to_read(*_):
    raise OSError(5, "Input/output error")


async def test_the_key_is_not_carried_to_another_address(desk, receiver):
    desk.add(1)
    async with FakeReceiver() as other:
        receiver.answers = [refuse(307, Location=other.url)]
        await desk.drain()
        assert other.asked == []


async def test_why_nothing_can_be_sent_is_told_in_the_receiver_s_own_words(desk, receiver):
    desk.add(1)
    told = b'{"success": false, "errorCode": "X", "message": "It is full.", "suggestion": "Make room. %s"}'
    receiver.answers = [say(told % (b"x" * 300), status=503)]
    await desk.drain()
    assert desk.sender.sending.detail.startswith("HTTP 503: It is full. Make room. xxx")
