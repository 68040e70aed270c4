"""Doing what was decided, and the command line."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.janitor import sweep as sweeping
from services.janitor.policy import Rules
from services.janitor.sweep import Swept, sweep
from services.janitor.words import describe
from shared.store import Store, open_store

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
FIVE = Rules(newest=5, days=0)


class FixedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def document(moment: datetime) -> dict[str, Any]:
    return {"lastUpdated": moment.isoformat(), "currentSession": {"percentageUsed": 1, "resetsIn": "1 hr"}}


async def fill(store: Store, count: int, account: str = "default") -> list[str]:
    moments = [NOW - timedelta(days=count - place) for place in range(count)]
    return [(await store.append(account, document(at), at)).version.id for at in moments]


@pytest.fixture(params=["memory", "volume"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store("memory:" if request.param == "memory" else f"file://{tmp_path}/store")


async def run(store: Store, *, rules: Rules = FIVE, dry_run: bool = False, archive: bool = True) -> Swept:
    return await sweep(store, rules, FixedClock(), archive=archive, dry_run=dry_run)


async def months(store: Store) -> list[str]:
    return [v.id for month in ("2026-10", "2026-11") for v in await store.archived("default", month)]


async def test_what_leaves_is_archived_first_and_the_rest_stays(store: Store) -> None:
    ids = await fill(store, 12)
    swept = (await run(store)).accounts[0]
    assert (swept.archived, swept.deleted) == (7, 7)
    assert list(await store.between("default", None, None)) == ids[-5:]
    assert await months(store) == ids[:7]
    metadata = await store.metadata("default")
    assert (metadata.version_count, metadata.total_versions_created, metadata.total_versions_deleted) == (
        5,
        12,
        7,
    )


async def test_a_dry_run_says_what_the_run_then_does_and_touches_nothing(store: Store) -> None:
    ids = await fill(store, 12)
    planned = await run(store, dry_run=True)
    assert list(await store.between("default", None, None)) == ids
    assert await months(store) == []
    done = await run(store)
    assert planned.accounts[0].plan == done.accounts[0].plan


async def test_without_an_archive_versions_are_dropped(store: Store) -> None:
    await fill(store, 12)
    swept = (await run(store, archive=False)).accounts[0]
    assert (swept.archived, swept.deleted) == (0, 7)
    assert await months(store) == []


async def test_a_second_run_finds_nothing_to_do(store: Store) -> None:
    await fill(store, 12)
    await run(store)
    again = (await run(store)).accounts[0]
    assert (again.archived, again.deleted) == (0, 0)


async def test_a_run_that_died_between_archive_and_deletion_is_repeated_without_doubling(
    store: Store,
) -> None:
    ids = await fill(store, 12)
    await store.archive("default", ids[:4])
    swept = (await run(store)).accounts[0]
    assert (swept.archived, swept.deleted) == (3, 7)
    assert await months(store) == ids[:7]


async def test_every_account_is_swept_by_itself(store: Store) -> None:
    await fill(store, 8)
    await fill(store, 3, "work")
    assert [(a.account, a.deleted) for a in (await run(store)).accounts] == [("default", 3), ("work", 0)]


async def test_a_stop_is_heeded_between_slices(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_SLICE", 2)
    await fill(store, 12)
    asked = iter([False, True])
    swept = await sweep(
        store, FIVE, FixedClock(), archive=True, dry_run=False, stopping=lambda: next(asked, True)
    )
    assert swept.accounts[0].deleted == 2
    assert await store.count("default") == 10


async def test_people_are_told_each_decision_of_a_dry_run(store: Store) -> None:
    await fill(store, 6)
    lines = list(describe(await run(store, dry_run=True)))
    assert len(lines) == 7
    assert lines[0].startswith("default  remove  2026-11-16T12-00-00-")
    assert lines[0].endswith("not among the newest 5")
    assert lines[-1] == "default: would keep 5 and remove 1 (dry run: nothing was touched)"


class Command:
    """`python -m services.janitor` on a volume."""

    def __init__(self, root: Path, repository: Path) -> None:
        self.root = root
        self.repository = repository

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "STORE_URL": f"file://{self.root}", **more}

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.janitor", *arguments]
        return subprocess.run(
            command,
            cwd=self.repository,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def janitor(tmp_path: Path, repository: Path) -> Command:
    return Command(tmp_path / "store", repository)


async def test_the_command_prunes_a_volume(janitor: Command) -> None:
    store = open_store(f"file://{janitor.root}")
    ids = await fill(store, 12)
    settings = {"RETENTION_MAX_VERSIONS": "5", "RETENTION_DAYS": "0"}
    dry = janitor("once", "--dry-run", "--json", **settings)
    planned = json.loads(dry.stdout)
    assert (dry.returncode, planned["dryRun"]) == (0, True)
    assert await store.count("default") == 12
    done = janitor("once", "--json", **settings)
    swept = json.loads(done.stdout)["accounts"][0]
    assert (done.returncode, swept["account"], swept["archived"], swept["deleted"]) == (0, "default", 7, 7)
    assert swept["plan"] == planned["accounts"][0]["plan"]
    assert list(await store.between("default", None, None)) == ids[-5:]
    assert janitor("once", **settings).stdout == "default: kept 5, archived 0, deleted 0\n"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"STORE_URL": ""}, ["STORE_URL is missing"]),
        ({"STORE_URL": "s3://x/y"}, ["STORE_URL"]),
        (
            {"RETENTION_DAYS": "week", "RETENTION_MAX_VERSIONS": "-1"},
            ["RETENTION_DAYS", "RETENTION_MAX_VERSIONS"],
        ),
        ({"RETENTION_DAYS": "0", "RETENTION_MAX_VERSIONS": "0"}, ["empty the history"]),
        ({"JANITOR_INTERVAL_SECONDS": "0", "STORE_URL": "x"}, ["JANITOR_INTERVAL_SECONDS", "STORE_URL"]),
    ],
)
def test_bad_settings_are_all_named_and_end_it_with_2(janitor: Command, settings, named: list[str]) -> None:
    ended = janitor("once", **settings)
    assert ended.returncode == 2
    for name in named:
        assert name in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not janitor.root.exists()


def test_a_store_that_cannot_be_opened_is_one_sentence(janitor: Command) -> None:
    ended = janitor("once", STORE_URL="file:///proc/nothing")
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "STORE_URL" in ended.stderr


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_store_that_is_not_there_is_said_and_not_made(janitor: Command, options: list[str]) -> None:
    ended = janitor("once", *options)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "no store yet" in ended.stderr
    assert not janitor.root.exists()


def test_a_slip_in_a_settings_name_is_pointed_out(janitor: Command) -> None:
    assert "did_you_mean=RETENTION_DAYS" in janitor("once", RETENTION_DAY="3").stderr


def test_run_sweeps_at_once_and_stops_when_told(janitor: Command) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "services.janitor", "run"],
        cwd=janitor.repository,
        env=janitor.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert "janitor runs" in running.stderr.readline()
    began = time.monotonic()
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=10)
    assert running.returncode == 0
    assert time.monotonic() - began < 5
