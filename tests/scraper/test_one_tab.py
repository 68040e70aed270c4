"""The relay of attach mode with a browser that answers as long as it is told to."""

import asyncio
import contextlib

import pytest
from aiohttp import web

from services.scraper.browsing import one_tab as module
from services.scraper.browsing.one_tab import one_tab
from services.scraper.judging.outcome import ScrapeError


class Browser:
    """A user's browser: its tabs by id, and whether it answers or hangs."""

    def __init__(self):
        self.tabs = {}
        self.hangs_after = ""
        self.slow = asyncio.Event()
        self.asked = asyncio.Event()
        self.slow.set()

    async def version(self, request):
        return web.json_response({"webSocketDebuggerUrl": f"ws://{request.host}/all"})

    async def talk(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hanging = False
        async for frame in socket:
            message = frame.json()
            if hanging:
                continue
            result = self.done(message["method"], message["params"])
            hanging = message["method"] == self.hangs_after
            await self.slow.wait()
            await socket.send_json({"id": message["id"], "result": result})
        return socket

    def done(self, method, params):
        if method == "Target.createTarget":
            self.tabs["ours"] = params["url"]
            self.asked.set()
            return {"targetId": "ours"}
        if method == "Target.closeTarget":
            self.tabs.pop(params["targetId"], None)
        return {"targetInfos": [{"targetId": name} for name in self.tabs]}


@pytest.fixture
async def browser():
    told = Browser()
    app = web.Application()
    app.router.add_get("/json/version", told.version)
    app.router.add_get("/all", told.talk)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield told
    told.slow.set()
    await runner.cleanup()


async def test_a_browser_that_hangs_is_not_waited_for_at_the_end(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 600)
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.1, raising=False)
    browser.hangs_after = "Target.createTarget"
    async with asyncio.timeout(20), one_tab(browser.address, tmp_path):
        assert "ours" in browser.tabs
    assert (tmp_path / "attached-tab.json").exists()


async def test_a_browser_that_opens_no_tab_is_named(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "done", lambda *_: {})
    with pytest.raises(ScrapeError, match="opened no tab"):
        async with one_tab(browser.address, tmp_path):
            pass


async def test_a_stop_while_the_tab_is_being_opened_leaves_none(browser, tmp_path):
    browser.slow.clear()

    async def scrape():
        async with one_tab(browser.address, tmp_path):
            await asyncio.sleep(60)

    going = asyncio.create_task(scrape())
    await browser.asked.wait()
    going.cancel()
    await asyncio.sleep(0.1)
    browser.slow.set()
    with contextlib.suppress(asyncio.CancelledError):
        await going
    assert browser.tabs == {}
