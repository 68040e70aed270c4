"""A reading that somebody asked for: heard of by long poll, taken when it may be, and never a nuisance."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from aiohttp import web

from services.scraper import requested as room
from services.scraper.outgoing.client import Client
from services.scraper.request_pace import request_delay
from services.scraper.requested import Requested
from services.scraper.settings import ScraperSettings
from shared.store import open_store
from tests.receiver.conftest import SECRET, running

REQUEST = {"id": "1", "at": "2026-11-22T12:00:00Z", "by": "laptop"}


class Loop:
    def __init__(self) -> None:
        self.takes_requests = True
        self.asked = 0

    def ask(self) -> None:
        self.asked += 1


def asking(client: Client, url: str, loop: Loop | None = None, key: str | None = "a-key") -> Requested:
    settings = ScraperSettings(sync_url=url, collector="desk")
    return Requested(settings, client, lambda: key, loop or Loop())


@pytest.mark.parametrize(
    ("sync_url", "account"),
    [
        ("/api/claude/console-usage", "default"),
        ("/api/claude/console-usage/", "default"),
        ("/behind/a/proxy/api/claude/console-usage", "default"),
        ("/api/v1/accounts/work/snapshots", "work"),
        ("", "default"),
    ],
)
async def test_requests_are_looked_for_beside_where_snapshots_go(server, client, sync_url, account) -> None:
    await asking(client, server.url + sync_url).turn()
    ((path, key),) = server.questions
    assert path.endswith(f"/api/v1/accounts/{account}/scrape?collector=desk&wait=25")
    assert path.startswith("/behind/a/proxy") == sync_url.startswith("/behind")
    assert key == "a-key"


@pytest.mark.parametrize("sync_url", ["/hook", "/hook?to=/api/claude/console-usage"])
async def test_an_address_of_another_kind_is_sent_no_key(server, client, sync_url: str) -> None:
    assert await asking(client, server.url + sync_url).turn() >= 30
    assert server.questions == []


@pytest.mark.parametrize("dice", [0.0, 0.99])
def test_how_long_it_waits_depends_on_the_answer(dice: float) -> None:
    def wait(status: int | None, seconds: float = 0.0, failures: int = 1, **more: Any) -> float:
        return request_delay(status, failures=failures, seconds=seconds, dice=dice, **more)

    assert wait(204, seconds=25) == 0
    assert wait(204) >= 25
    assert wait(200) == 60
    assert wait(404) >= 3600
    assert wait(401) >= 300
    assert 2.5 <= wait(0) <= 5
    assert 150 <= wait(0, failures=50) <= 300
    assert wait(503, retry_after=30) == 30
    assert wait(429, retry_after=10**9) == 3600
    assert 30 <= wait(None) <= 33


class Server:
    """Answers every question with what a test puts here."""

    def __init__(self) -> None:
        self.answer: Any = lambda: web.Response(status=204)
        self.questions: list[tuple[str, str]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.questions.append((request.path_qs, request.headers["X-API-Key"]))
        return self.answer()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_get("/{any:.*}", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client() as opened:
        yield opened


ADDRESS = "/api/claude/console-usage"


async def test_it_asks_with_its_name_and_key_and_wakes_the_loop_once_told(server, client) -> None:
    loop = Loop()
    asks = asking(client, server.url + ADDRESS, loop)
    await asks.turn()
    assert server.questions == [("/api/v1/accounts/default/scrape?collector=desk&wait=25", "a-key")]
    assert loop.asked == 0
    server.answer = lambda: web.json_response({"state": "fetched", "request": REQUEST})
    assert await asks.turn() == 60
    assert loop.asked == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<html>Log in to the hotel's network</html>", content_type="text/html"),
        lambda: web.json_response({"state": "none", "request": None}),
        lambda: web.json_response({"state": "fetched"}),
        lambda: web.Response(body=b"[" * 10_000),
        lambda: web.Response(body=b"\xff"),
        lambda: web.Response(status=302, headers={"Location": "http://192.0.2.1/"}),
        lambda: web.Response(status=500),
    ],
)
async def test_what_is_no_request_wakes_nobody_and_is_not_told_in_the_log(server, client, answer) -> None:
    server.answer = answer
    loop = Loop()
    asks = asking(client, server.url + ADDRESS, loop)
    with structlog.testing.capture_logs() as lines:
        waits = [await asks.turn() for _ in range(8)]
    assert (loop.asked, lines) == (0, [])
    assert waits[-1] > 100


async def test_nobody_there_is_asked_ever_more_rarely(client) -> None:
    asks = asking(client, f"http://127.0.0.1:9{ADDRESS}")
    waits = [await asks.turn() for _ in range(10)]
    assert waits[0] <= 5
    assert waits[-1] >= 150


async def test_without_a_key_or_a_loop_that_would_follow_nothing_is_asked(server, client) -> None:
    unwilling = Loop()
    unwilling.takes_requests = False
    for asks in (
        asking(client, server.url + ADDRESS, Loop(), key=None),
        asking(client, server.url + ADDRESS, unwilling),
    ):
        assert await asks.turn() >= 30
    assert server.questions == []


async def test_who_asked_cannot_write_lines_of_their_own_into_the_log(server, client) -> None:
    forged = {**REQUEST, "by": "x\n2026 [error] stolen\x1b[2J"}
    server.answer = lambda: web.json_response({"state": "fetched", "request": forged})
    with structlog.testing.capture_logs() as lines:
        await asking(client, server.url + ADDRESS, Loop()).turn()
    assert [line["by"] for line in lines] == ["x2026 [error] stolen[2J"]


async def test_a_real_receiver_passes_a_request_on(client, monkeypatch) -> None:
    monkeypatch.setattr(room, "WAIT_FOR_REQUEST", 5)
    loop = Loop()
    async with running(open_store("memory:")) as receiver:
        asks = asking(client, receiver.address + ADDRESS, loop, SECRET)
        turn = asyncio.create_task(asks.turn())
        await asyncio.sleep(0.2)
        await receiver.call("POST", "/api/claude/console-usage/trigger")
        assert await asyncio.wait_for(turn, 4) == 60
        assert loop.asked == 1
        status = (await receiver.get("/api/v1/accounts/default/scrape"))[1]
        assert status["request"]["fetchedBy"] == "desk"
