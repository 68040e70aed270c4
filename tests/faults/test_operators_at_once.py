"""Receivers' writers, janitors, imports, exports, checks and rebuilds on one store at the same time."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.faults.conftest import Receiver
from tests.faults.filling import fill
from tests.faults.invariants import violations
from tests.faults.lengths import note, times

WRITERS = 2
SECONDS = times(6, 60)
BEFORE = 300

pytestmark = pytest.mark.timeout(120 + 5 * SECONDS)


class Operator:
    """Calls one of the operator's commands, one after another; keeps what is wrong."""

    def __init__(self, repository: Path, root: Path, *arguments: str) -> None:
        self.arguments = arguments
        self.calls = 0
        self.wrong: list[str] = []
        self.answers: list[bytes] = []
        self._repository = repository
        self._environment = {"PATH": os.environ["PATH"], "STORE_URL": f"file://{root}"}
        self._running: subprocess.Popen[bytes] | None = None
        self._log = root.with_name(f"{arguments[0]}.log")

    def work(self) -> None:
        """Call it again when the last call is through."""
        if self._running is None or self._running.poll() is not None:
            self.finish()
            with self._log.open("wb") as log:
                self._running = subprocess.Popen(
                    [sys.executable, "-m", "shared.store", *self.arguments],
                    cwd=self._repository,
                    env=self._environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )

    def finish(self) -> None:
        if self._running:
            code = self._running.wait(120)
            self.calls += 1
            self.answers.append(self._log.read_bytes())
            if code:
                self.wrong.append(f"{self.arguments[0]} ended with {code}: {self.answers[-1][-600:]!r}")
            self._running = None


def test_whatever_operators_do_beside_writers_and_janitors_nothing_is_lost_or_doubled(
    tmp_path: Path, repository: Path, receiver_on: Callable[[Path], Receiver]
) -> None:
    root, early = tmp_path / "store", tmp_path / "early.ndjson"
    before = fill(root, BEFORE, itertools.count(-BEFORE))
    once = Operator(repository, root, "export", str(early))
    once.work()
    once.finish()
    receiver = receiver_on(root)
    receiver.start()
    commands = (["export", "-"], ["check"], ["rebuild"], ["import", str(early)])
    operators = [Operator(repository, root, *command) for command in commands]
    first, runs = all_at_work(repository, root, receiver, operators)
    receiver.stop()
    exports = operators[0].answers
    wrong = [
        *violations(root, [*before, *first], archived=[*before, *first]),
        *itertools.chain.from_iterable(operator.wrong for operator in operators),
        *(f"an export lacks {lost}" for export in exports if (lost := lacking(export, before))),
    ]
    calls = ", ".join(f"{operator.calls} of {operator.arguments[0]}" for operator in operators)
    note(f"{WRITERS} writers for {SECONDS} s: {len(first)} versions, {runs} janitor's runs, {calls}: {wrong}")
    assert wrong == []
    assert len(first) == len(set(first)), "one snapshot was stored by two"


def all_at_work(
    repository: Path, root: Path, receiver: Receiver, operators: Sequence[Operator]
) -> tuple[list[str], int]:
    """Write, let versions leave and call every command until the writers end; what they stored, the runs."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.writer", str(root), str(number), str(SECONDS)],
            cwd=repository,
            stdout=subprocess.PIPE,
        )
        for number in range(WRITERS)
    ]
    janitor, runs = receiver.janitor(), 1
    while any(writer.poll() is None for writer in writers):
        if janitor.poll() is not None:
            janitor, runs = receiver.janitor(), runs + 1
        for operator in operators:
            operator.work()
        time.sleep(0.05)
    for operator in operators:
        operator.finish()
    assert janitor.wait(60) == 0, receiver.log.read_text()
    told = [json.loads(writer.communicate()[0]) for writer in writers]
    return [version_id for one in told for version_id in one["first"]], runs


def lacking(export: bytes, ids: Sequence[str]) -> list[str]:
    """Which versions that were there all the time an export does not hold."""
    rows = [json.loads(line) for line in export.splitlines() if line.startswith(b"{")]
    there = {row.get("version") for row in rows}
    return [version_id for version_id in ids if version_id not in there]
