"""Every write to a disk is recorded, then the disk is put into states in which a power cut may leave it."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.crashstates import CrashState, crash_states
from tests.faults.disks import Disk, run
from tests.faults.invariants import violations
from tests.faults.lengths import note, times
from tests.faults.recording import Event, read_log

STATES = times(30, 1000)
SIZE = 24 << 20
pytestmark = [pytest.mark.recorded_disk, pytest.mark.timeout(120 + STATES)]


@pytest.fixture
def recorded(tmp_path: Path, repository: Path) -> list[Event]:
    """Everything that happened to a disk while a store on it was used, from the first remark on."""
    folder, log = tmp_path / "fuse", tmp_path / "disk.log"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.faults.recorder", str(folder), str(log), str(SIZE)]
    with subprocess.Popen(command, cwd=repository) as server:
        try:
            _use(_awaited(folder), tmp_path, repository)
        finally:
            run("fusermount3", "-u", str(folder))
            server.wait(10)
    return list(read_log(log))


def _awaited(folder: Path) -> Path:
    until = time.monotonic() + 10
    while not (folder / "disk").exists():
        assert time.monotonic() < until, "the recording disk did not come up"
        time.sleep(0.02)
    return folder


def _use(served: Path, tmp_path: Path, repository: Path) -> None:
    disk, marks = Disk(served / "disk", tmp_path / "mounted"), served / "marks"
    disk.format()
    disk.mount()
    try:
        os.sync()
        marks.write_text('{"begin": []}')
        command = [sys.executable, "-m", "tests.faults.workload", str(disk.mounted / "store"), str(marks)]
        subprocess.run(command, cwd=repository, check=True, timeout=60)
    finally:
        disk.unmount()


@pytest.fixture
def replayed(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "replayed.img", tmp_path / "replayed")


def test_a_power_cut_between_any_two_writes_loses_nothing(recorded: list[Event], replayed: Disk) -> None:
    began, checked, found = time.monotonic(), 0, []
    begin = next(number for number, event in enumerate(recorded) if event.kind == "m")
    seed = random.randrange(1 << 32)
    for state in crash_states(recorded, begin, SIZE, STATES, random.Random(seed)):
        replayed.image.write_bytes(state.content)
        replayed.mount()
        try:
            wrong = _violations(replayed.mounted / "store", state)
        finally:
            replayed.unmount()
        checked += len(_told(state, "stored"))
        found += [f"before event {state.at}: {what}" for what in wrong]
    seconds = time.monotonic() - began
    note(
        f"{STATES} crash states of {len(recorded)} events, {checked} acknowledged versions looked for,"
        f" {len(found)} violations, {seconds:.0f} s (seed {seed})"
    )
    assert not found, (len(found), found[:5])
    assert checked > STATES


def _violations(store: Path, state: CrashState) -> list[str]:
    return violations(
        store,
        _told(state, "stored"),
        archived=_told(state, "leaving"),
        gone=_told(state, "dropping"),
        spoilt=_told(state, "spoilt") - _told(state, "restored"),
    )


def _told(state: CrashState, event: str) -> set[str]:
    return {version_id for told, ids in state.marks if told == event for version_id in ids}
