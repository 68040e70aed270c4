"""What a request costs inside the process, without the network: `make bench-inside`.

Requests go straight into the protocol and answers into a transport that keeps nothing; bare Sanic and the
receiver, with its keys, counts and request lines, take turns in one process, slice by slice, so that whatever
else the machine does meets all alike. The least of many short slices of processor time is what the work
costs. `--profile ROW` shows where it goes.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import random
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvloop
from sanic.server.protocols.http_protocol import HttpProtocol

from services.receiver.admission.auth import Keys, key_of_secret
from services.receiver.app import build_app
from services.receiver.context import Context
from services.receiver.operating.metrics import ReceiverMetrics
from services.receiver.operating.requestlog import RequestLog
from shared import logs
from shared.clock import SystemClock
from shared.store import open_store
from shared.timestamps import to_iso
from shared.wire.connection import Connection
from shared.wire.limits import WireLimits
from shared.wire.watch import Watch
from tests.bench.bare import app as bare_app
from tests.bench.history import END, fill
from tests.bench.servers import KEY, REPOSITORY, USAGE

_VERSIONS = int(os.environ.get("BENCH_INSIDE_VERSIONS", "5000"))
_CONNECTIONS = 64
_SLICE = 640
_KEYS = 100
_POST = "POST"


class _Transport(asyncio.Transport):
    """A client that asks again as soon as it is answered."""

    def __init__(self, press: "Press", protocol: Any) -> None:
        super().__init__()
        self._press = press
        self._protocol = protocol
        self._closed = False
        protocol.connection_made(self)

    def write(self, data: Any) -> None:
        self._press.answered(data)
        self.ask()

    def ask(self) -> None:
        if (request := next(self._press.asked, None)) is not None:
            self._press.loop.call_soon(self._protocol.data_received, request)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 4000) if name in {"peername", "sockname"} else default

    def is_closing(self) -> bool:
        return self._closed

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self) -> None:
        self._closed = True

    def abort(self) -> None:
        self._closed = True


class Press:
    """Asks one kind of question over connections that stay open."""

    def __init__(self, app: Any, protocol: Any, ask: Callable[[], bytes]) -> None:
        """Open the connections."""
        self.loop = asyncio.get_running_loop()
        self.asked: Iterator[bytes] = iter(())
        self.last = b""
        self._ask = ask
        self._over = asyncio.Event()
        self._left = 0
        self._clients = [
            _Transport(self, protocol(loop=self.loop, app=app, connections=set()))
            for _ in range(_CONNECTIONS)
        ]

    async def slice(self, count: int = _SLICE) -> float:
        """Ask so many times; return microseconds of processor for each."""
        self.asked = iter([self._ask() for _ in range(count)])
        self._over.clear()
        self._left = count
        before = time.process_time()
        for client in self._clients:
            client.ask()
        await self._over.wait()
        return (time.process_time() - before) / count * 1e6

    def answered(self, data: bytes) -> None:
        """Count an answer."""
        self.last = data
        self._left -= 1
        if not self._left:
            self._over.set()


def request(path: str, *headers: str, method: str = "GET", body: str = "") -> bytes:
    """Return a request's bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1:4000", f"X-API-Key: {KEY}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join([*lines, "", ""]) + body).encode()


def questions(tag: str) -> dict[str, Callable[[], bytes]]:
    """Return what is asked, by row."""
    latest, unchanged = request(USAGE), request(USAGE, f"If-None-Match: {tag}")
    return {
        "GET latest": lambda: latest,
        "GET latest, 304": lambda: unchanged,
        "GET by number": lambda: request(f"{USAGE}?version={random.randrange(_VERSIONS) + 1}"),
        "GET by time": lambda: request(
            f"{USAGE}?timestamp={to_iso(END - timedelta(seconds=random.randrange(_VERSIONS * 300)))}"
        ),
        _POST: lambda: request(USAGE, method="POST", body=_snapshot()),
    }


def _snapshot() -> str:
    read = to_iso(END + timedelta(seconds=random.randrange(10**8)))
    return (
        f'{{"lastUpdated":"{read}","currentSession":{{"percentageUsed":47,"resetsIn":"2 hr 42 min"}},'
        '"weeklyLimits":{"allModels":{"percentageUsed":31,"resetsIn":"Thu 7:00 AM"}}}'
    )


@asynccontextmanager
async def presses() -> AsyncIterator[dict[str, Press]]:
    """Start both applications, without a socket that anybody reads."""
    build = REPOSITORY / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        fill(Path(folder) / "console-usage-history", _VERSIONS)
        store = open_store(f"file://{folder}")
        await store.rebuild()
        others = [key_of_secret(f"key {number}", f"another-key-{number}") for number in range(_KEYS)]
        context = Context(
            store=store,
            keys=Keys([*others, key_of_secret("bench", KEY)]),
            clock=SystemClock(),
            metrics=ReceiverMetrics(),
            requests=RequestLog("json"),
        )
        ours = build_app(context)
        ours.ctx.wire = Watch(WireLimits())
        type(ours).test_mode = True  # Sanic rewrites itself for each application: it is to be able to
        for app in (bare_app, ours):
            server = await app.create_server(
                sock=socket.create_server(("127.0.0.1", 0)), asyncio_server_kwargs={"start_serving": False}
            )
            assert server is not None
            await server.startup()
            await server.before_start()
        nothing = request("/")
        first = Press(ours, Connection, lambda: request(USAGE))
        await first.slice(1)
        tag = next(line for line in first.last.decode().split("\r\n") if line.startswith("ETag:"))[6:]
        yield {
            "bare Sanic": Press(bare_app, HttpProtocol, lambda: nothing),
            **{name: Press(ours, Connection, ask) for name, ask in questions(tag).items()},
        }
        await store.close()


async def measure(rounds: int) -> None:
    """Print the table."""
    async with presses() as rows:
        least = dict.fromkeys(rows, float("inf"))
        for number in range(rounds):
            for name, press in rows.items():
                least[name] = min(least[name], await press.slice())
            print(f"\r{number + 1}/{rounds}", end="", flush=True)
        print(f"\r{'':<18}{'us in the process':>20}{'bare is, of that':>20}")
        for name, cost in least.items():
            print(f"{name:<18}{cost:>20.1f}{least['bare Sanic'] / cost:>20.2f}")


async def profile(name: str) -> None:
    """Print where the time of one row goes."""
    async with presses() as rows:
        await rows[name].slice()
        profiler = cProfile.Profile()
        profiler.enable()
        await rows[name].slice(20_000 if name != _POST else 2_000)
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def main() -> int:
    """Measure, or profile one row; return the exit code."""
    parser = argparse.ArgumentParser(description="What a request costs inside the process.")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--profile", metavar="ROW", help='"GET latest", "GET by number", ...')
    options = parser.parse_args()
    logs.configure(service="bench", log_format="json", level="info")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(profile(options.profile) if options.profile else measure(options.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
