"""A container's first process, tried without a container: it runs as any other process does."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.scripts import load

INSIDE = Path(__file__).parents[2] / "deploy" / "containers" / "inside"
WATCHED = [sys.executable, "-IS", str(INSIDE / "watched.py")]

watched = load(INSIDE / "watched.py")
healthcheck = load(INSIDE / "healthcheck.py")

SERVICE = """
import os, signal, socket, sys, time
speaking = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
speaking.connect(os.environ["NOTIFY_SOCKET"])
speaking.send(b"READY=1\\nSTATUS=well")
signal.signal(signal.SIGUSR1, lambda *_: speaking.send(b"WATCHDOG=1\\nX_UNWELL=the disk is full"))
signal.signal(signal.SIGUSR2, lambda *_: speaking.send(b"WATCHDOG=1\\nX_UNWELL="))
print("ready", os.getpid(), flush=True)
while True:
    time.sleep(0.2)
    speaking.send(b"WATCHDOG=1")
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*WATCHED, *command], capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def check_health(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-IS", INSIDE / "healthcheck.py", *arguments]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return asked.returncode, asked.stdout.strip()


@pytest.fixture
def service() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A service that says it lives; the watching process, and the service's own number."""
    command = [*WATCHED, sys.executable, "-c", SERVICE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        number = int(running.stdout.readline().split()[1])
        yield running, number
        for process in (number, running.pid):
            if running.poll() is None:
                os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 2", 2), ("kill -KILL $$", 137), ("kill -TERM $$", 143)],
)
def test_the_commands_end_is_passed_on(script: str, code: int) -> None:
    assert run("sh", "-c", script).returncode == code


def test_a_command_that_is_not_there_is_named() -> None:
    ended = run("no-such-command")
    assert ended.returncode == 127
    assert "no-such-command cannot be run" in ended.stderr


def test_a_process_left_behind_is_reaped() -> None:
    # The orphan's new parent is the nearest that asked for it, as a container's first process has by nature.
    script = (
        "import ctypes, os, sys; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n"
        "sys.argv = ['watched.py', 'sh', '-c', '(sleep 0.2 & ) ; sleep 1; ps --ppid $PPID -o stat= | grep -c Z']\n"
        f"exec(open({str(INSIDE / 'watched.py')!r}).read())"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "0", ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_service(
    service: tuple[subprocess.Popen[str], int], number: signal.Signals
) -> None:
    running, _ = service
    running.send_signal(number)
    assert running.wait(10) in {128 + number, 1}  # Python turns SIGINT into an exception


def test_a_service_that_lives_is_left_alone(service: tuple[subprocess.Popen[str], int]) -> None:
    running, _ = service
    time.sleep(watched.SILENCE_SECONDS + 1.5)
    assert running.poll() is None


def test_a_service_that_was_stopped_is_ended_and_that_is_said(
    service: tuple[subprocess.Popen[str], int],
) -> None:
    running, number = service
    os.kill(number, signal.SIGSTOP)
    assert running.wait(watched.SILENCE_SECONDS + 5) == 137
    assert running.stderr
    assert "no sign of life for 5 s" in running.stderr.read()


def test_one_who_is_stopped_and_woken_goes_on(service: tuple[subprocess.Popen[str], int]) -> None:
    running, _ = service
    running.send_signal(signal.SIGSTOP)
    time.sleep(watched.LOOK_SECONDS + 0.3)
    running.send_signal(signal.SIGCONT)
    time.sleep(watched.LOOK_SECONDS + 0.3)
    assert running.poll() is None
    running.send_signal(signal.SIGTERM)
    assert running.wait(10) == 128 + signal.SIGTERM


def test_what_a_service_says_of_its_health_reaches_the_check(
    service: tuple[subprocess.Popen[str], int],
) -> None:
    running, _ = service

    def becomes(wanted: tuple[int, str]) -> bool:
        return any(check_health() == wanted or time.sleep(0.1) for _ in range(50))

    assert becomes((0, "well"))
    running.send_signal(signal.SIGUSR1)
    assert becomes((1, "the disk is full"))
    running.send_signal(signal.SIGUSR2)
    assert becomes((0, "well"))


def test_a_service_that_is_not_ready_is_not_well(tmp_path: Path) -> None:
    assert check_health()[1].startswith("nothing is known")
    (tmp_path / watched.HEALTH).write_text("well")  # of one before, whose container was killed
    command = [sys.executable, "-IS", INSIDE / "healthcheck.py"]
    assert "not ready" in run(*map(str, command)).stdout


def test_a_command_that_never_said_it_is_ready_is_not_watched() -> None:
    assert run("sleep", str(watched.SILENCE_SECONDS + 1)).returncode == 0


def signs(*said: tuple[float, str]) -> Callable[[float], float]:
    """Play what was said and when, looking twice a second; return how to ask for the silence at a moment."""

    def silent(end: float) -> float:
        state, now, left = watched.Signs(), 0.0, list(said)
        while now < end:
            now += 0.5
            while left and left[0][0] <= now:
                state = state.hearing(left.pop(0)[1], now)
            state = state.looking(now)
        return state.silent

    return silent


def test_silence_counts_from_the_last_sign() -> None:
    assert signs((1, "READY=1"), (3, "WATCHDOG=1"))(6) == 3


def test_a_service_that_starts_or_stops_may_be_silent() -> None:
    assert signs()(60) == 0
    assert signs((1, "READY=1"), (2, "STOPPING=1\nSTATUS=stopping"))(60) == 0


def test_one_who_was_away_himself_begins_anew() -> None:
    state = watched.Signs().hearing("READY=1", 1.0).looking(1.0)
    assert state.looking(1.5).looking(2.0).silent == 1
    assert state.looking(61.0).silent == 0
    assert state.looking(61.0).looking(61.5).looking(62.0).silent == 1


@pytest.mark.parametrize(
    ("environ", "where"),
    [
        ({}, ("127.0.0.1", 4000)),
        ({"RECEIVER_HOST": "0.0.0.0", "RECEIVER_PORT": ""}, ("127.0.0.1", 4000)),
        ({"RECEIVER_HOST": "::", "RECEIVER_PORT": "4711"}, ("::1", 4711)),
        ({"RECEIVER_HOST": "10.0.0.7"}, ("10.0.0.7", 4000)),
    ],
)
def test_the_health_check_asks_where_the_service_listens(
    environ: dict[str, str], where: tuple[str, int]
) -> None:
    assert healthcheck.address(environ, "RECEIVER", "4000") == where


def test_the_health_check_says_that_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    code, said = check_health("RECEIVER", port, "/readyz")
    assert code == 1
    assert f"no answer from 127.0.0.1 port {port}" in said
