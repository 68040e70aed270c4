"""A receiver that keeps what it takes, and fails in the ways a test asks for."""

import asyncio
from collections.abc import Callable
from typing import Any, Self

import msgspec
from aiohttp import web

Answer = Callable[["FakeReceiver", bytes], web.Response]

PROBLEM = "application/problem+json"


def accept(receiver: "FakeReceiver", body: bytes) -> web.Response:
    sent = msgspec.json.decode(body)
    if isinstance(sent, dict):
        receiver.taken.append(sent)
        return web.json_response({"success": True})
    return web.json_response({"results": [receiver.result_of(document) for document in sent]})


def lose_answer(receiver: "FakeReceiver", body: bytes) -> web.Response:
    """Take the snapshot, and fail before the client hears of it."""
    accept(receiver, body)
    raise ConnectionResetError


def refuse(status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _receiver, _body: web.Response(status=status, text=f"no: {status}", headers=named)


def say(body: bytes, content_type: str = "application/json", status: int = 200) -> Answer:
    return lambda _receiver, _body: web.Response(status=status, body=body, content_type=content_type)


class FakeReceiver:
    """Listens on a port of its own. `answers` are used up one a post; after that everything is accepted.

    With `v1` it has the newer calls, too. `bad` gives the status of single documents of a batch, by their "n".
    """

    def __init__(self, *, v1: bool = False) -> None:
        self.v1 = v1
        self.taken: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.calls: list[tuple[str, str]] = []
        self.connections: set[int] = set()
        self.answers: list[Answer] = []
        self.bad: dict[int, int] = {}
        self.report_status = 0
        self.accounts_answer: Answer | None = None
        self.most = 1000
        self.key = "right"
        self.silent = False
        self.port = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.base}/api/claude/console-usage"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/claude/console-usage", self._post)
        if self.v1:
            app.router.add_get("/api/v1/accounts", self._accounts)
            app.router.add_post("/api/v1/accounts/{account}/snapshots", self._post)
            app.router.add_post("/api/v1/accounts/{account}/reports", self._report)
        else:
            app.router.add_get("/{any:.*}", self._nothing)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def result_of(self, document: dict[str, Any]) -> dict[str, Any]:
        if status := self.bad.get(document["n"]):
            return {"status": status, "problem": {"title": "no", "status": status}}
        self.taken.append(document)
        return {"status": 201, "id": str(document["n"])}

    async def _nothing(self, request: web.Request) -> web.Response:
        self.calls.append((request.method, request.path))
        return web.json_response({"errorCode": "NOT_FOUND"}, status=404)

    async def _accounts(self, request: web.Request) -> web.Response:
        self.calls.append((request.method, request.path))
        if self.accounts_answer:
            return self.accounts_answer(self, b"")
        if request.headers.get("X-API-Key") != self.key:
            return web.Response(status=401, body=b"{}", content_type=PROBLEM)
        return web.json_response({"accounts": []})

    async def _report(self, request: web.Request) -> web.Response:
        sent = msgspec.json.decode(await request.read())
        self.calls.append((request.method, request.path))
        if self.report_status:
            return web.Response(status=self.report_status, text="no")
        several = isinstance(sent, list)
        self.reports += sent if several else [sent]
        return web.json_response({"results": [{"status": 201}] * len(sent)} if several else {"id": "x"})

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.calls.append((request.method, request.path))
        self.connections.add(id(request.transport))
        self.asked.append(request.headers.get("X-API-Key", ""))
        if self.silent:
            await asyncio.sleep(60)
        if self.asked[-1] != self.key:
            return web.json_response({"success": False, "errorCode": "AUTH_INVALID"}, status=401)
        if body.startswith(b"[") and len(msgspec.json.decode(body)) > self.most:
            return web.Response(status=413, text="too many")
        answer = self.answers.pop(0) if self.answers else accept
        try:
            return answer(self, body)
        except ConnectionResetError:
            request.transport.abort()
            raise
