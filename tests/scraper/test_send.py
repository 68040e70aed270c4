"""`send` as a process: it empties the outbox, says why it cannot, and needs no browser."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from desk import REPOSITORY, Commands
from fake_receiver import refuse

from services.scraper.locks import hold_sending
from services.scraper.outgoing.outbox import take_stock
from services.scraper.status import read_status


@pytest.fixture
def commands(tmp_path, receiver):
    return Commands(tmp_path, receiver.url)


async def test_it_sends_all_that_waits(commands, receiver):
    commands.add(*range(7))
    code, said = await commands.run("send")
    assert (code, said.strip()) == (0, "sent: 7, waiting in the outbox: 0")
    assert [document["n"] for document in receiver.taken] == list(range(7))
    assert (await commands.run("send"))[1].strip() == "nothing waits in the outbox"


async def test_it_goes_on_through_failures(commands, receiver):
    commands.add(1, 2)
    receiver.answers = [refuse(503), refuse(429, Retry_After="1")]
    code, said = await commands.run("send")
    assert code == 0, said
    assert take_stock(commands.folder).waiting == 0


async def test_it_gives_up_in_time_and_says_why(commands, receiver):
    await receiver.__aexit__()
    commands.add(1)
    code, said = await commands.run("send", "--seconds", "0.5")
    assert code == 6
    assert (
        f"waiting in the outbox: 1: nothing listens at 127.0.0.1:{receiver.port}: start the receiver" in said
    )
    await receiver.__aenter__()


async def test_a_wrong_key_ends_it_at_once_and_is_told_by_status_until_it_is_right(commands, receiver):
    commands.environment["CLAUDE_SYNC_API_KEY"] = "wrong"
    commands.add(1)
    code, said = await commands.run("send")
    assert code == 6
    assert "waiting in the outbox: 1: the receiver refuses CLAUDE_SYNC_API_KEY (HTTP 401)" in said
    _, told = await commands.run("status")
    assert "refused: the receiver refuses CLAUDE_SYNC_API_KEY" in told
    assert "last answered 0 min ago: HTTP 401" in told
    assert take_stock(commands.folder).reports == 1
    commands.environment["CLAUDE_SYNC_API_KEY"] = "right"
    assert (await commands.run("send"))[0] == 0
    assert read_status(commands.folder).sending.state == "idle"
    assert receiver.reports[0]["state"] == "sending_refused"


async def test_without_a_key_it_says_so(commands):
    del commands.environment["CLAUDE_SYNC_API_KEY"]
    commands.add(1)
    code, said = await commands.run("send")
    assert code == 6
    assert "CLAUDE_SYNC_API_KEY is not set" in said


async def test_it_waits_for_another_that_sends(commands, receiver):
    commands.add(1)
    with hold_sending(commands.folder) as alone:
        assert alone
        code, _ = await commands.run("send", "--seconds", "1")
    assert (code, receiver.taken) == (6, [])
    assert (await commands.run("send"))[0] == 0


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "1e9"])
async def test_a_time_that_is_none_is_refused(commands, seconds):
    code, said = await commands.run("send", "--seconds", seconds)
    assert code == 2
    assert f"--seconds: '{seconds}' is not a number of seconds" in said


@pytest.mark.parametrize("after", [0.0, 0.3, 0.8, 1.5])
def test_run_told_to_stop_in_its_first_moments_ends_in_order(tmp_path, after):
    commands = Commands(tmp_path, "http://127.0.0.1:1/", SCRAPER_USAGE_URL="http://127.0.0.1:1/")
    process = subprocess.Popen(
        [sys.executable, "-m", "services.scraper", "run"],
        cwd=REPOSITORY,
        env=commands.environment,
        stderr=subprocess.PIPE,
    )
    while not hears(process.pid, signal.SIGTERM):
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()


def hears(pid, number):
    """Whether a process has said what to do at a signal: until then Python itself is still starting."""
    (caught,) = (
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt")
    )
    return int(caught.split()[1], 16) >> (number - 1) & 1
