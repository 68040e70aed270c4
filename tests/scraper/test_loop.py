"""The loop scrapes at its pace, keeps every reading, and can be woken."""

import asyncio
from collections import deque
from datetime import timedelta

import msgspec
import pytest
import structlog
from rendering import captured

from services.scraper import loop as loop_module
from services.scraper.capturing.captures import Captures
from services.scraper.capturing.scrub import scrubbed
from services.scraper.extract.snapshot import extract
from services.scraper.judging.outcome import Outcome
from services.scraper.loop import Scraping
from services.scraper.outgoing.outbox import REPORTS, Outbox, take_stock
from services.scraper.recorder import Recorder, read_last
from services.scraper.status import Board, read_status
from services.scraper.waking import WAKE
from shared.clock import SystemClock

PAGE = captured("2026-10-products")
GOOD = Outcome(state="ok", snapshot=extract(PAGE, collector="test"), page=PAGE)


class Stage:
    """A loop over given outcomes in a folder of its own."""

    def __init__(self, folder, *outcomes):
        self.folder = folder
        self.outcomes = list(outcomes)
        self.told = 0
        clock = SystemClock()
        board = Board(folder, "test", clock)
        reports = Outbox(folder, 5, clock, folder=REPORTS)
        recorder = Recorder(folder, Outbox(folder, 100, clock), reports, Captures(folder, 10), board, clock)
        self.scraping = Scraping(
            self.scrape, recorder, board, clock, wake=folder / WAKE, interval=60, recorded=self.tell
        )

    async def scrape(self):
        return self.outcomes.pop(0)

    def tell(self):
        self.told += 1

    async def run(self):
        await self.scraping.run(lambda: bool(self.outcomes))


@pytest.fixture
def quick(monkeypatch):
    """No waiting between turns."""
    monkeypatch.setattr(loop_module, "next_turn", lambda pace, *_, **__: (pace, 0.0))


async def test_each_good_turn_leaves_a_snapshot_and_each_turn_its_state(tmp_path, quick):
    stage = Stage(tmp_path, GOOD, GOOD, Outcome(state="network", detail="ERR_CONNECTION_REFUSED"))
    await stage.run()
    assert take_stock(tmp_path).waiting == 2
    status = read_status(tmp_path)
    assert (status.state, status.last_good_at) == ("network", GOOD.snapshot.last_updated)
    assert "ERR_CONNECTION_REFUSED" in status.message
    assert stage.told == 3


async def test_the_last_good_reading_outlives_a_failure(tmp_path, quick):
    await Stage(tmp_path, GOOD, Outcome(state="layout_changed")).run()
    assert read_last(tmp_path)["currentSession"]["percentageUsed"] == 47


async def test_a_state_is_dated_from_its_first_turn(tmp_path, quick):
    await Stage(tmp_path, Outcome(state="network")).run()
    since = read_status(tmp_path).since
    await asyncio.sleep(0.01)
    stage = Stage(tmp_path, Outcome(state="network"))
    stage.scraping._first_delay = lambda: 0.0
    await stage.run()
    assert read_status(tmp_path).since == since


async def test_only_changes_of_state_are_logged(tmp_path, quick):
    with structlog.testing.capture_logs() as lines:
        await Stage(tmp_path, GOOD, GOOD, Outcome(state="network"), Outcome(state="network"), GOOD).run()
    said = [(line["log_level"], line["event"]) for line in lines]
    assert said == [("info", "scraping: ok"), ("warning", "scraping: network"), ("info", "scraping: ok")]


async def test_a_reading_that_the_disk_refuses_is_kept_for_later(tmp_path, quick, monkeypatch):
    stage = Stage(tmp_path, GOOD, Outcome(state="network"))
    add, refusals = Outbox.add, [OSError(28, "No space left on device")]

    def full_once(self, document):
        if refusals:
            raise refusals.pop()
        return add(self, document)

    monkeypatch.setattr(Outbox, "add", full_once)
    await stage.run()
    assert take_stock(tmp_path).waiting == 1


async def test_readings_that_no_disk_takes_for_days_are_counted_when_they_are_forgotten(
    tmp_path, quick, monkeypatch
):
    monkeypatch.setattr(loop_module, "MOST_UNKEPT", 2)
    stage = Stage(tmp_path, GOOD, GOOD, GOOD, Outcome(state="network"))
    stage.scraping._unkept = deque(maxlen=2)
    with monkeypatch.context() as full:
        full.setattr(Outbox, "add", no_space)
        await stage.run()
    assert take_stock(tmp_path).tally.dropped == 2


def no_space(*_):
    raise OSError(28, "No space left on device")


async def test_touching_the_wake_file_asks_for_a_scrape_now(tmp_path, monkeypatch):
    monkeypatch.setattr(loop_module, "WAKE_LOOK", 0.01)
    stage = Stage(tmp_path, Outcome(state="login_required"), GOOD)
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(0.05)
    assert len(stage.outcomes) == 1
    (tmp_path / WAKE).touch()
    async with asyncio.timeout(5):
        while stage.outcomes:
            await asyncio.sleep(0.01)
    running.cancel()
    assert read_status(tmp_path).state == "ok"


async def until(done, seconds=5):
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.01)


async def test_who_asks_is_given_a_scrape_but_none_within_a_minute_of_the_last(tmp_path, monkeypatch):
    monkeypatch.setattr(loop_module, "SHORTEST", 0.5)
    stage = Stage(tmp_path, Outcome(state="login_required"), GOOD)
    assert not stage.scraping.takes_requests
    running = asyncio.create_task(stage.run())
    await until(lambda: len(stage.outcomes) == 1)
    assert stage.scraping.takes_requests
    stage.scraping.ask()
    await asyncio.sleep(0.2)
    assert len(stage.outcomes) == 1
    assert (read_status(tmp_path).next_scrape_at - SystemClock().now()).total_seconds() < 1
    await until(lambda: not stage.outcomes)
    running.cancel()


@pytest.mark.parametrize("state", ["challenge", "region_blocked"])
async def test_nobody_asks_a_scrape_around_a_block(tmp_path, monkeypatch, state):
    monkeypatch.setattr(loop_module, "SHORTEST", 0.0)
    stage = Stage(tmp_path, Outcome(state=state), GOOD)
    running = asyncio.create_task(stage.run())
    await until(lambda: len(stage.outcomes) == 1)
    assert not stage.scraping.takes_requests
    stage.scraping.ask()
    await asyncio.sleep(0.3)
    assert len(stage.outcomes) == 1
    running.cancel()


async def test_a_request_during_a_scrape_is_met_by_that_scrape(tmp_path, monkeypatch):
    monkeypatch.setattr(loop_module, "SHORTEST", 0.0)
    stage = Stage(tmp_path, Outcome(state="login_required"), GOOD)
    taken = stage.scraping._scrape

    async def asked_meanwhile():
        stage.scraping.ask()
        return await taken()

    stage.scraping._scrape = asked_meanwhile
    running = asyncio.create_task(stage.run())
    await until(lambda: len(stage.outcomes) == 1)
    await asyncio.sleep(0.3)
    assert len(stage.outcomes) == 1
    running.cancel()


async def test_a_restart_soon_after_a_scrape_waits_for_the_minute(tmp_path, quick):
    await Stage(tmp_path, GOOD).run()
    assert 55 < Stage(tmp_path, GOOD).scraping._first_delay() <= 60


async def test_a_restart_during_a_bot_check_waits_as_long_as_was_said(tmp_path):
    stage = Stage(tmp_path, GOOD)
    board = stage.scraping._board
    board.scraped(Outcome(state="challenge"))
    board.next_at(SystemClock().now() + timedelta(hours=1))
    assert 3500 < Stage(tmp_path, GOOD).scraping._first_delay() <= 3600


def test_captures_hold_no_mail_address_and_stay_within_their_bounds(tmp_path):
    page = msgspec.structs.replace(PAGE, title="Settings of jane.doe+x@example.com and a%40b.example.org")
    captures = Captures(tmp_path, 3)
    for second in range(6):
        taken = PAGE.taken_at + timedelta(seconds=second)
        captures.keep(scrubbed(msgspec.structs.replace(page, taken_at=taken)), "ok", None)
    kept = sorted((tmp_path / "captures").iterdir())
    assert [path.name for path in kept] == [f"20261014T15300{second}Z.json" for second in (3, 4, 5)]
    text = "".join(path.read_text() for path in kept)
    assert "example" not in text
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in kept)


def test_captures_are_bounded_by_bytes_too(tmp_path):
    captures = Captures(tmp_path, 100, max_bytes=10)
    captures.keep(PAGE, "ok", None)
    assert list((tmp_path / "captures").iterdir()) == []
