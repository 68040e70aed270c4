"""The receiver as a process: its start, its settings, its end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


class Process:
    """`python -m services.receiver` with given settings."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.repository = repository
        self.started: list[subprocess.Popen[str]] = []
        self.settings = {
            "PATH": os.environ["PATH"],
            "STORE_URL": f"file://{folder}/store",
            "CLAUDE_SYNC_API_KEY": "a-key-for-process-tests",
            "RECEIVER_PORT": "0",
        }

    def start(self, **more: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "services.receiver"],
            cwd=self.repository,
            env=self.settings | more,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def ended(self, **more: str) -> tuple[int, str]:
        process = self.start(**more)
        _, said = process.communicate(timeout=20)
        return process.returncode, said


@pytest.fixture
def process(tmp_path: Path, repository: Path) -> Iterator[Process]:
    made = Process(tmp_path, repository)
    yield made
    for started in made.started:
        started.kill()
        started.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_right_after_its_start(process: Process, number: int) -> None:
    running = process.start()
    assert running.stderr is not None
    assert "receiver serves" in running.stderr.readline()
    began = time.monotonic()
    running.send_signal(number)
    _, said = running.communicate(timeout=10)
    assert running.returncode == 0
    assert "receiver stopped" in said
    assert "Traceback" not in said
    assert time.monotonic() - began < 5


def test_every_bad_setting_is_named_at_once(process: Process) -> None:
    code, said = process.ended(
        STORE_URL="nowhere", RECEIVER_PORT="many", CLAUDE_SYNC_API_KEY="", LOG_FORMAT="xml"
    )
    assert code == 2
    for name in ("STORE_URL", "RECEIVER_PORT", "CLAUDE_SYNC_API_KEY", "LOG_FORMAT"):
        assert f"\n  {name}" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nonsense", "not a keys file"),
        ('{"keys": {}}', "not a keys file"),
        ('{"keys": [{"name": "x"}]}', "sha256"),
        ('{"keys": [], "until": 3}', "until"),
    ],
)
def test_a_bad_keys_file_is_named(process: Process, tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    code, printed = process.ended(RECEIVER_KEYS_FILE=str(file))
    assert code == 2
    assert said in printed
    assert str(file) in printed


def test_a_taken_port_is_one_sentence_with_the_cure(process: Process) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = process.ended(RECEIVER_PORT=str(taken.getsockname()[1]))
    assert code == 1
    assert said.count("\n") == 1
    assert "RECEIVER_PORT" in said


@pytest.mark.parametrize("url", ["file:///proc/nowhere/store", "file:///dev/null/store"])
def test_a_store_that_cannot_be_written_is_one_sentence_with_the_cure(process: Process, url: str) -> None:
    code, said = process.ended(STORE_URL=url)
    assert code == 1
    assert said.count("\n") == 1
    assert "STORE_URL" in said


def test_a_start_mends_what_a_crash_left(process: Process, tmp_path: Path) -> None:
    folder = tmp_path / "store" / "console-usage-history"
    folder.mkdir(parents=True)
    (folder / "2026-02-09T12-00-00-0123abcd.json").write_text(
        '{"lastUpdated":"2026-02-09T12:00:00Z","currentSession":{"percentageUsed":1,"resetsIn":"1 hr"}}'
    )
    running = process.start()
    assert running.stderr is not None
    said = "".join(running.stderr.readline() for _ in range(3))
    running.terminate()
    running.communicate(timeout=10)
    assert said.count("store mended") == 2
    assert (tmp_path / "store" / "console-usage-synced.json").is_file()
