"""When a clock is believed: machines that sleep, are switched off, or have their clock set."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.janitor import machine as machines
from services.janitor.health import why_unwell
from services.janitor.machine import sighting
from services.janitor.policy import Rules
from services.janitor.records import Note, Swept, note_from
from services.janitor.sweep import NOTE, Sweeper, Task
from services.janitor.timekeeping import Timekeeping, ahead_of_the_machine
from shared.clock import SystemClock
from shared.schemas.codec import encode
from shared.store import Store
from shared.store.memory import MemoryStore
from tests.janitor.scenes import NOW, Machine, document, fill

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Runs:
    """Runs of a janitor, one after another, that only look at the clock."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.known = Timekeeping()
        assert self.believe()

    def believe(self) -> bool:
        reason, self.known = ahead_of_the_machine(self.known, self.machine.look(self.machine))
        return reason is None


@pytest.mark.parametrize("asleep", [HOUR, 90 * DAY])
def test_a_machine_that_slept_is_believed(asleep: timedelta) -> None:
    runs = Runs()
    runs.machine.passes(asleep)
    assert runs.believe()


def test_a_machine_that_was_off_overnight_is_believed_each_morning() -> None:
    runs = Runs()
    for _ in range(30):
        runs.machine.is_off_for(16 * HOUR)
        assert runs.believe()
        runs.machine.passes(8 * HOUR)
        assert runs.believe()


def test_a_clock_that_jumped_ahead_is_not_believed_however_often_it_is_asked() -> None:
    runs = Runs()
    runs.machine.passes(HOUR).is_set(30 * DAY)
    for _ in range(20):
        assert not runs.believe()
        runs.machine.passes(HOUR)


def test_it_is_believed_once_it_is_right_again() -> None:
    runs = Runs()
    runs.machine.is_set(30 * DAY)
    assert not runs.believe()
    runs.machine.passes(HOUR).is_set(-30 * DAY)
    assert runs.believe()
    assert runs.known.doubted is None


def test_it_is_believed_after_a_day_in_which_it_went_steadily() -> None:
    runs = Runs()
    runs.machine.is_set(30 * DAY)
    assert not runs.believe()
    runs.machine.passes(23 * HOUR)
    assert not runs.believe()
    runs.machine.passes(HOUR)
    assert runs.believe()


def test_a_second_jump_is_no_steady_day() -> None:
    runs = Runs()
    runs.machine.is_set(30 * DAY)
    assert not runs.believe()
    for _ in range(5):
        runs.machine.is_set(DAY)
        assert not runs.believe()


def test_a_machine_that_was_off_for_weeks_is_believed_after_a_day_though_it_is_off_at_night() -> None:
    runs = Runs()
    runs.machine.is_off_for(21 * DAY)
    assert not runs.believe()
    runs.machine.passes(8 * HOUR)
    assert not runs.believe()
    runs.machine.is_off_for(16 * HOUR)
    assert runs.believe()


def test_a_virtual_machine_whose_host_slept_is_doubted_for_a_day_at_most() -> None:
    runs = Runs()
    runs.machine.is_set(8 * HOUR)
    assert runs.believe()
    runs.machine.passes(8 * HOUR).is_set(60 * HOUR)
    assert not runs.believe()
    runs.machine.passes(8 * HOUR).is_set(16 * HOUR)
    assert runs.believe()


def test_a_clock_set_back_is_believed_and_so_is_its_return() -> None:
    runs = Runs()
    runs.machine.passes(HOUR).is_set(-300 * DAY)
    assert runs.believe()
    runs.machine.passes(HOUR).is_set(300 * DAY)
    assert runs.believe()


def test_a_restored_note_of_weeks_ago_is_told_by_the_same_boot() -> None:
    runs = Runs()
    old = runs.known
    for _ in range(10):
        runs.machine.passes(3 * DAY)
        assert runs.believe()
    runs.known = old
    assert runs.believe()


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"{",
        b"\xff",
        b'{"timekeeping": 3}',
        b'{"timekeeping":{"believed":{"at":"2026-11-22T12:00:00","boot":"x","upSeconds":1}}}',
        b'{"timekeeping":{"believed":{"at":"2026-11-22T12:00:00Z","boot":"x","upSeconds":1e300}}}',
    ],
)
def test_a_note_that_nobody_can_read_is_as_none_at_all(data: bytes | None) -> None:
    assert note_from(data) == Note()


def test_a_note_is_read_as_it_was_written() -> None:
    runs = Runs()
    runs.machine.is_set(30 * DAY)
    runs.believe()
    note = Note(timekeeping=runs.known, sign_of_life=NOW, problems=["the disk is full"])
    assert note_from(encode(note)) == note


class Sweeps:
    """Runs of a janitor on one store and one machine."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.machine = Machine()

    async def run(self, *, force: bool = False, dry_run: bool = False) -> Swept:
        task = Task(rules=Rules(newest=5, days=7), force=force, dry_run=dry_run)
        return await Sweeper(self.store, task, self.machine, self.machine.look).run()

    async def left(self) -> int:
        return await self.store.count("default")


@pytest.fixture
def sweeps() -> Sweeps:
    return Sweeps(MemoryStore())


@pytest.mark.parametrize("age", [timedelta(0), 3 * DAY, 3000 * DAY])
async def test_the_first_run_on_any_store_is_made(sweeps: Sweeps, age: timedelta) -> None:
    await fill(sweeps.store, 20, until=NOW - age)
    assert (await sweeps.run()).refused == []
    assert await sweeps.left() < 20


async def test_nothing_leaves_by_a_clock_that_is_not_believed_until_a_person_says_so(sweeps: Sweeps) -> None:
    await fill(sweeps.store, 6)
    await sweeps.run()
    sweeps.machine.is_set(60 * DAY)
    for dry_run in (True, False, False):
        swept = await sweeps.run(dry_run=dry_run)
        assert len(swept.refused) == 1
        assert "60 days more than this machine was up" in swept.refused[0]
        assert all(decision.keep for decision in swept.accounts[0].plan)
        assert await sweeps.left() == 6
    assert (await sweeps.run(force=True)).refused == []
    assert await sweeps.left() == 5
    assert (await sweeps.run()).refused == []


async def test_a_dry_run_does_not_make_a_clock_believed(sweeps: Sweeps) -> None:
    await fill(sweeps.store, 6)
    await sweeps.run()
    before = await sweeps.store.read_note(NOTE)
    sweeps.machine.is_set(60 * DAY)
    await sweeps.run(dry_run=True, force=True)
    assert await sweeps.store.read_note(NOTE) == before
    assert (await sweeps.run()).refused


async def test_an_account_whose_newest_version_is_ahead_of_the_clock_keeps_all(sweeps: Sweeps) -> None:
    await fill(sweeps.store, 20)
    await fill(sweeps.store, 20, "work")
    ahead = NOW + 2 * HOUR
    await sweeps.store.append("work", document(ahead), ahead)
    swept = await sweeps.run()
    assert swept.refused == [
        "the clock says 2026-11-22T12:00:00Z, but the newest version is of 2026-11-22T14:00:00Z"
    ]
    assert await sweeps.left() < 20
    assert await sweeps.store.count("work") == 21
    sweeps.machine.passes(2 * HOUR)
    assert (await sweeps.run()).refused == []
    assert await sweeps.store.count("work") < 21


async def test_clocks_some_seconds_apart_do_not_matter(sweeps: Sweeps) -> None:
    await fill(sweeps.store, 20)
    ahead = NOW + timedelta(seconds=50)
    await sweeps.store.append("default", document(ahead), ahead)
    assert (await sweeps.run()).refused == []


async def test_forced_the_newest_hundred_stay_whatever_the_clock_says(sweeps: Sweeps) -> None:
    await fill(sweeps.store, 150)
    sweeps.machine.is_set(9000 * DAY)
    task = Task(rules=Rules(newest=100, days=7), force=True)
    await Sweeper(sweeps.store, task, sweeps.machine, sweeps.machine.look).run()
    assert await sweeps.left() == 100


def test_this_machine_says_which_boot_it_is_in_and_how_long_it_is_up() -> None:
    first, second = sighting(SystemClock()), sighting(SystemClock())
    assert first.boot == second.boot
    assert 0 < first.up_seconds <= second.up_seconds
    assert abs(first.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_machine_without_proc_still_counts_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "_PROC", tmp_path)
    seen = sighting(SystemClock())
    assert (seen.boot, seen.up_seconds > 0) == ("unknown", True)


def test_a_janitor_is_well_while_its_last_run_is_recent_and_did_its_work() -> None:
    assert why_unwell(Note(), NOW, 3600) == "no janitor has run here yet"
    note = Note(sign_of_life=NOW)
    assert why_unwell(note, NOW + 2 * HOUR, 3600) is None
    assert why_unwell(note, NOW + 3 * HOUR, 3600) == "the janitor was last seen at 2026-11-22T12:00:00Z"
    assert why_unwell(note, NOW - DAY, 3600) is None
    assert why_unwell(Note(sign_of_life=NOW, problems=["full"]), NOW, 3600) == "full"
