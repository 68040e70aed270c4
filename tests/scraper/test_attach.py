"""Attach mode: the user's own browser is left exactly as it was, however the scrape ends."""

import asyncio
import contextlib
import signal

import pytest
from own_browser import own_browser, screen, tab
from practice import Scraper, running_console

pytestmark = pytest.mark.browser

FETCH = 'fetch("%s/livez?x.png", {mode: "no-cors"}).then(() => "answered", () => "blocked")'


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with running_console(tmp_path_factory.mktemp("practice")) as running:
        yield running


@pytest.fixture
def console(practice):
    practice.reset()
    return practice


IN_A_WINDOW = pytest.param("window", marks=pytest.mark.screen)


@pytest.fixture
def own(request, tmp_path):
    with contextlib.ExitStack() as stack:
        window = getattr(request, "param", "headless") == "window"
        environment = stack.enter_context(screen()) if window else None
        yield stack.enter_context(own_browser(tmp_path / "own", environment))


@pytest.fixture
async def before(own, console):
    """How the user's tabs stand: scrolled, half written, the last of them looked at."""
    for address in (f"{console.address}/", tab("one"), tab("two")):
        await own.open(address)
    await asyncio.sleep(1)
    tabs = await own.tabs()
    assert len(tabs) == 4
    for one in tabs:
        await own.evaluate(one["targetId"], 'scrollTo(0, 1234); if (window.note) note.value = "half a word"')
    return await own.settled()


@pytest.fixture
def scraper(tmp_path, console, own):
    return Scraper(tmp_path / "state", console, SCRAPER_BROWSER_MODE="attach", SCRAPER_ATTACH_URL=own.address)


@pytest.mark.parametrize("own", ["headless", IN_A_WINDOW], indirect=True)
@pytest.mark.parametrize(
    ("trouble", "code"),
    [({}, 0), ({"layout": "unknown"}, 5), ({"access": "login"}, 3), ({"status": 503}, 6)],
)
async def test_the_users_tabs_are_left_as_they_were(console, own, before, scraper, trouble, code):
    console.set(**trouble)
    ended, said = await asyncio.to_thread(scraper.run, "once")
    assert ended == code, said
    assert await own.settled() == before
    assert not (scraper.folder / "attached-tab.json").exists()
    assert not list(scraper.folder.glob("profile/*"))


async def midway(own, scraper):
    """Start a scrape whose figures take long, and wait until its tab shows the page."""
    process = scraper.start("once")
    while not any("settings/usage" in one["url"] for one in await own.tabs()):
        assert process.poll() is None
        await asyncio.sleep(0.05)
    return process


async def test_what_the_scraper_does_not_load_other_tabs_still_do(console, own, before, scraper):
    console.set(json=False, delaySeconds=20)
    users = next(one for one in before if before[one][0]["url"] == f"{console.address}/")
    process = await midway(own, scraper)
    try:
        assert await own.evaluate(users, FETCH % console.address) == "answered"
    finally:
        process.kill()
        await asyncio.to_thread(process.communicate)


async def test_a_stop_in_the_middle_closes_the_tab(console, own, before, scraper):
    console.set(json=False, delaySeconds=20)
    process = await midway(own, scraper)
    process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(process.communicate, timeout=10)
    assert process.returncode == 143
    assert await own.settled() == before


async def test_a_stop_ends_in_time_while_the_users_browser_hangs(console, own, before, scraper):
    console.set(json=False, delaySeconds=20)
    process = await midway(own, scraper)
    own.process.send_signal(signal.SIGSTOP)
    try:
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.communicate, timeout=10)
    finally:
        own.process.send_signal(signal.SIGCONT)
    assert process.returncode == 143


async def test_the_tab_that_a_kill_left_is_closed_at_the_next_start(console, own, before, scraper):
    console.set(json=False, delaySeconds=20)
    process = await midway(own, scraper)
    process.kill()
    await asyncio.to_thread(process.communicate)
    assert len(await own.tabs()) == 5
    console.reset()
    assert (await asyncio.to_thread(scraper.run, "once"))[0] == 0
    assert await own.settled() == before


async def test_an_address_where_no_browser_listens_is_named_with_its_port(scraper):
    scraper.environment["SCRAPER_ATTACH_URL"] = "http://127.0.0.1:9"
    code, said = await asyncio.to_thread(scraper.run, "once")
    assert code == 7
    assert "no browser answers at http://127.0.0.1:9" in said
    assert "--remote-debugging-port=9 " in said


async def test_something_else_that_listens_there_is_no_browser(console, scraper):
    scraper.environment["SCRAPER_ATTACH_URL"] = console.address
    code, said = await asyncio.to_thread(scraper.run, "once")
    assert (code, "no browser answers" in said) == (7, True)
