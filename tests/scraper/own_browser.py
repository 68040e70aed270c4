"""A user's own Chromium with tabs open, and how it stands, seen from outside the scraper."""

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from services.scraper.browsing.chromium import find_browser, launch_flags, running_as_root

COUNTING = """<title>%s</title><body style="height:9000px"><input id=note>
<script>
  window.events = [];
  for (const name of ["focus", "blur", "pagehide", "resize", "beforeunload"])
    addEventListener(name, () => events.push(name));
  document.addEventListener("visibilitychange", () => events.push(document.visibilityState));
</script>"""
STATE = """JSON.stringify({url: location.href, y: scrollY, note: document.getElementById("note")?.value,
  events: window.events, since: performance.timeOrigin, seen: document.visibilityState, size: [innerWidth, innerHeight]})"""


def tab(title: str) -> str:
    return "data:text/html," + quote(COUNTING % title)


@contextlib.contextmanager
def screen() -> Iterator[dict[str, str]]:
    """A screen of our own that nobody looks at; yields the environment that names it."""
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield {**os.environ, "DISPLAY": f":{process.stdout.readline().strip()}"}
    finally:
        process.terminate()
        process.communicate(timeout=15)


@contextlib.contextmanager
def own_browser(folder: Path, environment: dict[str, str] | None = None) -> Iterator["OwnBrowser"]:
    """Run Chromium as its user would who lets others look in: with a debugging port, in a window on a screen."""
    process = subprocess.Popen(
        [
            find_browser(None),
            *(() if environment else ("--headless",)),
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            *launch_flags(as_root=running_as_root()),
            "about:blank",
        ],
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        told = folder / "DevToolsActivePort"
        deadline = time.monotonic() + 20
        while not (told.exists() and len(told.read_text().split()) == 2):
            assert time.monotonic() < deadline, "Chromium did not start"
            time.sleep(0.05)
        yield OwnBrowser(*told.read_text().split(), process)
    finally:
        process.terminate()
        process.wait(timeout=15)


class OwnBrowser:
    """What its debugging port tells."""

    def __init__(self, port: str, path: str, process: "subprocess.Popen[bytes]") -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.process = process
        self._socket = f"ws://127.0.0.1:{port}{path}"

    async def evaluate(self, target: str, expression: str) -> Any:
        async with aiohttp.ClientSession() as session, session.ws_connect(self._page(target)) as socket:
            question = {"expression": expression, "returnByValue": True, "awaitPromise": True}
            return (await _ask(socket, "Runtime.evaluate", **question))["result"].get("value")

    def _page(self, target: str) -> str:
        return self._socket.rpartition("/browser/")[0] + f"/page/{target}"

    async def open(self, address: str) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(self._socket) as socket:
            await _ask(socket, "Target.createTarget", url=address)

    async def tabs(self) -> list[dict[str, Any]]:
        """The tabs there are, with their ids, addresses and contexts."""
        async with aiohttp.ClientSession() as session, session.ws_connect(self._socket) as socket:
            found = (await _ask(socket, "Target.getTargets"))["targetInfos"]
        keys = ("targetId", "url", "title", "browserContextId", "attached")
        return [{key: one.get(key) for key in keys} for one in found if one["type"] in {"page", "other"}]

    async def stands(self) -> dict[str, Any]:
        """Every tab and what its page says of itself."""
        tabs = await self.tabs()
        return {one["targetId"]: (one, await self.evaluate(one["targetId"], STATE)) for one in tabs}

    async def settled(self) -> dict[str, Any]:
        """The same, once nothing changes any more."""
        before = await self.stands()
        while True:
            await asyncio.sleep(0.3)
            now = await self.stands()
            if now == before:
                return now
            before = now


async def _ask(socket: aiohttp.ClientWebSocketResponse, method: str, **params: Any) -> dict[str, Any]:
    await socket.send_json({"id": 1, "method": method, "params": params})
    while True:
        answer = await socket.receive_json(timeout=10)
        if answer.get("id") == 1:
            return answer["result"]
