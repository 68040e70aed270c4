"""What `make stop`, `make status` and `make run-local` say and do where supervisord was killed."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.conftest import wait_until
from tests.system.local import Local

Begin = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begins a process with the mark of a set-up's folder and a program's name, as supervisord does."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, name: str, code: str = "") -> "subprocess.Popen[bytes]":
        environ = {**os.environ, "MARIGRAPH_RUN_LOCAL": str(folder), "SUPERVISOR_PROCESS_NAME": name}
        ready = tmp_path / f"{name}-{len(begun)}"
        script = (
            f"import pathlib, signal, time\n{code}\npathlib.Path({str(ready)!r}).touch()\ntime.sleep(300)"
        )
        begun.append(subprocess.Popen([sys.executable, "-c", script], env=environ))
        wait_until(ready.exists, what="its start")
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()


@pytest.fixture
def left(repository: Path) -> Iterator[Local]:
    """A set-up whose supervisord was killed: its socket is still there, and nobody listens."""
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as dead:
        built = Local(Path(short) / "local", repository)
        (built.folder / "run").mkdir(parents=True)
        (built.folder / "supervisord.conf").write_text("")
        dead.bind(str(built.folder / "run" / "supervisor.sock"))
        yield built


def test_a_dead_socket_alone_counts_as_nothing_runs(left: Local) -> None:
    status, stop = left.run("control", "status"), left.run("control", "stop")
    assert (status.returncode, stop.returncode) == (4, 0)
    assert "nothing runs here" in status.stdout
    assert "nothing runs here" in stop.stdout


def test_stop_ends_what_is_left_and_nobody_elses(left: Local, begin: Begin) -> None:
    ours, stranger = begin(left.folder, "receiver"), begin(left.folder.parent, "receiver")
    status = left.run("control", "status")
    assert (status.returncode, f"receiver (pid {ours.pid})" in status.stdout) == (3, True)
    refused = left.run("run_local")
    assert (refused.returncode, f"receiver (pid {ours.pid})" in refused.stderr) == (1, True)
    assert "`make stop` ends them" in refused.stderr
    assert left.run("control", "stop").returncode == 0
    assert ours.wait(10) == -signal.SIGTERM
    assert stranger.poll() is None
    assert left.run("control", "status").returncode == 4
