"""The janitor's life: one at a time, each trouble said once, metrics for Prometheus."""

import asyncio
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from structlog.testing import capture_logs

from services.janitor import loop as looping
from services.janitor.health import longest_run
from services.janitor.loop import Loop
from services.janitor.policy import Rules
from services.janitor.sweep import Sweeper, Task
from shared.store.errors import StoreFullError, StoreReadOnlyError
from shared.store.memory import MemoryStore
from shared.store.upkeep import Finding
from tests.janitor.scenes import NOW, Machine, fill

Lines = list[Any]


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    structlog.reset_defaults()


class Trouble(MemoryStore):
    """A store that can be made to refuse, and that another janitor may hold."""

    def __init__(self) -> None:
        super().__init__()
        self.refusal: Exception | None = None
        self.other: str | None = None

    async def accounts(self, *, asked_at: float = math.inf) -> Sequence[str]:
        if self.refusal:
            raise self.refusal
        return await super().accounts(asked_at=asked_at)

    async def take_duty(self, _who: str) -> str | None:
        return self.other


class Life:
    def __init__(self, metrics_file: Path | None = None) -> None:
        self.store = Trouble()
        self.machine = Machine()
        self.stop = asyncio.Event()
        task = Task(rules=Rules(newest=5, days=0))
        self.sweeper = Sweeper(self.store, task, self.machine, self.machine.look, self.stop.is_set)
        self.loop = Loop(
            self.store, self.sweeper, self.machine, self.stop, interval=0.01, metrics_file=metrics_file
        )

    async def turns(self, count: int = 1) -> Lines:
        with capture_logs() as lines:
            for _ in range(count):
                await self.loop.turn()
        return [line for line in lines if line["event"] != "account swept"]


async def test_a_trouble_is_said_once_and_so_is_its_end() -> None:
    life = Life()
    life.store.refusal = StoreReadOnlyError("listing accounts: Read-only file system")
    assert [line["event"] for line in await life.turns(5)] == ["run failed; it is tried again at the next"]
    life.store.refusal = StoreFullError("listing accounts: No space left on device")
    assert len(await life.turns(3)) == 1
    life.store.refusal = None
    assert [line["event"] for line in await life.turns(3)] == ["no longer so"]


async def test_it_is_unwell_until_a_run_does_its_work() -> None:
    life = Life()
    assert not life.loop.unwell()
    life.store.refusal = StoreFullError("listing accounts: No space left on device")
    await life.turns()
    assert "No space left on device" in life.loop.unwell()
    life.store.refusal = None
    await life.turns()
    assert not life.loop.unwell()


async def test_it_is_unwell_when_no_run_comes_to_an_end() -> None:
    life = Life()
    await life.turns()
    life.machine.up_seconds += longest_run(0.01).total_seconds() + 1
    assert "no run has ended for long" in life.loop.unwell()


async def test_a_clock_that_is_not_believed_is_said_once_though_the_clock_goes_on() -> None:
    life = Life()
    await fill(life.store, 3)
    assert await life.turns() == []
    life.machine.is_set(NOW - NOW.replace(year=2020))
    said = await life.turns()
    life.machine.up_seconds += 3600
    life.machine.at += NOW - NOW.replace(hour=11)
    said += await life.turns()
    assert [line["event"] for line in said] == ["the clock is not believed"]
    assert "more than this machine was up" in said[0]["reasons"][0]


async def test_a_second_janitor_waits_says_so_once_and_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looping, "_ASK_AGAIN_SECONDS", 0.001)
    life = Life()
    ids = await fill(life.store, 7)
    life.store.other = "run, process 7 on elsewhere"
    with capture_logs() as lines:
        running = asyncio.create_task(life.loop.run("me"))
        await asyncio.sleep(0.1)
        assert await life.store.count("default") == len(ids)
        life.store.other = None
        while await life.store.count("default") > 5:
            await asyncio.sleep(0.01)
        life.stop.set()
        await running
    waiting = [line for line in lines if "waiting" in line["event"]]
    assert [line["other"] for line in waiting] == ["run, process 7 on elsewhere"]


async def test_a_janitor_that_waits_for_another_stops_when_told() -> None:
    life = Life()
    life.store.other = "run"
    running = asyncio.create_task(life.loop.run("me"))
    await asyncio.sleep(0.01)
    life.stop.set()
    await asyncio.wait_for(running, 1)


async def test_a_run_that_does_not_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looping, "_PATIENCE_SECONDS", 0.01)
    life = Life()

    async def frozen() -> list[str]:
        await asyncio.sleep(0.1)
        return []

    monkeypatch.setattr(life.store, "rebuild", frozen)
    assert "still at work, or waiting for the disk" in {line["event"] for line in await life.turns()}


async def test_metrics_tell_what_was_done_and_how_things_stand(tmp_path: Path) -> None:
    life = Life(tmp_path / "janitor.prom")
    await fill(life.store, 12)
    await life.turns(2)
    life.store.refusal = StoreFullError("full")
    await life.turns()
    told = dict(
        line.rsplit(" ", 1) for line in (tmp_path / "janitor.prom").read_text().splitlines() if line[0] != "#"
    )
    assert {name.removeprefix("marigraph_janitor_"): float(value) for name, value in told.items()} | {
        'runs_total{outcome="done"}': 2,
        'runs_total{outcome="failed"}': 1,
        'archived_versions_total{account="default"}': 7,
        'deleted_versions_total{account="default"}': 7,
        'kept_versions{account="default"}': 5,
        "clock_believed": 1,
        "scrub_progress_ratio": 1,
        "last_run_timestamp_seconds": NOW.timestamp(),
    } == {name.removeprefix("marigraph_janitor_"): float(value) for name, value in told.items()}


async def test_metrics_that_cannot_be_written_are_said_once_and_stop_nothing(tmp_path: Path) -> None:
    life = Life(tmp_path / "nowhere" / "janitor.prom")
    said = await life.turns(3)
    assert [line["event"] for line in said] == ["metrics cannot be written"]


async def test_a_fault_of_our_own_ends_no_janitor_and_is_said_once() -> None:
    life = Life()
    life.store.refusal = KeyError("a fault")
    lines = await life.turns(3)
    assert [line["event"] for line in lines] == ["run failed; it is tried again at the next"]
    assert lines[0]["what"] == "KeyError('a fault')"
    life.store.refusal = None
    await fill(life.store, 8)
    await life.turns()
    assert await life.store.count("default") == 5


class Unreadable(Trouble):
    """A store in which files of one name cannot be read, in two accounts."""

    bad = ("default", "work")

    async def scrub(self, account: str, ids: Sequence[str], at: Any, *, mend: bool) -> Sequence[Finding]:
        del at, mend
        return [Finding(account=account, file=ids[0], reason="bad")] if account in self.bad else []


async def test_a_bad_file_that_is_left_is_said_once_for_each_account_and_again_when_it_comes_back() -> None:
    life = Life()
    life.store.__class__ = Unreadable
    store = cast("Unreadable", life.store)
    for account in ("default", "work"):
        await fill(store, 1, account)
    told = [line["account"] for line in await life.turns(2)]
    assert told == ["default", "work"]
    store.bad = ("work",)
    assert await life.turns(2) == []
    store.bad = ("default", "work")
    assert [line["account"] for line in await life.turns(2)] == ["default"]


async def test_one_line_says_what_it_did_last_and_what_is_wrong() -> None:
    life = Life()
    assert life.loop.words() == "about to begin"
    await fill(life.store, 8)
    await life.turns()
    assert life.loop.words().startswith("last run ")
    assert life.loop.words().endswith("3 archived, 3 deleted")
    life.store.refusal = StoreFullError("full")
    await life.turns()
    assert "failed" in life.loop.words()
