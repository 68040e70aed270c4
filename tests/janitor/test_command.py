"""`python -m services.janitor`, as people and supervisors call it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.store import open_store
from tests.janitor.scenes import fill, origin_files

KEEP_FIVE = {"RETENTION_MAX_VERSIONS": "5", "RETENTION_DAYS": "0"}


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
    dry = janitor("once", "--dry-run", "--json", **KEEP_FIVE)
    planned = json.loads(dry.stdout)
    assert (dry.returncode, planned["dryRun"]) == (0, True)
    assert await store.count("default") == 12
    done = janitor("once", "--json", **KEEP_FIVE)
    swept = json.loads(done.stdout)["accounts"][0]
    assert (done.returncode, swept["account"], swept["archived"], swept["deleted"]) == (0, "default", 7, 7)
    assert swept["plan"] == planned["accounts"][0]["plan"]
    assert list(await store.between("default", None, None)) == ids[-5:]
    assert janitor("once", **KEEP_FIVE).stdout == "default: kept 5, archived 0, deleted 0\n"


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
        (
            {"JANITOR_DISK_FLOOR": "much", "JANITOR_SCRUB_SECONDS": "-1"},
            ["JANITOR_DISK_FLOOR", "JANITOR_SCRUB"],
        ),
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


class Running:
    """`janitor run` in a process of its own, up to the first line of its log."""

    def __init__(self, janitor: Command, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "services.janitor", "run"],
            cwd=janitor.repository,
            env=janitor.environment(**more),
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self.until("janitor runs")

    def until(self, words: str) -> str:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was never said: {self.lines}")

    def stop(self, number: int = signal.SIGTERM) -> float:
        began = time.monotonic()
        self.process.send_signal(number)
        rest = self.process.communicate(timeout=20)[1]
        self.lines += rest.splitlines()
        return time.monotonic() - began


async def test_run_sweeps_at_once_and_stops_when_told(janitor: Command) -> None:
    ids = await fill(open_store(f"file://{janitor.root}"), 12)
    running = Running(janitor, **KEEP_FIVE)
    assert "deleted=7 " in running.until("account swept")
    assert running.stop() < 5
    assert running.process.returncode == 0
    assert await open_store(f"file://{janitor.root}").count("default") == len(ids) - 7


async def test_one_janitor_at_a_time(janitor: Command) -> None:
    await fill(open_store(f"file://{janitor.root}"), 12)
    first = Running(janitor)
    first.until("account swept")
    refused = janitor("once", **KEEP_FIVE)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert f"run, process {first.process.pid} on " in refused.stderr
    assert janitor("once", "--dry-run", **KEEP_FIVE).returncode == 0
    second = Running(janitor, **KEEP_FIVE)
    assert f"process {first.process.pid} on " in second.until("waiting")
    assert await open_store(f"file://{janitor.root}").count("default") == 12
    first.stop(signal.SIGKILL)
    assert "deleted=7 " in second.until("account swept")
    assert second.stop() < 5
    assert not any("waiting" in line for line in second.lines[2:])
    assert janitor("once", **KEEP_FIVE).returncode == 0


async def test_a_stop_in_the_middle_of_much_work_is_heeded_and_the_next_run_goes_on(janitor: Command) -> None:
    origin_files(janitor.root, 4000)
    running = Running(janitor, JANITOR_SCRUB_SECONDS="0", **KEEP_FIVE)
    store = open_store(f"file://{janitor.root}")
    while await store.count("default") == 4000:
        time.sleep(0.01)
    assert running.stop() < 10
    assert running.process.returncode == 0
    left = await store.count("default")
    assert 5 < left < 4000
    swept = json.loads(janitor("once", "--json", **KEEP_FIVE).stdout)["accounts"][0]
    assert (swept["deleted"], len(swept["plan"])) == (left - 5, left)
    archived = [
        v.id for m in (await store.census("default")).archives for v in await store.archived("default", m)
    ]
    assert len(archived) == len(set(archived)) == 3995
    await store.close()


async def test_a_store_that_does_not_answer_does_not_keep_it_from_stopping(janitor: Command) -> None:
    await fill(open_store(f"file://{janitor.root}"), 12)
    held = os.open(janitor.root / ".lock", os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    running = Running(janitor, **KEEP_FIVE)
    time.sleep(0.5)
    assert running.stop() < 10
    assert running.process.returncode == 1
    assert "what it waits for does not answer" in running.lines[-1]
    os.close(held)
    assert await open_store(f"file://{janitor.root}").count("default") == 12


def a_note(at: datetime) -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    up = float(Path("/proc/uptime").read_text().split()[0])
    seen = {"at": at.isoformat(), "boot": boot, "upSeconds": max(0, up - 60)}
    return json.dumps({"timekeeping": {"believed": seen}})


async def test_a_clock_that_is_not_believed_ends_it_with_4_until_forced(janitor: Command) -> None:
    await fill(open_store(f"file://{janitor.root}"), 12)
    (janitor.root / ".janitor.json").write_text(a_note(datetime.now(UTC) - timedelta(days=30)))
    for options in (["--dry-run"], [], ["--json"]):
        refused = janitor("once", *options, **KEEP_FIVE)
        assert refused.returncode == 4
        assert "more than this machine was up" in refused.stdout
    told = json.loads(refused.stdout)
    assert (len(told["refused"]), told["accounts"][0]["deleted"]) == (1, 0)
    assert janitor("once", "--force", **KEEP_FIVE).returncode == 0
    assert janitor("once", **KEEP_FIVE).returncode == 0
    assert await open_store(f"file://{janitor.root}").count("default") == 5


async def test_health_tells_whether_the_janitor_that_runs_is_well(janitor: Command) -> None:
    assert janitor("health").returncode == 1
    await fill(open_store(f"file://{janitor.root}"), 2)
    unwell = janitor("health")
    assert (unwell.returncode, unwell.stdout) == (1, "no janitor has run here yet\n")
    janitor("once")
    assert (janitor("health").returncode, janitor("health").stdout) == (0, "well\n")


def test_a_reader_that_goes_away_does_not_matter(janitor: Command) -> None:
    origin_files(janitor.root, 3000)
    piped = subprocess.run(
        f"{sys.executable} -m services.janitor once --dry-run | head -n 1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        cwd=janitor.repository,
        env=janitor.environment(**KEEP_FIVE),
        capture_output=True,
        text=True,
        check=False,
    )
    assert piped.stdout.splitlines()[1:] == ["0"]
    assert piped.stderr == ""


async def test_metrics_are_left_where_they_are_wanted(janitor: Command, tmp_path: Path) -> None:
    await fill(open_store(f"file://{janitor.root}"), 12)
    running = Running(janitor, JANITOR_METRICS_FILE=str(tmp_path / "janitor.prom"), **KEEP_FIVE)
    running.until("account swept")
    running.stop()
    janitor("once", JANITOR_METRICS_FILE=str(tmp_path / "once.prom"))
    assert 'janitor_kept_versions{account="default"} 5.0' in (tmp_path / "once.prom").read_text()
    told = janitor("once", JANITOR_METRICS_FILE=str(tmp_path / "nowhere" / "once.prom"))
    assert (told.returncode, "JANITOR_METRICS_FILE cannot be written" in told.stderr) == (0, True)
    assert (
        'marigraph_janitor_deleted_versions_total{account="default"} 7.0'
        in (tmp_path / "janitor.prom").read_text()
    )
