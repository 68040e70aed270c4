"""A practice console in a process of its own, and a client that knows nothing of its insides."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest


class Answer:
    """What came back over HTTP."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """The address of a running console, and how to call it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method, path, sent, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def put(self, **change: Any) -> Answer:
        answer = self.call("PUT", "/practice/control", change)
        assert answer.status == 200, answer.body
        return answer

    def state(self) -> Any:
        return self.get("/practice/state").json()

    def usage(self, **headers: str) -> Answer:
        return self.get(f"/api/organizations/{self.state()['organization']}/usage", **headers)


def drain(log: IO[str]) -> None:
    """Read a log to its end: a full pipe would stop who writes it."""
    with log:
        log.read()


def start(**environ: str) -> tuple[subprocess.Popen[str], Served]:
    """Start a console on a free port, which it tells in its log, and wait until it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "services.practice"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "LOG_FORMAT": "json", "PRACTICE_PORT": "0", **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if not line.startswith("{"):
            raise AssertionError(line + process.stderr.read())
        told = json.loads(line)
        if told["event"] == "practice console serves":
            served = Served(told["port"])
            threading.Thread(target=drain, args=(process.stderr,)).start()
            assert served.get("/livez").status == 200
            return process, served
    raise AssertionError("the console ended without serving")


def end(process: subprocess.Popen[str]) -> None:
    """Stop a console, if it still runs, and see that it ended well."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


@pytest.fixture(scope="session")
def console_process() -> Iterator[Served]:
    process, served = start()
    yield served
    end(process)


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[subprocess.Popen[str], Served]]]:
    """Start consoles with settings of the test's own; they are stopped after it."""
    processes = []

    def starting(**environ: str) -> tuple[subprocess.Popen[str], Served]:
        process, served = start(**environ)
        processes.append(process)
        return process, served

    yield starting
    for process in processes:
        end(process)


@pytest.fixture
def served(console_process: Served) -> Iterator[Served]:
    """The console as it is after a start."""
    console_process.call("DELETE", "/practice/control")
    yield console_process
    console_process.call("DELETE", "/practice/control")
