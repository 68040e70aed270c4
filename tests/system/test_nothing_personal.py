"""A cookie, a mail address and a name on the usage page are found nowhere but in the browser's own profile."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.system.conftest import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

COOKIE = "sk-canary-7f3a9c1e5b"
OTHER_COOKIE = "canary-organisation-2b8d"
MAIL = "canary.person@mail.example.org"
NAME = "Canary Q. Person"
ORGANISATION = "c0ffee00-1234-4abc-8def-c0ffee00c0de"
CANARIES = (COOKIE, OTHER_COOKIE, MAIL, "canary.person", NAME, ORGANISATION)

USAGE = {
    "five_hour": {"utilization": 47.0, "resets_at": None},
    "seven_day": {"utilization": 31.0, "resets_at": None},
    "account": {"full_name": NAME, "email_address": MAIL},
    "note": f"for {MAIL}, key {COOKIE}",
}
ROWS = """<main><h2>Usage</h2><section><h3>Current session</h3><p>47% used</p></section>
<section><h3>All models</h3><p>31% used</p></section></main>"""
PAGE = f"""<!doctype html><title>{NAME} {MAIL}</title><body><nav><p>{NAME}</p><a>How {NAME} lives</a></nav>
<header><p>{MAIL}</p></header>%s<footer><p>{COOKIE}</p></footer>
<script>fetch("/api/organizations/{ORGANISATION}/usage").then((answer) => answer.json());
document.cookie = "lastActiveOrg={OTHER_COOKIE}; path=/"</script>"""


class Site:
    """A usage page that tells too much; `rows` and `status` change what it shows."""

    def __init__(self) -> None:
        self.rows, self.status, self.address = ROWS, 200, ""

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.startswith("/api/organizations/"):
            answer = web.json_response(USAGE, status=self.status)
        else:
            answer = web.Response(text=PAGE % self.rows, content_type="text/html", status=self.status)
        answer.set_cookie("sessionKey", COOKIE, max_age=86_400, httponly=True)
        return answer

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_route("*", "/{name:.*}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()


def told(data: bytes) -> list[str]:
    """Which canaries are in it, as they are or as JSON, a web address or gzip write them."""
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    text = data.decode("utf-8", "replace")
    forms = {canary: {canary, json.dumps(canary)[1:-1], canary.replace("@", "%40")} for canary in CANARIES}
    return [canary for canary, ways in forms.items() if any(way in text for way in ways)]


def found_in(folder: Path) -> list[str]:
    profile = folder / "scraper" / "profile"
    files = [path for path in folder.rglob("*") if path.is_file() and profile not in path.parents]
    assert files
    return [f"{canary} in {path.relative_to(folder)}" for path in files for canary in told(path.read_bytes())]


async def test_nothing_personal_leaves_the_browser(stage: Stage) -> None:
    site = Site()
    stage.start_receiver()
    said = []

    async def scraper(*command: str, **more: str) -> int:
        ended = await asyncio.to_thread(stage.scraper, *command, **more)
        said.append(ended.stdout + ended.stderr)
        return ended.returncode

    async with site.served():
        address = {"SCRAPER_USAGE_URL": f"{site.address}/settings/usage", "LOG_LEVEL": "debug"}
        assert await scraper("once", **address) == 0, said
        assert await scraper("once", CLAUDE_SYNC_URL="http://127.0.0.1:9/", **address) == 0
        site.rows = ROWS.replace("Current session", "Sitting of today").replace("All models", "All of it")
        assert await scraper("once", **address) == 0
        site.rows, site.status = f"<main><p>Nothing for {MAIL} ({COOKIE})</p></main>", 500
        assert await scraper("once", **address) == 6
        for command in (["status"], ["status", "--json"], ["reparse", "--json"]):
            await scraper(*command, **address)
    assert list((stage.folder / "scraper" / "profile").rglob("Cookies"))
    assert len(stage.history()) == 3
    assert list((stage.folder / "store" / "reports").glob("*.json"))
    assert len(list((stage.folder / "scraper" / "captures").glob("*.json"))) == 4
    assert told("\n".join(said).encode()) == []
    assert found_in(stage.folder) == []
