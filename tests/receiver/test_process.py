"""The receiver as a process: its start, its settings, its end."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
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


def port_of(running: "subprocess.Popen[str]") -> int:
    """Wait until it serves, and return its port."""
    assert running.stderr is not None
    address = re.search(r"http://[^:]+:(\d+)", running.stderr.readline())
    assert address is not None
    return int(address[1])


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


def test_no_header_of_an_answer_is_empty(process: Process) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port_of(process.start())}/livez") as answer:
        assert [name for name, value in answer.headers.items() if not value] == []


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


def test_where_there_are_few_open_files_there_are_fewer_connections(process: Process) -> None:
    running = subprocess.Popen(
        ["bash", "-c", f"ulimit -n 300; exec {sys.executable} -m services.receiver"],
        cwd=process.repository,
        env=process.settings,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.started.append(running)
    port = port_of(running)
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(280)]
    clients[-1].sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 200 OK" in clients[-1].recv(1000)
    for client in clients:
        client.close()


@pytest.mark.parametrize("after", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])
def test_a_signal_at_any_moment_of_the_start_ends_it(process: Process, after: float) -> None:
    running = process.start()
    time.sleep(after)
    running.terminate()
    _, said = running.communicate(timeout=10)
    assert running.returncode in {0, -signal.SIGTERM}
    assert "Traceback" not in said


def test_slow_clients_do_not_keep_it_from_ending(process: Process) -> None:
    running = process.start()
    port = port_of(running)
    head = b"POST /api/claude/console-usage HTTP/1.1\r\nHost: x\r\nX-API-Key: a-key-for-process-tests\r\n"
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
    for number, client in enumerate(clients):
        client.sendall((b"", b"GET / HT", head + b"Content-Length: 100\r\n\r\n{")[number % 3])
    time.sleep(0.3)
    began = time.monotonic()
    running.terminate()
    _, said = running.communicate(timeout=10)
    assert running.returncode == 0
    assert time.monotonic() - began < 8
    assert "Traceback" not in said
    for client in clients:
        client.close()


def test_several_share_a_port(process: Process) -> None:
    first = process.start(RECEIVER_REUSE_PORT="1")
    port = port_of(first)
    second = process.start(RECEIVER_REUSE_PORT="1", RECEIVER_PORT=str(port))
    assert port_of(second) == port
    first.terminate()
    assert first.wait(10) == 0
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5) as answer:
        assert answer.status == 200
