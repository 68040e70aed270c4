"""What is printed for a reader that went away, and for a disk that is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TWICE = """
from shared.saying import say
import sys
heard = [say("first"), say("second")]
print("the work goes on:", heard, file=sys.stderr)
"""


def printing_to(
    descriptor: int, repository: Path, *command: str, **more: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=repository,
        env={"PATH": os.environ["PATH"], **more},
        stdout=descriptor,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.fixture
def unread() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_nobody_reading_ends_no_work_and_is_no_error(unread: int, repository: Path) -> None:
    done = printing_to(unread, repository, "-c", TWICE)
    assert (done.returncode, done.stderr) == (0, "the work goes on: [False, True]\n")


def test_a_full_disk_is_an_error(repository: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = printing_to(full.fileno(), repository, "-c", TWICE)
    assert done.returncode
    assert "No space left" in done.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_scrapers_status_for_a_pipe_that_is_closed(
    unread: int, repository: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    settings = {
        "SCRAPER_STATE_DIR": str(tmp_path),
        "SCRAPER_USAGE_URL": "http://127.0.0.1:9/settings/usage",
        "CLAUDE_SYNC_URL": "http://127.0.0.1:9/api/claude/console-usage",
    }
    done = printing_to(unread, repository, "-m", "services.scraper", "status", *options, **settings)
    assert (done.returncode, done.stderr) == (0, "")
