"""Each system call of each operation fails once, and kills the process once: nothing is half-done.

An operation is traced first to learn its calls, then repeated, once for each call and fault.
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.invariants import HISTORY, LATEST, violations
from tests.faults.lengths import LONG, note, times
from tests.faults.operations import ACKNOWLEDGED, ARCHIVED, BROKEN, DONE, OPERATIONS, REFUSED, prepare
from tests.faults.strace import ERRORS, Call, Fault, attach, read_calls

SAMPLE = times(20, 0)
"""Faults tried of each operation in a short run; a long one tries all."""

pytestmark = [pytest.mark.strace, pytest.mark.timeout(times(120, 1200))]


TORN = b'{"lastUpdated": "2026-1'


class Ended(NamedTuple):
    """How an operation ended: its exit code (negative: the signal), and the calls it made."""

    code: int
    calls: list[Call]


class Bench:
    """Does operations on fresh copies of a prepared store."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.root = folder / "store"
        self._template, self._log = folder / "template", folder / "calls"
        self.ids = asyncio.run(prepare(str(self._template)))
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.operations"],
            cwd=repository,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def spoilt(self) -> Path:
        """The file of a version that is in the archive, too; `scrub` finds it torn."""
        return self.root / HISTORY / f"{self.ids[ARCHIVED][0]}.json"

    def close(self) -> None:
        self._server.stdin.close()
        assert self._server.wait(10) == 0
        self._server.stdout.close()

    def do(self, operation: str, fault: Fault | None) -> Ended:
        shutil.rmtree(self.root, ignore_errors=True)
        if operation != "append-first":
            shutil.copytree(self._template, self.root)
        if operation == "rebuild":
            (self.root / LATEST).write_text("{")
            (self.root / HISTORY / "_metadata.json").unlink()
        if operation == "scrub":
            self.spoilt.write_bytes(TORN)
        self._server.stdin.write(f"{operation} {self.root}\n")
        self._server.stdin.flush()
        process = self._told("ready")
        tracer = attach(process, self._log, fault)
        os.kill(process, signal.SIGUSR1)
        code = os.waitstatus_to_exitcode(self._told("ended"))
        tracer.wait(10)
        return Ended(code, read_calls(self._log))

    def _told(self, what: str) -> int:
        word, number = self._server.stdout.readline().split()
        assert word == what
        return int(number)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("calls"), repository)
    yield made
    made.close()


def faults_of(calls: list[Call]) -> list[Fault]:
    """Every fault that can be tried on a process that makes these calls."""
    seen: Counter[str] = Counter()
    found = []
    for call in calls:
        seen[call.name] += 1
        kinds = ["signal=SIGKILL", *ERRORS.get(call.name, ["error=EIO"])]
        found += [Fault(call.name, seen[call.name], kind) for kind in kinds]
    return found


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_system_call_that_fails_or_kills_leaves_nothing_half_done(bench: Bench, operation: str) -> None:
    began, seed = time.monotonic(), random.randrange(1 << 32)
    untroubled = bench.do(operation, None)
    assert untroubled.code == DONE
    assert wrong_with(bench, operation, untroubled) == []
    assert operation != "scrub" or bench.spoilt.read_bytes() != TORN
    faults = faults_of(untroubled.calls)
    chosen = faults if LONG else random.Random(seed).sample(faults, SAMPLE)
    wrong = [
        f"{fault}: {what}"
        for fault in chosen
        for what in wrong_with(bench, operation, bench.do(operation, fault))
    ]
    seconds = time.monotonic() - began
    note(
        f"{operation}: {len(untroubled.calls)} system calls, {len(chosen)} of {len(faults)} faults tried,"
        f" {len(wrong)} violations, {seconds:.0f} s (seed {seed})"
    )
    assert not wrong, "\n".join(wrong)


def wrong_with(bench: Bench, operation: str, ended: Ended) -> list[str]:
    """Name what is wrong after an operation: how it ended, what it acknowledged too early, what is lost."""
    found = []
    if ended.code not in {DONE, -signal.SIGKILL}:
        found.append(ENDINGS.get(ended.code, f"ended with {ended.code}"))
    acknowledged = {
        Path(call.files[0]).name: ended.calls[:number]
        for number, call in enumerate(ended.calls)
        if call.files and call.files[0].startswith(ACKNOWLEDGED)
    }
    found += [
        f"{name} was acknowledged early, after {[c for c in calls if c.name in NAMING]}"
        for name, calls in acknowledged.items()
        if not durable(name, calls)
    ]
    stored = {name for name in acknowledged if name.startswith("2")}
    known = [] if operation == "append-first" else bench.ids
    if operation == "scrub":
        found += (
            []
            if any(path.read_bytes() == TORN for path in bench.root.rglob("*.json*"))
            else ["a bad file is lost"]
        )
    return [
        *found,
        *violations(
            bench.root,
            {*known, *stored},
            archived=bench.ids[ARCHIVED],
            spoilt=bench.ids[ARCHIVED] if operation == "scrub" else (),
        ),
    ]


def durable(name: str, calls: list[Call]) -> bool:
    """Tell from the calls before an acknowledgement whether what it names is on the disk by then."""
    synced = [call.files[0] if call.name in SYNC and call.succeeded else "" for call in calls]
    for number, call in enumerate(calls):
        if call.succeeded and (published := _published(call, name)):
            source, folder = published
            if (source and source not in synced[:number]) or folder not in synced[number:]:
                return False
    return True


ENDINGS = {
    BROKEN: "an error that is none of the store's",
    REFUSED: "refused again at the second try",
    -signal.SIGALRM: "hangs",
}
SYNC = {"fsync", "fdatasync"}
NAMING = {*SYNC, "link", "linkat", "rename", "unlink"}


def _published(call: Call, name: str) -> tuple[str, str] | None:
    """The file that a call gave a lasting name (none for a removal) and the folder that keeps the name."""
    target = Path(call.files[-1]) if call.files else Path()
    folder = str(target.parent)
    if call.name in {"link", "linkat"} and target.name == f"{name}.json":
        return call.files[0], folder
    if call.name.startswith("rename") and target.parent.name == "archive":
        return call.files[0], folder
    if call.name.startswith("unlink") and target.name.startswith("2"):
        return "", folder
    return None
