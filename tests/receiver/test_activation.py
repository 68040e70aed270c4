"""A receiver on a socket that systemd holds: restarts refuse nobody and lose nothing, and systemd hears of it."""

import contextlib
import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.clients import KEY, USAGE, Attempts, id_of, numbered
from tests.shared.test_supervised import Manager

RECEIVER = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=web exec "$@" 3<&0 0</dev/null'
"""A shell that hands its standard input over as systemd hands over a socket: it knows the process's number."""


class Unit:
    """What systemd does for a socket unit and its service: it holds the socket, and starts who serves it."""

    def __init__(self, folder: Path, repository: Path, listener: socket.socket) -> None:
        self.folder, self.repository, self.listener = folder, repository, listener
        self.manager = Manager(f"{folder}/notify")
        self.environ = {"WATCHDOG_USEC": "3000000"}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", RECEIVER, "sh", sys.executable, "-m", "services.receiver"],
                cwd=self.repository,
                env={
                    "PATH": os.environ["PATH"],
                    "STORE_URL": f"file://{self.folder}/store",
                    "CLAUDE_SYNC_API_KEY": KEY,
                    **self.manager.environ(**self.environ),
                },
                stdin=self.listener,
                stderr=log,
            )
        self.hears("READY=1")

    def hears(self, state: str) -> str:
        """Wait for a state to be told; returns the whole message."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for told in self.manager.heard():
                if state in told:
                    return told
            time.sleep(0.02)
        raise AssertionError(f"{state} was never told: {self.log.read_text()}")

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(timeout=15) == 0


@pytest.fixture
def unit(tmp_path: Path, repository: Path) -> Iterator[Unit]:
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        made = Unit(tmp_path, repository, listener)
        yield made
        if made.process is not None:
            made.process.kill()
            made.process.wait()
        made.manager.socket.close()


def address_of(unit: Unit) -> str:
    return f"http://127.0.0.1:{unit.listener.getsockname()[1]}"


class Staying:
    """A client that keeps its one connection, posts ten times a second, and goes on after an announced close."""

    def __init__(self, address: str) -> None:
        self.acknowledged = 0
        self.broken: list[str] = []
        self._host = address.removeprefix("http://")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._post_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _post_on(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=20)
        headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
        for number in itertools.count(500_000):
            if self._stop.wait(0.1):
                connection.close()
                return
            try:
                connection.request("POST", USAGE, json.dumps(numbered(number)), headers)
                answer = connection.getresponse()
                answer.read()
                self.acknowledged += answer.status == http.HTTPStatus.OK
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(repr(error))
                connection.close()


def test_restarts_refuse_no_client_and_lose_nothing(unit: Unit) -> None:
    unit.start()
    attempts, staying = Attempts(address_of(unit), 3, itertools.count()), Staying(address_of(unit))
    for _ in range(2):
        time.sleep(0.7)
        unit.stop()
        unit.start()
    time.sleep(0.5)
    attempts.stop()
    staying.stop()
    assert [id_of(number) for number in attempts.refused_numbers] == []
    assert staying.broken == []
    assert staying.acknowledged > 10
    stored = {path.stem for path in (unit.folder / "store/console-usage-history").glob("2*.json")}
    assert attempts.acknowledged <= stored
    assert len(stored) == len(attempts.acknowledged) + staying.acknowledged


def test_it_tells_systemd_when_it_serves_how_it_stands_and_that_it_stops(unit: Unit) -> None:
    unit.start()
    attempts = Attempts(address_of(unit), 1, itertools.count())
    assert "STATUS=default: silent, last reading" in unit.hears("STATUS=default")
    attempts.stop()
    unit.stop()
    unit.hears("STOPPING=1")


def test_a_receiver_that_hangs_shows_no_sign_of_life(unit: Unit) -> None:
    unit.start()
    unit.hears("WATCHDOG=1")
    assert unit.process is not None
    unit.process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    unit.manager.heard()
    time.sleep(2.2)  # two thirds of the watchdog's time, in which there would be two
    assert unit.manager.heard() == []
    unit.process.send_signal(signal.SIGCONT)
    unit.hears("WATCHDOG=1")


@pytest.mark.parametrize("abstract", [False, True])
def test_it_serves_a_unix_socket(tmp_path: Path, repository: Path, abstract: bool) -> None:
    name = f"\0marigraph-web-{os.getpid()}" if abstract else f"{tmp_path}/web"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        unit = Unit(tmp_path, repository, listener)
        unit.start()
        with contextlib.closing(http.client.HTTPConnection("localhost")) as connection:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(name)
            headers = {"X-API-Key": KEY, "Content-Type": "application/json"}
            connection.request("POST", USAGE, json.dumps(numbered(1)), headers)
            assert connection.getresponse().read().startswith(b'{"success":true')
        unit.stop()
        unit.manager.socket.close()
        assert f"http+unix:{name}".replace("\0", "@") in unit.log.read_text()


def test_a_second_socket_ends_it_with_a_sentence(tmp_path: Path, repository: Path) -> None:
    ended = subprocess.run(
        [
            "/bin/sh",
            "-c",
            RECEIVER.replace("FDS=1", "FDS=2"),
            "sh",
            sys.executable,
            "-m",
            "services.receiver",
        ],
        cwd=repository,
        env={"PATH": os.environ["PATH"], "STORE_URL": f"file://{tmp_path}", "CLAUDE_SYNC_API_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "keep one ListenStream=" in ended.stderr
