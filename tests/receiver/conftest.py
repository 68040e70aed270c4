"""A receiver in this process, on a real socket, with a clock the test sets."""

import itertools
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from services.receiver.admission.auth import Key, Keys, key_of_secret
from services.receiver.app import App, build_app
from services.receiver.context import Context
from services.receiver.operating.metrics import ReceiverMetrics
from services.receiver.operating.requestlog import RequestLog
from services.receiver.options import Options
from shared.serving import served
from shared.store import Store, open_store
from shared.wire.limits import WireLimits
from shared.wire.tls import Certificate
from shared.wire.watch import Watch

SECRET = "a-key-for-reading-and-writing"
READ_ONLY = "a-key-for-reading"
OTHER = "a-key-of-another-account"

_numbers = itertools.count()


class SetClock:
    """A clock that stands where the test puts it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Receiver:
    """A running receiver, and how a client with its key calls it."""

    def __init__(
        self, address: str, context: Context, app: App, session: aiohttp.ClientSession, watch: Watch
    ) -> None:
        self.address = address
        self.context = context
        self.app = app
        self.store = context.store
        self.clock: Any = context.clock
        self.session = session
        self.watch = watch

    async def call(
        self, method: str, path: str, *, key: str | None = SECRET, **more: Any
    ) -> tuple[int, Any, Any]:
        """Status, decoded body (None when empty) and headers."""
        headers = {**({"X-API-Key": key} if key else {}), **more.pop("headers", {})}
        async with self.session.request(method, self.address + path, headers=headers, **more) as answer:
            body = await answer.read()
            is_json = answer.content_type in {"application/json", "application/problem+json"} and body
            return (
                answer.status,
                (msgspec.json.decode(body) if is_json else body.decode() or None),
                answer.headers,
            )

    async def get(self, path: str = "/api/claude/console-usage", **more: Any) -> tuple[int, Any, Any]:
        return await self.call("GET", path, **more)

    async def post(self, body: Any, **more: Any) -> tuple[int, Any, Any]:
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        return await self.call("POST", "/api/claude/console-usage", **sent, **more)


@asynccontextmanager
async def running(
    store: Store,
    *,
    options: Options | None = None,
    limits: WireLimits | None = None,
    requests: RequestLog | None = None,
    certificate: Certificate | None = None,
    **more: Any,
) -> AsyncIterator[Receiver]:
    """Run a receiver; `more` goes to `build_app`."""
    clock = SetClock()
    keys = Keys(
        [
            key_of_secret("laptop", SECRET),
            Key(name="screen", sha256=key_of_secret("", READ_ONLY).sha256, scopes=["read"]),
            Key(name="work", sha256=key_of_secret("", OTHER).sha256, accounts=["work"]),
        ]
    )
    context = Context(
        store=store,
        keys=keys,
        clock=clock,
        metrics=ReceiverMetrics(),
        requests=requests or RequestLog(),
        options=options or Options(),
    )
    app = build_app(context, name=f"test-{next(_numbers)}", **more)
    app.config.TOUCHUP = False  # it rewrites Sanic once a process, not once an application
    listening = socket.create_server(("127.0.0.1", 0))
    host, port = listening.getsockname()
    async with (
        served(app, listening, limits=limits or WireLimits(), grace=0.5, certificate=certificate) as watch,
        aiohttp.ClientSession() as session,
    ):
        yield Receiver(f"http://{host}:{port}", context, app, session, watch)


@pytest.fixture
async def receiver(store: Store) -> AsyncIterator[Receiver]:
    async with running(store) as one:
        yield one


@pytest.fixture
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """In memory, unless a test asks for a `volume` or a bucket (`s3`)."""
    match getattr(request, "param", os.environ.get("RECEIVER_TESTS_STORE", "memory")):
        case "volume":
            return open_store(f"file://{tmp_path}/store")
        case "s3":
            return open_store(request.getfixturevalue("seaweedfs").url())
    return open_store("memory:")
