"""Attach mode: one tab of our own in the user's running browser, and nothing else of it touched.

The browser library, once connected, would attach itself to every tab: follow their network, answer their
dialogs, halt what they open. So it is not connected to the browser but to this relay, which opens one tab in
the background, passes on what concerns that tab, and takes it away in the end. What a kill leaves behind is
known by its id, noted before anything is loaded, and closed at the next start.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import aiohttp
import structlog
from aiohttp import web

from services.scraper.judging.outcome import ScrapeError
from shared.files import replace

__all__ = ["RELAY_HOST", "OneTab", "one_tab"]

RELAY_HOST = "127.0.0.1"
ANSWER_SECONDS = 10
CLOSE_SECONDS = 2
"""A stop waits no longer than this for a browser that hangs: the next start closes the tab."""

LARGEST_MESSAGE = 64 * 1024 * 1024
OWN_IDS = 1_000_000_000
"""Our own questions count up from here, the library's from 1: answers are told apart by it."""

NOTE = "attached-tab.json"
"""A file in the state folder: the tab that is open, for the start after a kill."""

log = structlog.get_logger()

Message = dict[str, Any]


@contextlib.asynccontextmanager
async def one_tab(attach_url: str, state_dir: Path) -> AsyncIterator[str]:
    """Open a tab in the browser at `attach_url` and yield the address where only that tab is to be seen.

    Raises ScrapeError when no browser answers there.
    """
    async with aiohttp.ClientSession() as session:
        try:
            browser = await _connect(session, attach_url)
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
            raise _no_browser(attach_url) from error
        async with browser, OneTab(browser, state_dir / NOTE) as tab:
            yield tab.address


async def _connect(session: aiohttp.ClientSession, attach_url: str) -> aiohttp.ClientWebSocketResponse:
    limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with session.get(f"{attach_url.rstrip('/')}/json/version", timeout=limit) as answer:
        told = await answer.json(content_type=None)
    if not isinstance(told, dict):
        raise ValueError("this is no browser's answer")  # noqa: TRY004 - it becomes a ScrapeError like the rest
    async with asyncio.timeout(ANSWER_SECONDS):
        return await session.ws_connect(
            str(told["webSocketDebuggerUrl"]),
            max_msg_size=LARGEST_MESSAGE,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
        )


def _no_browser(attach_url: str) -> ScrapeError:
    port = attach_url.rstrip("/").rpartition(":")[2]
    start = f"--remote-debugging-port={port}" if port.isdecimal() else "--remote-debugging-port"
    return ScrapeError(
        "browser_failed",
        f"no browser answers at {attach_url}",
        f"Start Chrome with {start} --user-data-dir=DIR so that it listens there, "
        "or set SCRAPER_ATTACH_URL to where it does.",
    )


class OneTab:
    """The relay and its tab; use it as an asynchronous context. `address` is for the browser library."""

    def __init__(self, browser: aiohttp.ClientWebSocketResponse, note: Path) -> None:
        """Take the connection to the whole browser, and the file in which the open tab is noted."""
        self._browser = browser
        self._note = note
        self._last_id = OWN_IDS
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._library: web.WebSocketResponse | None = None
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._opening: asyncio.Task[None] | None = None
        self._target = ""
        self.address = ""

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read_browser())
        try:
            await self._close_forgotten()
            await self._open()
            await self._listen()
        except BaseException as error:
            await self.__aexit__()
            if isinstance(error, (TimeoutError, aiohttp.ClientError, ConnectionError, KeyError)):
                raise ScrapeError("browser_failed", "your browser opened no tab") from error
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the tab and what it opened; shielded, so that a stop in between leaves none."""
        await asyncio.shield(asyncio.ensure_future(self._end()))

    async def _end(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._opening:
                    await asyncio.wait([self._opening])
                if self._target:
                    await self._close_family(self._target)
                    self._note.unlink(missing_ok=True)
        except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
            log.debug("the tab could not be closed: the browser is gone", reason=str(error))
        finally:
            self._reading.cancel()
            if self._opening:
                self._opening.cancel()
            if hasattr(self, "_runner"):
                await self._runner.cleanup()

    async def _open(self) -> None:
        """Open the tab; a stop meanwhile must not miss which one it is, so the question goes on."""
        self._opening = asyncio.create_task(self._create())
        await asyncio.shield(self._opening)

    async def _create(self) -> None:
        """Open the tab behind the one the user looks at, and note it before it loads anything."""
        told = await self._ask("Target.createTarget", url="about:blank", background=True)
        self._target = str(told["targetId"])
        replace(self._note, json.dumps({"targetId": self._target}).encode())

    async def _close_forgotten(self) -> None:
        """Close the tab that an earlier scraper, killed in the middle, left in this browser."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            await self._close_family(str(json.loads(self._note.read_bytes())["targetId"]))
            self._note.unlink(missing_ok=True)

    async def _close_family(self, target: str) -> None:
        """Close a tab and every window that it opened."""
        infos = (await self._ask("Target.getTargets")).get("targetInfos", [])
        for info in infos:
            if target in {info.get("openerId"), info.get("targetId")}:
                await self._ask("Target.closeTarget", targetId=info["targetId"])

    async def _ask(self, method: str, **params: Any) -> Message:  # noqa: ANN401 - the protocol's own values
        """Ask the browser something ourselves; an error in its answer counts as an empty one."""
        self._last_id += 1
        number, answer = self._last_id, asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        await self._browser.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(ANSWER_SECONDS):
            result: Message = (await answer).get("result", {})
        return result

    async def _read_browser(self) -> None:
        """Hand the browser's messages on: answers to whoever asked, events to the library."""
        async for frame in self._browser:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            waiting = self._answers.pop(message.get("id", 0), None)
            if waiting:
                if not waiting.done():
                    waiting.set_result(message)
            elif self._library and not self._library.closed:
                with contextlib.suppress(ConnectionError):
                    await self._library.send_str(frame.data)
        if self._library:
            await self._library.close()

    async def _listen(self) -> None:
        """Wait for the library on a port and under a name that nobody else knows."""
        app = web.Application()
        app.router.add_get(self._path, self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, RELAY_HOST, 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.address = f"ws://{RELAY_HOST}:{port}{self._path}"

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        library = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE)
        await library.prepare(request)
        self._library = library
        async for frame in library:
            if frame.type is aiohttp.WSMsgType.TEXT:
                await self._pass_on(library, json.loads(frame.data), frame.data)
        return library

    async def _pass_on(self, library: web.WebSocketResponse, message: Message, text: str) -> None:
        """Send the library's message to the browser, but for the one that would attach to every tab."""
        if message.get("method") == "Target.setAutoAttach" and "sessionId" not in message:
            await self._ask("Target.attachToTarget", targetId=self._target, flatten=True)
            await library.send_json({"id": message["id"], "result": {}})
        elif not self._browser.closed:
            await self._browser.send_str(text)
