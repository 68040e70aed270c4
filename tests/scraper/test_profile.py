"""The profile is opened by one program at a time, and what dead ones left does not stand in the way."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.scraper.browsing.caches import CACHES, trim_caches
from services.scraper.browsing.leftovers import parse_ps, processes_in
from services.scraper.browsing.profile import hold_profile, tidy_profile
from services.scraper.judging.outcome import ScrapeError

HOST = socket.gethostname()


def lock(folder, owner):
    (folder / "profile").mkdir(exist_ok=True)
    (folder / "profile" / "SingletonLock").symlink_to(owner)


@pytest.fixture
def pretend(tmp_path):
    """Starts programs whose command line is that of a browser in the profile."""
    started = []

    def start(*arguments, code="input()"):
        command = [sys.executable, "-c", code, f"--user-data-dir={tmp_path}/profile", *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        started.append(process)
        while not Path(f"/proc/{process.pid}/cmdline").read_bytes():  # not there yet right after exec
            time.sleep(0.01)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


async def refused(folder, **options):
    with pytest.raises(ScrapeError) as caught:
        async with hold_profile(folder, "scrape", **options):
            pass
    assert caught.value.state == "profile_locked"
    return str(caught.value)


async def test_the_profile_is_for_its_owner_only(tmp_path):
    async with hold_profile(tmp_path, "scrape") as profile:
        assert profile.stat().st_mode & 0o777 == 0o700


async def test_another_scrape_is_waited_for(tmp_path):
    async with hold_profile(tmp_path, "scrape"):
        waiting = asyncio.create_task(tidy_profile(tmp_path))
        await waiting  # tidying never waits
        asked = asyncio.get_running_loop().time()
        assert "another scrape" in await refused(tmp_path, patience=0.3)
        assert asyncio.get_running_loop().time() - asked >= 0.3
    entered = asyncio.Event()

    async def second():
        async with hold_profile(tmp_path, "scrape"):
            entered.set()

    async with hold_profile(tmp_path, "scrape"):
        following = asyncio.create_task(second())
        await asyncio.sleep(0.3)
        assert not entered.is_set()
    await asyncio.wait_for(following, 5)


async def test_a_login_window_is_not_waited_for(tmp_path):
    async with hold_profile(tmp_path, "login"):
        async with asyncio.timeout(2):
            assert "login window" in await refused(tmp_path)


async def test_a_browser_that_somebody_opened_on_the_profile_locks_it_and_lives(tmp_path, pretend):
    browser = pretend()
    assert str(browser.pid) in await refused(tmp_path)
    assert browser.poll() is None


async def test_a_browser_that_a_killed_scraper_left_is_ended_with_its_children(tmp_path, pretend):
    left = [pretend("--remote-debugging-pipe"), pretend("--type=renderer")]
    lock(tmp_path, f"{HOST}-{left[0].pid}")
    async with hold_profile(tmp_path, "scrape") as profile:
        assert not (profile / "SingletonLock").is_symlink()
        assert processes_in(profile) == []
    assert [process.wait(5) != 0 for process in left] == [True, True]


async def test_one_that_does_not_listen_is_killed(tmp_path, pretend):
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); input()"
    left = pretend("--remote-debugging-pipe", code=deaf)
    await asyncio.sleep(0.5)
    async with hold_profile(tmp_path, "scrape"):
        assert left.wait(5) == -9


async def test_another_profiles_browser_is_let_alone(tmp_path, pretend):
    (tmp_path / "elsewhere").mkdir()
    other = pretend("--remote-debugging-pipe")
    async with hold_profile(tmp_path / "elsewhere", "scrape"):
        assert other.poll() is None


@pytest.mark.parametrize(
    "owner",
    [f"{HOST}-{2**22 + 1}", f"{HOST}-{os.getpid()}", f"{HOST}-1", "f00dcafe-17"],
    ids=["no such process", "another process", "the first process", "another host"],
)
async def test_what_a_dead_browser_left_is_taken_away(tmp_path, owner):
    lock(tmp_path, owner)
    async with hold_profile(tmp_path, "scrape") as profile:
        assert not (profile / "SingletonLock").is_symlink()


def test_a_list_of_processes_is_read_where_there_is_no_proc():
    listed = "  12 /A pp/Chrome --user-data-dir=/some where/profile --remote-debugging-pipe x\n\n  7 ps\n"
    assert [(one.pid, one.arguments) for one in parse_ps(listed)] == [
        (12, ("/A pp/Chrome", "--user-data-dir=/some where/profile", "--remote-debugging-pipe x")),
        (7, ("ps",)),
    ]


def fill(profile, name, size=10):
    path = profile / name / "data"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def test_caches_go_every_twelve_runs_and_the_login_stays(tmp_path):
    profile = tmp_path / "profile"
    kept = [
        fill(profile, f"Default/{name}") for name in ("Local Storage", "IndexedDB", "Network", "Sessions")
    ]
    (profile / "Default" / "Cookies").write_text("the login")
    for _ in range(2):
        gone = [fill(profile, name) for name in CACHES]
        assert [trim_caches(tmp_path, profile) for _ in range(12)] == [False] * 11 + [True]
        assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)
    assert (profile / "Default" / "Cookies").read_text() == "the login"


def test_a_count_that_cannot_be_written_stops_no_scrape(tmp_path):
    (tmp_path / "profile-runs").mkdir()
    assert not trim_caches(tmp_path, tmp_path / "profile")


def test_caches_go_at_once_when_they_pass_50_megabytes(tmp_path):
    big = fill(tmp_path / "profile", "Default/Code Cache/js", 51 * 1024 * 1024)
    assert trim_caches(tmp_path, tmp_path / "profile")
    assert not big.exists()


@pytest.mark.parametrize("torn", [b"", b"\xff", b"x", b"-3"])
def test_a_torn_count_of_runs_is_counted_anew(tmp_path, torn):
    (tmp_path / "profile-runs").write_bytes(torn)
    assert not trim_caches(tmp_path, tmp_path / "profile")
    assert (tmp_path / "profile-runs").read_text() == "1"
