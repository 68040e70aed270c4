"""`python -m services.janitor`, as people and supervisors call it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.store import open_store
from tests.janitor.scenes import fill


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
