"""A receiver that keeps what it takes, and fails in the ways a test asks for."""

import asyncio
from collections.abc import Callable
from typing import Self

import msgspec
from aiohttp import web

Answer = Callable[["FakeReceiver", bytes], web.Response]


def accept(receiver: "FakeReceiver", body: bytes) -> web.Response:
    receiver.taken.append(msgspec.json.decode(body))
    return web.json_response({"success": True})


def lose_answer(receiver: "FakeReceiver", body: bytes) -> web.Response:
    """Take the snapshot, and fail before the client hears of it."""
    accept(receiver, body)
    raise ConnectionResetError


def refuse(status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _receiver, _body: web.Response(status=status, text=f"no: {status}", headers=named)


class FakeReceiver:
    """Listens on a port of its own. `answers` are used up one a request; after that everything is accepted."""

    def __init__(self) -> None:
        self.taken: list[dict] = []
        self.asked: list[str] = []
        self.answers: list[Answer] = []
        self.key = "right"
        self.silent = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/claude/console-usage"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/claude/console-usage", self._post)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked.append(request.headers.get("X-API-Key", ""))
        if self.silent:
            await asyncio.sleep(60)
        if self.asked[-1] != self.key:
            return web.json_response({"success": False, "errorCode": "AUTH_INVALID"}, status=401)
        answer = self.answers.pop(0) if self.answers else accept
        try:
            return answer(self, body)
        except ConnectionResetError:
            request.transport.abort()
            raise
