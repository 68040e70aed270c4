"""The scraper killed at random moments: no browser stays, no file is torn, no reading is lost."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.scraper.browsing.leftovers import processes_in
from services.scraper.outgoing.outbox import NAME
from shared.schemas.codec import decode_document, digest
from tests.faults.lengths import note, rounds
from tests.scraper.practice import Console, Scraper, running_console

ROUNDS = rounds(6)
pytestmark = [pytest.mark.browser, pytest.mark.timeout(120 + 10 * ROUNDS)]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with running_console(tmp_path) as running:
        yield running


@pytest.fixture
def scraper(tmp_path: Path, console: Console) -> Scraper:
    return Scraper(tmp_path / "state", console)


def kept(folder: Path) -> dict[str, dict[str, Any]]:
    """Every snapshot in the outbox, each whole and under the name that its content gives it."""
    found = {}
    for path in sorted((folder / "outbox").glob("*.json")):
        document, named = decode_document(path.read_bytes()), NAME.fullmatch(path.name)
        assert named
        assert digest(document).startswith(named["digest"]), path.name
        found[path.name] = document
    return found


def last_reading(folder: Path) -> dict[str, Any] | None:
    path = folder / "usage-data.json"
    return decode_document(path.read_bytes()) if path.exists() else None


def left(folder: Path) -> set[int]:
    """Every process that works for the scraper on this folder, or did: all inherit its environment."""
    mark = f"SCRAPER_STATE_DIR={folder}".encode()
    found = {one.pid for one in processes_in(folder / "profile")}
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in entry.read_bytes().split(b"\0"):
                found.add(int(entry.parent.name))
    return found


def gone(folder: Path) -> bool:
    deadline = time.monotonic() + 5
    while left(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_killed_at_any_moment_it_leaves_no_browser_no_torn_file_and_loses_nothing(scraper: Scraper) -> None:
    started = time.monotonic()
    assert scraper.run("once")[0] == 0
    whole = time.monotonic() - started
    dice, known = random.Random(ROUNDS), kept(scraper.folder)
    for round_ in range(ROUNDS):
        process = scraper.start("once")
        time.sleep(dice.uniform(0, 1.1 * whole))
        process.kill()
        process.communicate()
        now = kept(scraper.folder)
        assert known.keys() <= now.keys(), round_
        known = now
        last = last_reading(scraper.folder)
        assert last is None or last in known.values(), round_
    code, said = scraper.run("once")
    assert code == 0, said
    assert gone(scraper.folder)
    assert last_reading(scraper.folder) in kept(scraper.folder).values()
    note(f"{ROUNDS} kills of the scraper, {len(known) - 1} after their reading was kept")


def test_a_browser_that_hangs_when_its_scraper_is_killed_is_ended_at_the_next_start(
    console: Console, scraper: Scraper
) -> None:
    console.set(json=False, delaySeconds=60)
    profile = scraper.folder / "profile"
    process = scraper.start("once")
    deadline = time.monotonic() + 20
    while not any("--type=renderer" in one.arguments for one in processes_in(profile)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    browser = next(one for one in processes_in(profile) if one.is_browser)
    os.kill(browser.pid, signal.SIGSTOP)
    for pid in left(scraper.folder) - {one.pid for one in processes_in(profile)}:
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    assert browser.pid in {one.pid for one in processes_in(profile)}
    console.reset()
    code, said = scraper.run("once")
    assert code == 0, said
    assert "browser that an earlier scraper left" in said
    assert gone(scraper.folder)
