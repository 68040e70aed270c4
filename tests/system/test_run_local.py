"""`make run-local`, as a new user finds it, in a folder of its own."""

import os
import signal
import socket

import pytest

from tests.system.conftest import USAGE, fetch, wait_until
from tests.system.local import Local

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_one_command_records_and_ctrl_c_stops_everything(local: Local) -> None:
    local.start()
    said = wait_until(
        lambda: text if "recording:" in (text := local.printed.read_text()) else "",
        seconds=90,
        what=f"a first reading ({local.printed})",
    )
    key = (local.folder / "key").read_text().strip()
    assert f"#key={key}" in said
    assert (local.folder / "key").stat().st_mode & 0o777 == 0o600
    status, latest = fetch(f"http://127.0.0.1:{local.ports['RECEIVER_PORT']}{USAGE}", key=key)
    assert (status, latest["versionInfo"]["total"]) == (200, 1)
    other = f"http://127.0.0.1:{local.ports['RECEIVER_PORT']}/api/v1/accounts/work/snapshots"
    assert fetch(other, key=key)[0] == 200  # its key opens every account
    assert (local.folder / "practice/store/console-usage-synced.json").is_file()
    wait_until(lambda: "scraper: ok." in local.printed.read_text(), seconds=20, what="how scraping goes")
    shown = local.run("control", "status")
    assert shown.returncode == 0, shown.stdout
    assert [line.split()[:2] for line in shown.stdout.splitlines()] == [
        [name, "RUNNING"] for name in ("alerter", "janitor", "practice", "receiver", "scraper")
    ]
    assert "runs already" in local.run("run_local").stderr
    assert local.stop() == 0
    assert "all stopped" in local.printed.read_text()
    stopped = local.run("control", "status")
    assert (stopped.returncode, "make run-local" in stopped.stdout) == (4, True)


def test_a_taken_port_is_one_sentence_with_the_cure(local: Local) -> None:
    with socket.create_server(("127.0.0.1", int(local.ports["RECEIVER_PORT"]))):
        ended = local.run("run_local")
    assert ended.returncode == 1
    assert "RECEIVER_PORT=" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_programs_with_bad_settings_are_named_with_their_own_words(local: Local) -> None:
    ended = local.run("run_local", SCRAPER_INTERVAL_SECONDS="5", RETENTION_DAYS="x")
    assert ended.returncode == 1
    assert "settings (from the environment or .env) that cannot be used" in ended.stderr
    assert ended.stderr.count("SCRAPER_INTERVAL_SECONDS: '5'") == 1
    assert ended.stderr.count("RETENTION_DAYS: 'x'") == 1
    assert "Marigraph serves" not in ended.stdout


def test_a_store_that_takes_nothing_is_named_with_its_reason(local: Local) -> None:
    ended = local.run("run_local", RECEIVER_DISK_FLOOR="999999999MB")
    assert ended.returncode == 1
    assert "the receiver cannot store anything in" in ended.stderr
    assert "are free, less than RECEIVER_DISK_FLOOR" in ended.stderr


def test_words_that_need_a_file_ask_for_it(local: Local) -> None:
    asked = local.run("control", "backup")
    assert (asked.returncode, asked.stderr) == (2, "name the file: make backup FILE=marigraph.ndjson.gz\n")


def test_demo_data_never_mixes_with_a_real_record(local: Local) -> None:
    refused = local.run("control", "demo-data", SCRAPER_USAGE_URL="https://claude.ai/settings/usage")
    assert refused.returncode == 2
    assert not (local.folder / "record" / "store").exists()


def test_everything_ends_with_a_supervisord_that_was_killed(local: Local) -> None:
    local.start()
    wait_until(lambda: "Marigraph serves" in local.printed.read_text(), seconds=90, what="serving")
    os.kill(int((local.folder / "run" / "supervisord.pid").read_text()), signal.SIGKILL)
    assert local.process
    assert local.process.wait(60) == 1
    said = local.printed.read_text()
    assert "supervisord is gone; ending what it left behind: " in said
    assert "supervisord was killed" in said
    assert "all stopped" not in said
    assert "nothing runs here" in local.run("control", "status").stdout


def test_closing_the_terminal_ends_everything(local: Local) -> None:
    local.start()
    wait_until(lambda: "starting" in local.printed.read_text(), what="the start")
    wait_until((local.folder / "run" / "supervisord.pid").exists, what="supervisord")
    assert local.process
    local.process.send_signal(signal.SIGHUP)
    assert local.process.wait(60) == 0
    assert "nothing runs here" in local.run("control", "status").stdout
