"""The alerter killed (SIGKILL) at each system call of a delivery, and at random: nothing is lost.

Nothing comes twice either, but in the one case that is documented: it was killed between a destination's
"yes" and its own note of it on the disk.
"""

import json
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerter.processes import Command
from tests.alerter.sink import Sink
from tests.faults.lengths import LONG, note, rounds

ROUNDS = rounds(6)
CALLS = (
    "write",
    "fsync",
    "rename",
    "renameat2",
    "connect",
    "sendto",
    "sendmsg",
    "recvfrom",
    "recvmsg",
    "shutdown",
)
"""What reaches the disk and the destination; reading the program and the record changes nothing."""

SAMPLE = 6
"""Points tried in a short run; a long one tries all."""

pytestmark = pytest.mark.timeout(60 + 20 * ROUNDS if not LONG else 1800)


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    made.close()


class Life:
    """An alerter to which a crossing is news, on a folder of its own."""

    def __init__(self, folder: Path, repository: Path, sink: Sink) -> None:
        self.command = Command(folder, repository, sink)
        self.book = self.command.folder / "alerter.json"
        self.sink = sink
        sink.ids.clear()

    def once(self, log: Path, point: tuple[str, int] | None = None) -> int:
        """Look once and deliver, under strace; killed at the n-th call of a name."""
        inject = ["-e", f"inject={point[0]}:signal=SIGKILL:when={point[1]}"] if point else []
        traced = ",".join(f"?{name}" for name in CALLS)
        strace = ("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={traced}", *inject)
        return self.command.run(*strace, command="once", ALERTER_KINDS="threshold").wait(60)

    @property
    def noted(self) -> bool:
        """Whether the book on the disk says that the message is delivered."""
        if not self.book.exists():
            return False
        return any(way.get("delivered") for way in json.loads(self.book.read_text())["deliveries"].values())


@pytest.mark.strace
async def test_killed_at_any_system_call_it_loses_nothing_and_doubles_only_what_it_had_not_noted(
    tmp_path: Path, repository: Path, sink: Sink
) -> None:
    async def life(name: str) -> Life:
        (tmp_path / name).mkdir()
        made = Life(tmp_path / name, repository, sink)
        await made.command.read(72, 4)
        await made.command.read(80)
        return made

    log, whole = tmp_path / "calls", await life("whole")
    assert whole.once(log) == 0
    wanted = list(sink.ids)
    assert len(wanted) == 1
    made = Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))
    assert {"fsync", "connect", "sendto"} <= set(made)
    points = [(name, number) for name, count in made.items() for number in range(1, count + 1)]
    chosen = points if LONG else random.sample(points, min(SAMPLE, len(points)))
    doubled = killed = 0
    for place, point in enumerate(chosen):
        one = await life(str(place))
        ended = one.once(log, point)
        assert ended in {0, -signal.SIGKILL}, point
        killed += ended != 0
        taken, noted = len(sink.ids), one.noted
        assert one.once(log) == 0
        assert len(sink.ids) == (2 if taken and not noted else 1), (point, taken, noted)
        assert len(set(sink.ids)) == 1
        doubled += len(sink.ids) - 1
    assert killed > len(chosen) / 2  # how often a thread wakes the loop differs: some points are not reached
    note(f"killed at {killed} of {len(points)} system calls; {doubled} doubled, each the documented case")


async def test_killed_again_and_again_while_it_runs_it_tells_every_crossing(
    tmp_path: Path, repository: Path, sink: Sink
) -> None:
    command = Command(tmp_path, repository, sink)
    every = ",".join(str(figure) for figure in range(1, 100))
    dice, kills = random.Random(ROUNDS), 0
    await command.read(0.5, 90)
    for figure in range(1, min(ROUNDS, 98) + 1):
        running = command.run(ALERTER_THRESHOLDS=every, ALERTER_KINDS="threshold")
        time.sleep(dice.uniform(0, 0.5))
        await command.read(figure, 89 - figure * 0.8)
        time.sleep(dice.uniform(0, 1.2))
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        kills += 1
    assert command("once", ALERTER_THRESHOLDS=every, ALERTER_KINDS="threshold").returncode == 0
    told = [one["data"]["alerts"][0]["threshold"] for one in sink.got]
    assert told[-1] == figure
    assert told == sorted(told)
    twice = [one for one, times in Counter(sink.ids).items() if times > 1]
    assert len(set(sink.ids)) == len(set(told))
    note(f"{kills} kills, {len(set(told))} alerts, {len(twice)} of them doubled")
