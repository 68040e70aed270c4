"""The profile is opened by one program at a time, and a dead one's locks do not stand in the way."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.scraper.outcome import ScrapeError
from services.scraper.profile import hold_profile


def lock(folder, owner):
    (folder / "profile").mkdir(exist_ok=True)
    (folder / "profile" / "SingletonLock").symlink_to(owner)


def test_the_profile_is_for_its_owner_only(tmp_path):
    with hold_profile(tmp_path) as profile:
        assert profile.stat().st_mode & 0o777 == 0o700


def test_a_second_holder_is_told_that_it_is_locked(tmp_path):
    with hold_profile(tmp_path), pytest.raises(ScrapeError) as caught, hold_profile(tmp_path):
        pass
    assert caught.value.state == "profile_locked"
    with hold_profile(tmp_path):
        pass


def test_a_live_browser_in_the_profile_locks_it(tmp_path):
    browser = subprocess.Popen(
        [sys.executable, "-c", "input()", f"--user-data-dir={tmp_path}/profile"], stdin=subprocess.PIPE
    )
    try:
        while not Path(f"/proc/{browser.pid}/cmdline").read_bytes():  # not there yet right after exec
            time.sleep(0.01)
        lock(tmp_path, f"{socket.gethostname()}-{browser.pid}")
        with pytest.raises(ScrapeError) as caught, hold_profile(tmp_path):
            pass
        assert caught.value.state == "profile_locked"
    finally:
        browser.communicate(b"\n")


@pytest.mark.parametrize(
    "owner", [f"{socket.gethostname()}-{2**22 + 1}", f"{socket.gethostname()}-{os.getpid()}", "f00dcafe-17"]
)
def test_what_a_dead_browser_left_is_taken_away(tmp_path, owner):
    lock(tmp_path, owner)
    with hold_profile(tmp_path) as profile:
        assert not (profile / "SingletonLock").is_symlink()
