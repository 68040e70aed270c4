"""Telling systemd how a service stands: ready, alive only while the event loop turns, stopping."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.supervised import Supervisor, supervised


class Manager:
    """systemd's end of the notification socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)

    def environ(self, **more: str) -> dict[str, str]:
        return {"NOTIFY_SOCKET": self.address, "PATH": "/", **more}

    def heard(self) -> list[str]:
        found: list[str] = []
        try:
            while True:
                found.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return found


@pytest.fixture(params=["in the file system", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    abstract = f"@marigraph-notify-{os.getpid()}"
    made = Manager(abstract if request.param == "abstract" else f"{tmp_path}/notify")
    yield made
    made.socket.close()


async def test_it_is_ready_in_the_block_and_stopping_after_it(manager: Manager) -> None:
    async with supervised(Supervisor(manager.environ()), lambda: "reads\n every  5 minutes"):
        assert manager.heard() == ["READY=1\nSTATUS=reads every 5 minutes"]
    assert manager.heard()[-1] == "STOPPING=1\nSTATUS=stopping"


async def test_signs_of_life_come_while_the_loop_turns_and_not_while_it_hangs(manager: Manager) -> None:
    environ = manager.environ(WATCHDOG_USEC="150000", WATCHDOG_PID=str(os.getpid()))
    async with supervised(Supervisor(environ), lambda: "well"):
        await asyncio.sleep(0.4)
        alive = [told for told in manager.heard() if told.startswith("WATCHDOG=1")]
        assert len(alive) >= 3
        time.sleep(0.5)  # a handler that hangs
        assert manager.heard() == []
        await asyncio.sleep(0.1)
        assert set(manager.heard()) == {"WATCHDOG=1"}


async def test_a_line_that_did_not_change_is_not_told_again(manager: Manager) -> None:
    lines = iter(["one", "one", "one", "two"])
    environ = manager.environ(WATCHDOG_USEC="90000")
    async with supervised(Supervisor(environ), lambda: next(lines, "two")):
        await asyncio.sleep(0.3)
        said = [told for told in manager.heard() if "STATUS=" in told]
    assert said == ["READY=1\nSTATUS=one", "WATCHDOG=1\nSTATUS=two"]


async def test_that_it_is_unwell_is_told_and_that_it_is_well_again(manager: Manager) -> None:
    reasons = iter(["", "", "the disk is full"])
    environ = manager.environ(WATCHDOG_USEC="90000")
    async with supervised(Supervisor(environ), lambda: "one", lambda: next(reasons, "")):
        await asyncio.sleep(0.3)
        said = [told for told in manager.heard() if "X_UNWELL=" in told]
    assert said == ["WATCHDOG=1\nX_UNWELL=the disk is full", "WATCHDOG=1\nX_UNWELL="]


async def test_a_fault_in_the_words_ends_no_signs_of_life(manager: Manager) -> None:
    environ = manager.environ(WATCHDOG_USEC="90000")
    with capture_logs():
        async with supervised(Supervisor(environ), lambda: str(1 / 0)):
            await asyncio.sleep(0.2)
            assert sum("WATCHDOG=1" in told for told in manager.heard()) >= 2


def test_nothing_of_it_is_left_for_children(manager: Manager) -> None:
    environ = manager.environ(WATCHDOG_USEC="1000000", WATCHDOG_PID=str(os.getpid()))
    assert Supervisor(environ).watchdog_seconds == 1
    assert environ == {"PATH": "/"}


@pytest.mark.parametrize(
    "more", [{}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}]
)
async def test_without_a_watchdog_of_ours_no_sign_of_life_is_told(
    manager: Manager, more: dict[str, str]
) -> None:
    supervisor = Supervisor(manager.environ(**more))
    assert supervisor.watchdog_seconds == 0
    async with supervised(supervisor, lambda: "well"):
        await asyncio.sleep(0.05)
        assert not any("WATCHDOG" in told for told in manager.heard())


async def test_without_a_supervisor_nothing_is_told_nor_asked() -> None:
    async with supervised(Supervisor({}), lambda: pytest.fail("nobody wants to know")):
        await asyncio.sleep(0)


async def test_a_supervisor_that_is_gone_is_a_line_in_the_log_and_nothing_more(tmp_path: Path) -> None:
    with capture_logs() as lines:
        async with supervised(Supervisor({"NOTIFY_SOCKET": f"{tmp_path}/nobody"}), lambda: "well"):
            await asyncio.sleep(0)
    assert {line["event"] for line in lines} == {"the supervisor could not be told"}
