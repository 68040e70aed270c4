"""Eight writing processes, janitors and readers on one store: each snapshot once, none torn, none missing."""

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.schemas.codec import decode_snapshot, digest
from shared.store import open_store
from shared.store.keys import matches_digest
from tests.faults.conftest import Receiver
from tests.faults.filling import fill
from tests.faults.invariants import HISTORY, violations
from tests.faults.lengths import note, times

WRITERS = 8
SECONDS = times(5, 60)
BEFORE = 300

pytestmark = pytest.mark.timeout(120 + 5 * SECONDS)


class Reader:
    """Reads through a store of its own what others write, and keeps what was wrong."""

    def __init__(self) -> None:
        self.reads = 0
        self.wrong: list[str] = []

    async def read_until(self, root: Path, done: Callable[[], bool]) -> None:
        store = open_store(f"file://{root}")
        while not done():
            found = [await store.latest("default"), await store.by_number("default", 1)]
            ids = await store.between("default", None, None)
            if len(ids) != len(set(ids)):
                self.wrong.append("an id is listed twice")
            found += [await store.by_id("default", version_id) for version_id in ids[:: len(ids) // 5 + 1]]
            for one in found:
                if one is not None:
                    decode_snapshot(one.version.document)
                    if not matches_digest(one.version.id, digest(one.version.document)):
                        self.wrong.append(f"{one.version.id} is torn")
                self.reads += 1
            await asyncio.sleep(0.01)
        await store.close()


def test_eight_writers_a_janitor_and_readers_at_once(
    tmp_path: Path, repository: Path, receiver_on: Callable[[Path], Receiver]
) -> None:
    root = tmp_path / "store"
    before = fill(root, BEFORE, itertools.count(-BEFORE))
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.writer", str(root), str(number), str(SECONDS)],
            cwd=repository,
            stdout=subprocess.PIPE,
        )
        for number in range(WRITERS)
    ]
    janitors = Janitors(receiver_on(root), root)

    def done() -> bool:
        janitors.work()
        return all(writer.poll() is not None for writer in writers)

    reader = Reader()
    asyncio.run(reader.read_until(root, done))
    told = [json.loads(writer.communicate()[0]) for writer in writers]
    janitors.finish()
    judge(root, before, told, reader, janitors.runs)


class Janitors:
    """One janitor's run after another."""

    def __init__(self, receiver: Receiver, root: Path) -> None:
        self.runs = 0
        self._receiver = receiver
        self._history = root / HISTORY
        self._running: subprocess.Popen[bytes] | None = None

    def work(self) -> None:
        """Start the next when the last is through."""
        if self._history.exists() and (self._running is None or self._running.poll() is not None):
            self.finish()
            self._running = self._receiver.janitor()

    def finish(self) -> None:
        if self._running:
            assert self._running.wait(60) == 0, self._receiver.log.read_text()
            self.runs += 1


def judge(root: Path, before: list[str], told: list[dict[str, list[str]]], reader: Reader, runs: int) -> None:
    first = [version_id for one in told for version_id in one["first"]]
    wrong = [*violations(root, [*before, *first], archived=[*before, *first]), *reader.wrong]
    left = len(list((root / HISTORY).glob("2*.json")))
    note(
        f"{WRITERS} writers for {SECONDS} s: {len(first)} versions, {sum(one['duplicates'] for one in told)}"
        f" duplicates, {runs} janitor's runs, {left} left in the history, {reader.reads} reads,"
        f" {len(wrong)} violations"
    )
    assert len(first) == len(set(first)), "one snapshot was stored by two"
    assert len(first) == max(one["sent"] for one in told)
    assert wrong == []
    assert reader.reads > WRITERS
    assert runs
    assert left < BEFORE + len(first), "the janitor had nothing to do"
