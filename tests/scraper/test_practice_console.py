"""The commands against the practice console: a real browser on a real page, in every layout and trouble."""

import asyncio
import contextlib
import signal
import subprocess
import time
from datetime import datetime, timedelta

import pytest
from fake_receiver import FakeReceiver
from practice import Scraper, running_console

from services.scraper.browsing.chromium import find_browser, launch_flags, running_as_root
from services.scraper.browsing.profile import hold_profile
from services.scraper.logins import login as login_module
from services.scraper.logins.login import log_in
from services.scraper.outgoing.outbox import take_stock
from services.scraper.settings import ScraperSettings
from shared.clock import SystemClock
from shared.settings import load

pytestmark = pytest.mark.browser

ERAS = ["2026-02", "2026-04", "2026-06", "2026-07", "2026-09", "2026-10"]
FIGURES = {
    "session": {"percentage": 47, "resetsInMinutes": 162},
    "weekly": {"percentage": 31, "resetsInMinutes": 4000},
    "weekly:sonnet": {"percentage": 10, "resetsInMinutes": 5000},
    "weekly:fable": {"percentage": 3, "resetsInMinutes": 4000},
    "credits": {"percentage": 112, "used": 208.47, "limit": 186, "currency": "USD"},
}


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with running_console(tmp_path_factory.mktemp("practice")) as running:
        yield running


@pytest.fixture
def console(practice):
    practice.reset()
    return practice


@pytest.fixture
def scraper(tmp_path, console):
    return Scraper(tmp_path / "state", console)


def recorded(document):
    """The snapshot's readings under the names the console uses."""
    weekly = document.get("weeklyLimits", {})
    found = {"session": document.get("currentSession"), "weekly": weekly.get("allModels")}
    found |= {
        "weekly:sonnet": weekly.get("sonnetOnly"),
        "weekly:fable": weekly.get("scoped", {}).get("fable"),
    }
    return {limit: reading for limit, reading in found.items() if reading}


def assert_same(document, shown):
    found = recorded(document)
    assert found.keys() == shown.keys() - {"credits"}
    for limit, reading in found.items():
        true = shown[limit]
        assert (limit, reading["percentageUsed"]) == (limit, true["percentage"])
        assert (limit, reading["state"]) == (limit, true["state"])
        assert ("resetsAt" in reading) == bool(true["resetsAt"])
        if true["resetsAt"]:
            apart = datetime.fromisoformat(reading["resetsAt"]) - datetime.fromisoformat(true["resetsAt"])
            assert abs(apart) <= timedelta(minutes=2), limit


@pytest.mark.parametrize("json", [True, False])
@pytest.mark.parametrize("era", ERAS)
def test_every_layout_is_read_as_the_console_has_it(console, scraper, era, json):
    console.set(era=era, json=json, figures=FIGURES)
    code, said = scraper.run("once")
    assert code == 0, said
    document = scraper.last()
    assert_same(document, console.shown())
    assert document["source"] == ("both" if json else "page")
    assert "disagreements" not in document
    assert "isPartial" not in document
    assert document["credits"]["used"] == 208.47
    assert document["credits"]["percentageUsed"] == 112
    assert take_stock(scraper.folder).waiting == 1


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("era", ["2026-02", "2026-04", "2026-10"])
def test_a_page_in_another_language_is_read_as_the_console_has_it(console, scraper, era, language):
    console.set(era=era, json=False, figures=FIGURES, language=language)
    code, said = scraper.run("once")
    assert code == 0, said
    document = scraper.last()
    assert_same(document, console.shown())
    assert "isPartial" not in document
    assert document["credits"]["used"] == 208.47


def test_old_figures_in_another_language_are_renewed_by_its_refresh_button(console, scraper):
    console.set(era="2026-10", figures=FIGURES, language="fr", stale="until_refresh", staleMinutes=300)
    assert scraper.run("once")[0] == 0
    assert_same(scraper.last(), console.shown())


@pytest.mark.parametrize(("era", "model"), [("2026-04", "weekly:sonnet"), ("2026-10", "weekly:fable")])
def test_idle_and_never_used_are_zeros_that_say_so(console, scraper, era, model):
    console.set(era=era, figures=FIGURES | {"session": {"state": "idle"}, model: {"state": "unused"}})
    assert scraper.run("once")[0] == 0
    assert_same(scraper.last(), console.shown())


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        ({"access": "login"}, 3, "services.scraper login"),
        ({"access": "challenge"}, 4, "not expired"),
        ({"access": "region"}, 8, "region"),
        ({"layout": "unknown"}, 5, "changed"),
        ({"status": 503}, 6, "503"),
        ({"status": {"api": 500}}, 6, "500"),
    ],
)
def test_each_trouble_has_its_exit_code_and_its_words(console, scraper, trouble, code, said):
    console.set(**trouble)
    ended, printed = scraper.run("once")
    assert (ended, said in printed) == (code, True), printed
    assert not (scraper.folder / "usage-data.json").exists()
    assert take_stock(scraper.folder).waiting == 0


def test_a_server_that_is_not_there_is_a_network_error(console, scraper):
    scraper.environment["SCRAPER_USAGE_URL"] = "http://127.0.0.1:4/settings/usage"
    assert scraper.run("once")[0] == 6


@pytest.mark.parametrize(("era", "json"), [("2026-02", True), ("2026-10", False)])
def test_old_figures_are_renewed_by_the_refresh_button(console, scraper, era, json):
    console.set(era=era, json=json, stale="until_refresh")
    code, said = scraper.run("once")
    assert code == 0, said
    assert_same(scraper.last(), console.shown())


def test_figures_that_come_late_are_waited_for(console, scraper):
    console.set(era="2026-02", json=False, delaySeconds=6, figures=FIGURES)
    assert scraper.run("once")[0] == 0
    assert_same(scraper.last(), console.shown())


@pytest.mark.parametrize("json", [True, False])
def test_a_missing_row_makes_the_reading_partial_and_the_rest_right(console, scraper, json):
    console.set(era="2026-04", json=json, broken=["weekly"], figures=FIGURES)
    code, said = scraper.run("once")
    document = scraper.last()
    assert (code, document["isPartial"]) == (0, True), said
    assert document["extractionErrors"].keys() == {"weeklyLimits.allModels"}
    assert_same(document, console.shown())


async def test_a_locked_profile_and_a_missing_browser_end_with_the_cure(console, scraper, tmp_path):
    scraper.folder.mkdir(mode=0o700)
    async with hold_profile(scraper.folder, "login"):
        code, said = await asyncio.to_thread(scraper.run, "once")
    assert (code, "profile is in use" in said) == (7, True)
    scraper.environment["SCRAPER_BROWSER_PATH"] = str(tmp_path / "nothing")
    code, said = scraper.run("once")
    assert (code, "make setup" in said) == (7, True)
    scraper.environment["SCRAPER_BROWSER_PATH"] = "/bin/true"
    code, said = await asyncio.to_thread(scraper.run, "once")
    assert (code, "ended as soon as it was started" in said, "make setup" in said) == (7, True, True)


def test_a_login_without_a_screen_says_how_to_do_without(console, scraper):
    scraper.environment = {k: v for k, v in scraper.environment.items() if "DISPLAY" not in k}
    code, said = scraper.run("login")
    assert (code, "session import" in said, "A window opens" in said) == (7, True, False)


def test_bad_settings_are_all_named(scraper):
    scraper.environment |= {"SCRAPER_INTERVAL_SECONDS": "1", "SCRAPER_USAGE_URL": "x"}
    code, said = scraper.run("once")
    assert code == 2
    assert "SCRAPER_INTERVAL_SECONDS" in said
    assert "SCRAPER_USAGE_URL" in said


async def test_once_sends_what_waits_and_status_tells_of_it(console, scraper):
    console.set(figures=FIGURES)
    await asyncio.to_thread(scraper.run, "once")
    async with FakeReceiver() as receiver:
        scraper.environment |= {"CLAUDE_SYNC_URL": receiver.url, "CLAUDE_SYNC_API_KEY": "right"}
        assert (await asyncio.to_thread(scraper.run, "once"))[0] == 0
        assert [document["currentSession"]["percentageUsed"] for document in receiver.taken] == [47, 47]
    code, said = await asyncio.to_thread(scraper.run, "status")
    assert code == 0
    for part in ("not running", "State      ok", "47 %", "Outbox     empty"):
        assert part in said


def browsers(profile):
    found = subprocess.run(
        ["pgrep", "-f", f"user-data-dir={profile}"], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


def test_run_stops_in_time_in_the_middle_of_a_scrape_and_leaves_no_browser(console, scraper):
    console.set(json=False, delaySeconds=60)
    process = scraper.start("run")
    deadline = time.monotonic() + 20
    while not browsers(scraper.folder / "profile") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert browsers(scraper.folder / "profile")
    process.send_signal(signal.SIGTERM)
    asked = time.monotonic()
    process.communicate(timeout=15)
    assert process.returncode == 0
    assert time.monotonic() - asked < 10
    time.sleep(0.5)
    assert browsers(scraper.folder / "profile") == []


def test_a_second_run_on_the_same_folder_is_refused(console, scraper):
    first = scraper.start("run")
    try:
        deadline = time.monotonic() + 20
        while "running;" not in scraper.run("status")[1] or "not running" in scraper.run("status")[1]:
            assert time.monotonic() < deadline
        code, said = scraper.run("run")
        assert (code, "already runs" in said) == (7, True)
    finally:
        first.terminate()
        first.communicate(timeout=15)


async def test_a_login_is_kept_for_the_scrapes_that_follow(console, scraper, monkeypatch):
    console.set(access="login", figures=FIGURES)
    opened = asyncio.Queue()
    real = login_module.open_page

    @contextlib.asynccontextmanager
    async def watched(settings, *, purpose):
        assert purpose == "login"
        async with real(settings) as page:  # no window: there may be no screen
            opened.put_nowait(page)
            yield page

    monkeypatch.setattr(login_module, "open_page", watched)
    scraper.folder.mkdir(mode=0o700)
    settings = load(ScraperSettings, scraper.environment)
    waiting = asyncio.create_task(log_in(settings, SystemClock(), lambda: None))
    page = await opened.get()
    await page.get_by_role("button", name="Continue with email").click(timeout=20_000)
    async with asyncio.timeout(30):
        snapshot = await waiting
    assert snapshot.current_session.percentage_used == 47
    assert (await asyncio.to_thread(scraper.run, "once"))[0] == 0


def test_attached_to_a_running_browser_the_scraper_leaves_its_tabs_alone(console, scraper, tmp_path):
    console.set(figures=FIGURES)
    flags = launch_flags(as_root=running_as_root())
    own = subprocess.Popen(
        [
            find_browser(None),
            "--headless",
            "--remote-debugging-port=0",
            f"--user-data-dir={tmp_path}/own",
            *flags,
            f"{console.address}/",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        port_file = tmp_path / "own" / "DevToolsActivePort"
        deadline = time.monotonic() + 20
        while not (port_file.exists() and port_file.read_text().strip()) and time.monotonic() < deadline:
            time.sleep(0.05)
        scraper.environment["SCRAPER_BROWSER_MODE"] = "attach"
        scraper.environment["SCRAPER_ATTACH_URL"] = f"http://127.0.0.1:{port_file.read_text().split()[0]}"
        code, said = scraper.run("once")
        assert code == 0, said
        assert recorded(scraper.last())["session"]["percentageUsed"] == 47
        assert own.poll() is None
    finally:
        own.terminate()
        own.wait(timeout=15)


def test_state_is_for_the_owner_only(console, scraper):
    scraper.run("once")
    paths = [scraper.folder, *scraper.folder.rglob("*")]
    inside = scraper.folder / "profile"
    open_to_others = [path for path in paths if inside not in path.parents and path.stat().st_mode & 0o077]
    assert not open_to_others
