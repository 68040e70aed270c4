"""A real window, on a screen that nobody looks at: logging in there, and reading in one."""

import asyncio
import contextlib
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from aiohttp import web
from odd_server import ROWS, html
from practice import REPOSITORY, Console, Scraper

from services.scraper.browsing.browser import open_page
from services.scraper.browsing.caches import CACHES, RUNS
from services.scraper.browsing.leftovers import processes_in
from services.scraper.browsing.screen import own_screen
from services.scraper.judging.outcome import ScrapeError
from services.scraper.settings import ScraperSettings
from shared.settings import load

pytestmark = pytest.mark.browser

LOGIN = """<h1>Log in to Claude</h1><button>Continue with email</button><script>setTimeout(() => {
document.cookie = "sessionKey=given; path=/; max-age=2419200"; location.href = "/settings/usage"; }, 1500)</script>"""


ASKED_TO_LOG_IN: list[str] = []


async def answer(request: web.Request) -> web.Response:
    """Let in whoever has the cookie; the login page gives it out by itself, as a user would get it."""
    if request.path == "/login":
        ASKED_TO_LOG_IN.append(request.path)
        return html(LOGIN)
    if "sessionKey" not in request.cookies:
        raise web.HTTPFound("/login")
    return html(ROWS)


@contextlib.asynccontextmanager
async def served():
    app = web.Application()
    app.router.add_route("*", "/{name:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/settings/usage"
    finally:
        await runner.cleanup()


def on_a_screen(scraper, *command):
    """Run a command as `xvfb-run` gives it a screen; returns its exit code and all it printed."""
    ended = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-m", "services.scraper", *command],
        cwd=REPOSITORY,
        env=scraper.environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.screen
async def test_a_login_in_a_window_is_waited_for_and_kept(tmp_path):
    async with served() as address:
        scraper = Scraper(tmp_path / "state", Console(0), SCRAPER_USAGE_URL=address)
        code, said = await asyncio.to_thread(on_a_screen, scraper, "login")
        assert code == 0, said
        assert "A window opens" in said
        assert "You are logged in" in said
        assert processes_in(scraper.folder / "profile") == []
        ASKED_TO_LOG_IN.clear()
        assert (await asyncio.to_thread(on_a_screen, scraper, "login"))[0] == 0
        assert not ASKED_TO_LOG_IN, "who is logged in is not asked again"
        code, said = await asyncio.to_thread(on_a_screen, scraper, "login", "--anew")
        assert code == 0, said
        assert ASKED_TO_LOG_IN
        code, said = await asyncio.to_thread(scraper.run, "once")
        assert code == 0, said
        scraper.environment["SCRAPER_BROWSER_MODE"] = "headed"
        code, said = await asyncio.to_thread(on_a_screen, scraper, "once")
        assert code == 0, said
        assert scraper.last()["currentSession"]["percentageUsed"] == 47


@pytest.mark.screen
async def test_a_headed_reading_makes_a_screen_where_there_is_none_and_leaves_none_behind(tmp_path):
    with (
        tempfile.TemporaryDirectory() as short
    ):  # the browser's socket is there, in a path of at most 107 bytes
        async with served() as address:
            scraper = Scraper(tmp_path / "state", Console(0), SCRAPER_USAGE_URL=address)
            scraper.environment |= {"SCRAPER_BROWSER_MODE": "headed", "TMPDIR": short}
            for name in ("DISPLAY", "WAYLAND_DISPLAY"):
                scraper.environment.pop(name, None)
            code, said = await asyncio.to_thread(scraper.run, "once")
        assert code == 3, said  # asked for the login: a page was read
        assert screens_of(short) == []
        assert list(Path(short).glob("screen-*")) == []


async def test_a_folder_for_temporary_files_whose_path_is_too_long_is_told(tmp_path):
    long = tmp_path / ("long" * 20)
    long.mkdir()
    scraper = Scraper(
        tmp_path / "state", Console(0), SCRAPER_USAGE_URL="http://127.0.0.1:9/", TMPDIR=str(long)
    )
    code, said = await asyncio.to_thread(scraper.run, "once")
    assert (code, "shorter one in TMPDIR" in said) == (7, True), said


async def test_a_screen_that_does_not_start_is_told():
    with pytest.raises(ScrapeError, match="no screen could be made: it ended with 1"):
        async with own_screen("/bin/false"):
            pass


@pytest.mark.screen
@pytest.mark.parametrize("other", [None, b"another cookie's", b""])
async def test_a_screen_lets_in_who_has_its_cookie_and_nobody_else(other):
    async with own_screen("Xvfb") as where:
        own = Path(where["XAUTHORITY"]).read_bytes()[-16:]
        assert let_in(where["DISPLAY"], own if other is None else other) is (other is None)


@pytest.mark.screen
async def test_a_screen_stays_when_who_came_first_has_gone():
    """A browser comes and goes before it comes to stay."""
    async with own_screen("Xvfb") as where:
        cookie = Path(where["XAUTHORITY"]).read_bytes()[-16:]
        for _ in range(10):
            assert let_in(where["DISPLAY"], cookie)
            await asyncio.sleep(0.02)


@pytest.mark.screen
async def test_screens_made_at_once_leave_each_other_alone():
    """Two accounts on one machine, or a person's own screen beside them."""
    async with contextlib.AsyncExitStack() as several:
        made = await asyncio.gather(*(several.enter_async_context(own_screen("Xvfb")) for _ in range(4)))
        made.append(await several.enter_async_context(own_screen("Xvfb")))
        assert len({where["DISPLAY"] for where in made}) == len(made)
        for where in made:
            assert let_in(where["DISPLAY"], Path(where["XAUTHORITY"]).read_bytes()[-16:])


def let_in(display, cookie):
    """Say hello to a screen as X11 has it; returns whether it answers that one may come in."""
    name = b"MIT-MAGIC-COOKIE-1" if cookie else b""
    hello = (
        b"l\0" + struct.pack("<HHHHxx", 11, 0, len(name), len(cookie)) + name + bytes(-len(name) % 4) + cookie
    )
    with socket.socket(socket.AF_UNIX) as screen:
        screen.connect(f"/tmp/.X11-unix/X{display.removeprefix(':')}")
        screen.sendall(hello)
        return screen.recv(1) == b"\1"


def screens_of(folder):
    """The screens that were made with a cookie in a folder."""
    said = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if "Xvfb" in line and str(folder) in line]


def cookies(profile):
    with contextlib.closing(sqlite3.connect(profile / "Default" / "Cookies")) as database:
        return [name for (name,) in database.execute("select name from cookies")]


async def test_the_login_survives_the_clearing_of_the_caches(tmp_path):
    async with served() as address:
        scraper = Scraper(tmp_path / "state", Console(0), SCRAPER_USAGE_URL=address)
        profile = scraper.folder / "profile"
        scraper.folder.mkdir(mode=0o700)
        async with open_page(load(ScraperSettings, scraper.environment)) as page:
            await page.goto(address)
            await page.wait_for_url("**/settings/usage", timeout=20_000)
        assert cookies(profile) == ["sessionKey"]
        (scraper.folder / "profile-runs").write_text(str(RUNS - 1))
        stuffed = [profile / name / "stuffing" for name in CACHES]
        for path in stuffed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        code, said = await asyncio.to_thread(scraper.run, "once")
        assert code == 0, said
        assert not any(path.exists() for path in stuffed)
        assert cookies(profile) == ["sessionKey"]
        assert (scraper.folder / "profile-runs").read_text() == "0"
