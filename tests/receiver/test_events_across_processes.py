"""Events of real receivers: two on one volume, one killed and started again, one told to stop."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from tests.ports import free_port
from tests.receiver.listening import Stream, listening, silent_reader
from tests.store.samples import minutes, snapshot

KEY = "a-key-for-process-tests"
NOW = datetime.now(UTC).replace(microsecond=0)


class Receivers:
    """Receivers of one store, each a process with a port of its own."""

    def __init__(self, store: Path, repository: Path) -> None:
        self._settings = {
            "PATH": os.environ["PATH"],
            "STORE_URL": f"file://{store}",
            "CLAUDE_SYNC_API_KEY": KEY,
            "RECEIVER_SILENCE_MINUTES": "0",
        }
        self._repository = repository
        self.started: list[subprocess.Popen[str]] = []

    def start(self, port: int = 0) -> tuple["subprocess.Popen[str]", str]:
        """Start one; its address is what it says on its first line."""
        if not port:
            port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "services.receiver"],
            cwd=self._repository,
            env=self._settings | {"RECEIVER_PORT": str(port)},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        assert process.stderr is not None
        while "receiver serves" not in (line := process.stderr.readline()):
            assert line, "the receiver did not start"
        return process, f"http://127.0.0.1:{port}"


@pytest.fixture
def receivers(tmp_path: Path, repository: Path) -> Iterator[Receivers]:
    made = Receivers(tmp_path / "store", repository)
    yield made
    for process in made.started:
        process.kill()
        process.communicate()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as opened:
        yield opened


async def post(session: aiohttp.ClientSession, address: str, back: float) -> str:
    async with session.post(
        f"{address}/api/claude/console-usage",
        json=snapshot(NOW - minutes(back)),
        headers={"X-API-Key": KEY},
    ) as answer:
        assert answer.status == 200
        return (await answer.json())["versionId"]


async def test_what_one_receiver_stores_is_told_by_the_other_within_about_a_second(
    receivers: Receivers, session: aiohttp.ClientSession
) -> None:
    (_, first), (_, second) = receivers.start(), receivers.start()
    async with listening(session, second, KEY) as stream:
        await stream.opened()
        for back in (3, 600, 1):
            version = await post(session, first, back)
            assert (await stream.next(2)).data["id"] == version


async def test_a_listener_of_a_killed_receiver_goes_on_at_the_next_where_it_was(
    receivers: Receivers, session: aiohttp.ClientSession
) -> None:
    process, address = receivers.start()
    _, beside = receivers.start()
    async with listening(session, address, KEY) as stream:
        await stream.opened()
        seen = [await post(session, address, 60)]
        assert await stream.ids(1) == seen
        process.kill()
        process.wait()
        with pytest.raises((EOFError, aiohttp.ClientError)):
            await stream.next(5)
    away = [await post(session, beside, back) for back in (50, 700, 40)]
    _, address = receivers.start()
    async with listening(session, address, KEY, last_id=stream.last_id) as again:
        told = await again.ids(3)
        assert told == away
        assert await post(session, beside, 1) == (await again.next()).data["id"]


async def test_a_receiver_told_to_stop_ends_its_streams_at_once_whoever_reads_or_not(
    receivers: Receivers, session: aiohttp.ClientSession
) -> None:
    process, address = receivers.start()
    async with AsyncExitStack() as open_streams:
        streams: list[Stream] = [
            await open_streams.enter_async_context(listening(session, address, KEY)) for _ in range(50)
        ]
        for stream in streams:
            await stream.opened()
        open_streams.enter_context(silent_reader(address, KEY))
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        for stream in streams:
            with pytest.raises(EOFError):
                await stream.next(5)
        await asyncio.to_thread(process.wait, 10)
        assert process.returncode == 0
        assert time.monotonic() - began < 2.5, "streams kept the receiver from stopping"
