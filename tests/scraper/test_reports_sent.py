"""Reports are sent as snapshots are, after them, and hold up none."""

import asyncio

import pytest
from desk import Desk
from fake_receiver import refuse

from services.scraper.outgoing.outbox import take_stock

ACCOUNTS = ("GET", "/api/v1/accounts")
SINGLE = ("POST", "/api/claude/console-usage")
REPORT = ("POST", "/api/v1/accounts/default/reports")


async def test_reports_follow_the_snapshots(desk, receiver):
    desk.report(1, 2)
    desk.add(1)
    await desk.drain()
    assert receiver.calls == [SINGLE, ACCOUNTS, REPORT]
    assert receiver.reports == [{"n": 1}, {"n": 2}]
    assert take_stock(desk.folder).reports == 0


@pytest.mark.parametrize("status", [500, 403, 404, 429])
async def test_reports_that_do_not_go_hold_up_no_snapshot(desk, receiver, status):
    desk.report(1)
    receiver.report_status = status
    await desk.drain()
    desk.add(1)
    await desk.sender.turn()
    assert [document["n"] for document in receiver.taken] == [1]
    assert desk.sender.sending.state == "idle"
    assert take_stock(desk.folder).reports == 1


async def test_a_report_that_is_rejected_is_set_aside(desk, receiver):
    desk.report(1)
    receiver.report_status = 400
    await desk.drain()
    assert (take_stock(desk.folder).reports, take_stock(desk.folder).rejected) == (0, 1)


async def test_reports_wait_for_the_snapshots_before_them(desk, receiver):
    desk.add(1)
    desk.report(1)
    receiver.answers = [refuse(503)]
    await desk.drain()
    assert receiver.reports == []


async def test_a_server_that_takes_no_reports_is_left_in_peace(tmp_path, client, old):
    desk = Desk(tmp_path, client, old.url)
    desk.report(1, 2)
    async with desk.running():
        await asyncio.sleep(0.2)
    assert old.calls == [ACCOUNTS]
    assert take_stock(tmp_path).reports == 2
