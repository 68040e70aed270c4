"""A backlog goes in batches where the receiver takes them; reports follow; nothing stands in the way of the rest."""

import asyncio

import pytest
from desk import Desk
from fake_receiver import accept, lose_answer, refuse, say

from services.scraper.outgoing import delivery as delivery_module
from services.scraper.outgoing.outbox import take_stock
from shared.schemas.codec import decode_document

ACCOUNTS = ("GET", "/api/v1/accounts")
MANY = ("POST", "/api/v1/accounts/default/snapshots")
SINGLE = ("POST", "/api/claude/console-usage")


def numbers(receiver):
    return [document["n"] for document in receiver.taken]


async def test_a_backlog_goes_in_order_in_growing_batches_over_one_connection(desk, receiver):
    desk.add(*range(1000))
    assert await desk.drain() == 1000
    assert numbers(receiver) == list(range(1000))
    assert receiver.calls == [ACCOUNTS, MANY, MANY, MANY, MANY]
    assert len(receiver.connections) == 1


async def test_one_snapshot_goes_where_the_origin_s_client_sent_it(desk, receiver):
    desk.add(1)
    assert await desk.drain() == 1
    assert receiver.calls == [SINGLE]


async def test_a_server_that_takes_single_snapshots_only_is_asked_once_and_given_them(tmp_path, client, old):
    desk = Desk(tmp_path, client, old.url)
    desk.add(1, 2, 3)
    assert await desk.drain() == 3
    desk.add(4, 5)
    assert await desk.drain() == 2
    assert numbers(old) == [1, 2, 3, 4, 5]
    assert old.calls == [ACCOUNTS] + [SINGLE] * 5


async def test_a_server_that_was_updated_is_found_out(tmp_path, client, old, monkeypatch):
    monkeypatch.setattr(delivery_module, "ASK_AGAIN", 0)
    desk = Desk(tmp_path, client, old.url)
    desk.add(1, 2)
    await desk.drain()
    await old.__aexit__()
    old.v1 = True
    await old.__aenter__()
    desk.add(3, 4)
    assert await desk.drain() == 2
    assert old.calls[-2:] == [ACCOUNTS, MANY]


async def test_a_server_of_another_kind_is_never_asked_for_our_calls(tmp_path, client, old):
    desk = Desk(tmp_path, client, f"{old.base}/hook")
    desk.add(1, 2)
    await desk.drain()
    assert old.calls == []


async def test_what_is_rejected_of_a_batch_is_set_aside_with_the_answer_and_the_rest_flows(desk, receiver):
    desk.add(1, 2, 3, 4)
    receiver.bad = {2: 400, 3: 422}
    assert await desk.drain() == 2
    assert numbers(receiver) == [1, 4]
    assert (desk.waiting, take_stock(desk.folder).rejected) == (0, 2)
    notes = [decode_document(path.read_bytes()) for path in (desk.folder / "rejected").glob("*.answer.json")]
    assert {note["status"] for note in notes} == {400, 422}
    assert all('"title":"no"' in note["answer"] for note in notes)


async def test_what_fails_of_a_batch_stays_and_is_the_first_of_the_next(desk, receiver):
    desk.add(1, 2, 3)
    receiver.bad = {2: 507}
    assert await desk.drain() == 2
    assert desk.sender.sending.state == "waiting"
    receiver.bad = {}
    desk.add(4)
    assert await desk.drain() == 2
    assert numbers(receiver) == [1, 3, 2, 4]


async def test_a_key_that_is_refused_for_a_batch_pauses_everything(desk, receiver):
    desk.key = "wrong"
    desk.add(1, 2)
    desk.report(1)
    async with desk.running():
        await until(lambda: desk.sender.sending.state == "refused")
        await asyncio.sleep(0.1)
        assert receiver.calls == [ACCOUNTS, MANY]
        desk.key = "right"
        await until(lambda: receiver.reports == [{"n": 1}])
    assert numbers(receiver) == [1, 2]


@pytest.mark.parametrize("answer", [refuse(413), refuse(400), refuse(422)])
async def test_a_batch_that_is_refused_as_a_whole_is_tried_in_halves(desk, receiver, answer):
    desk.add(1, 2, 3, 4)
    receiver.answers = [answer]
    assert await desk.drain() == 4
    assert numbers(receiver) == [1, 2, 3, 4]
    assert take_stock(desk.folder).rejected == 0


async def test_a_receiver_that_takes_few_at_once_gets_few_at_once(desk, receiver):
    receiver.most = 3
    desk.add(*range(20))
    assert await desk.drain() == 20
    assert numbers(receiver) == list(range(20))


async def test_a_long_item_does_not_make_a_batch_too_long(desk, receiver, monkeypatch):
    monkeypatch.setattr("services.scraper.outgoing.sender.BATCH_BYTES", 100)
    desk.add(1, 2, 3)
    desk.add(4, long="x" * 500)
    desk.add(5)
    assert await desk.drain() == 5
    assert numbers(receiver) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "answer",
    [
        say(b'{"results": [{"status": 201}]}'),
        say(b'{"results": [{"status": 201}, {"sta'),
        say(b'{"results": [{}, {}, 3]}'),
        say(b'{"success": true}'),
        say(b""),
        say(b"<html>", "text/html"),
        refuse(503),
        refuse(301, Location="http://elsewhere"),
    ],
)
async def test_an_answer_that_does_not_tell_of_each_item_leaves_them_all(desk, receiver, answer):
    desk.add(1, 2, 3)
    receiver.answers = [answer]
    assert await desk.drain() == 0
    assert desk.sender.sending.state == "waiting"
    assert desk.waiting == 3
    assert await desk.drain() == 3


async def test_a_batch_s_lost_answer_costs_a_second_sending_and_no_snapshot(desk, receiver):
    desk.add(1, 2)
    receiver.answers = [lose_answer]
    assert await desk.drain() == 0
    assert await desk.drain() == 2
    assert numbers(receiver) == [1, 2, 1, 2]


async def test_a_batch_that_takes_too_long_is_made_smaller(desk, receiver, monkeypatch):
    monkeypatch.setattr(delivery_module, "BATCH_SECONDS", 0.1)
    desk.add(1, 2, 3, 4)
    receiver.silent = True
    assert await desk.drain() == 0
    assert desk.lanes[0].post.most == 2
    receiver.silent = False
    assert await desk.drain() == 4


async def test_a_receiver_that_lost_the_newer_calls_gets_single_snapshots(desk, receiver):
    desk.add(1, 2)
    receiver.answers = [refuse(404)]
    assert await desk.drain() == 2
    assert receiver.calls == [ACCOUNTS, MANY, SINGLE, SINGLE]


async def test_another_account_s_snapshots_go_to_its_own_address(desk, receiver):
    desk.add(1, 2)
    desk.add(3, account="work")
    desk.add(4)
    assert await desk.drain() == 4
    assert numbers(receiver) == [1, 2, 3, 4]
    assert receiver.calls == [ACCOUNTS, MANY, ("POST", "/api/v1/accounts/work/snapshots"), SINGLE]


async def test_a_server_without_accounts_never_gets_another_account_s_snapshots(tmp_path, client, old):
    desk = Desk(tmp_path, client, old.url)
    desk.add(1, account="work")
    assert await desk.drain() == 0
    assert "no place for the account 'work' (it answers HTTP 404" in desk.sender.sending.detail
    assert (old.taken, desk.waiting) == ([], 1)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_for_patience_is_asked_nothing_else(desk, receiver, status):
    desk.add(1, 2)
    receiver.accounts_answer = refuse(status, Retry_After="60")
    assert await desk.drain() == 0
    assert receiver.calls == [ACCOUNTS]
    assert desk.lanes[0].due - desk.server.clock.monotonic() > 50


@pytest.mark.parametrize("answer", [refuse(500), refuse(302), say(b"<html>", "text/html")])
async def test_an_answer_that_tells_nothing_is_not_believed_for_long(desk, receiver, answer, monkeypatch):
    monkeypatch.setattr(delivery_module, "ASK_SOON", 0)
    desk.add(1, 2, 3)
    receiver.accounts_answer = answer
    assert await desk.drain() == 3
    receiver.accounts_answer, receiver.calls = None, []
    desk.add(4, 5)
    assert await desk.drain() == 2
    assert receiver.calls == [ACCOUNTS, MANY]


async def test_a_server_of_another_kind_never_gets_another_account_s_snapshots(tmp_path, client, old):
    desk = Desk(tmp_path, client, f"{old.base}/hook")
    desk.add(1, account="work")
    assert await desk.drain() == 0
    assert "CLAUDE_SYNC_URL is no address of a Marigraph receiver" in desk.sender.sending.detail
    assert old.calls == []


async def test_an_address_under_v1_is_used_without_asking(tmp_path, client, receiver):
    desk = Desk(tmp_path, client, f"{receiver.base}/api/v1/accounts/default/snapshots")
    desk.add(1)
    assert await desk.drain() == 1
    assert receiver.calls == [MANY]


async def test_a_server_s_bare_address_is_enough(tmp_path, client, receiver):
    desk = Desk(tmp_path, client, receiver.base)
    desk.add(1)
    assert await desk.drain() == 1
    assert receiver.calls == [ACCOUNTS, MANY]


async def test_a_mended_receiver_gets_its_keys_changed_without_ours(desk, receiver):
    """A refused key is tried again by and by: the list of keys may be what was changed."""
    desk.key = receiver.key = "wrong"
    receiver.answers = [refuse(401), accept]
    desk.add(1)
    assert await desk.drain() == 0
    assert await desk.drain() == 1


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)
