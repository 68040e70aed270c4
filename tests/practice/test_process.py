"""The console as a process: its start, its refusals, its end; and the filling of a store."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.practice", *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_port_that_is_taken_is_one_sentence_with_the_cure():
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = run(PRACTICE_PORT=str(other.getsockname()[1]))
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "is taken" in ended.stderr
    assert "PRACTICE_PORT" in ended.stderr


def test_an_address_that_is_not_ours_is_told_by_the_name_of_the_setting():
    ended = run(PRACTICE_HOST="192.0.2.7")
    assert ended.returncode == 1
    assert "PRACTICE_HOST" in ended.stderr


def test_bad_settings_are_all_named_and_end_it_with_2():
    ended = run(PRACTICE_PORT="99999", PRACTICE_ERA="1999-01", LOG_FORMAT="xml")
    assert ended.returncode == 2
    assert all(name in ended.stderr for name in ("PRACTICE_PORT", "PRACTICE_ERA", "LOG_FORMAT"))


def give_up_on(served):
    with contextlib.suppress(OSError):  # the console closes the connection
        served.usage()


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_even_while_an_answer_is_due(started, signal_number):
    process, served = started()
    served.put(delaySeconds=60)
    waiting = threading.Thread(target=give_up_on, args=(served,))
    waiting.start()
    time.sleep(0.3)
    asked = time.monotonic()
    process.send_signal(signal_number)
    process.wait(timeout=10)
    assert time.monotonic() - asked < 3
    assert process.returncode == 0
    waiting.join()


def test_the_settings_choose_era_and_person(started):
    _, served = started(PRACTICE_ERA="2026-04", PRACTICE_SEED="7")
    _, other = started(PRACTICE_SEED="8")
    assert served.state()["era"] == "2026-04"
    assert served.state()["organization"] != other.state()["organization"]
    assert served.state()["figures"]["weekly"] != other.state()["figures"]["weekly"]


def test_demo_data_fills_a_store_and_filling_again_adds_nothing(tmp_path):
    arguments = (
        "demo-data",
        "--store",
        f"file://{tmp_path}/store",
        "--days",
        "2",
        "--until",
        "2026-11-18T15:03:00Z",
    )
    first, again = run(*arguments), run(*arguments)
    assert first.returncode == again.returncode == 0, first.stderr
    assert "default: 0 versions stored" in again.stdout
    assert "work: 0 versions stored" in again.stdout
    assert "done in" in again.stdout
    assert "default: 40%\n" in first.stdout, "progress is shown in lines where there is no terminal"
    history = tmp_path / "store" / "console-usage-history"
    latest = json.loads((tmp_path / "store" / "console-usage-synced.json").read_bytes())
    versions = list(history.glob("2026-*.json"))
    assert f"default: {len(versions)} versions stored" in first.stdout
    assert latest["lastUpdated"].startswith("2026-11-18T15:0")
    assert (tmp_path / "store" / "accounts" / "work").is_dir()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--store", "ftp://x"), "ftp://x"),
        (("--store", "memory:", "--days", "none"), "'none'"),
        (("--store", "memory:", "--until", "yesterday"), "yesterday"),
        ((), "--store"),
    ],
)
def test_bad_arguments_are_named_and_end_it_with_2(arguments, words):
    ended = run("demo-data", *arguments)
    assert ended.returncode == 2
    assert words in ended.stderr


def test_a_store_that_refuses_is_told_in_a_sentence(tmp_path):
    (tmp_path / "store").write_text("a file, not a folder")
    ended = run("demo-data", "--store", f"file://{tmp_path}/store", "--days", "1")
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.02, 0.04, 0.08])
def test_a_signal_that_comes_while_it_starts_is_not_lost(delay):
    process = subprocess.Popen(
        [sys.executable, "-m", "services.practice"],
        cwd=ROOT,
        env={**os.environ, "PRACTICE_PORT": "0"},
        stderr=subprocess.PIPE,
    )
    with process:
        process.stderr.read(1)  # the first letter of its log: it handles signals by now
        time.sleep(delay)
        process.terminate()
        assert process.wait(timeout=10) == 0
