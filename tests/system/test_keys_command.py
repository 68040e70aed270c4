"""`python -m services.receiver keys`, as a person or a script runs it."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.system.keyed import Keyed


def test_of_keys_added_at_the_same_time_none_is_lost(keyed: Keyed) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(keyed.add, [f"key-{number}" for number in range(12)]))
    assert sorted(one["prefix"] for one in keyed.listed()) == sorted(key[:11] for key in made)


@pytest.mark.parametrize(
    "wrong",
    [
        ("keys",),
        ("keys", "add"),
        ("keys", "add", "--name", "two words"),
        ("keys", "add", "--name", "x", "--scope", "all"),
        ("keys", "add", "--name", "x", "--account", "../etc"),
        ("keys", "add", "--name", "x", "--expires", "yesterday"),
        ("keys", "rotate", "x", "--overlap", "-1d"),
        ("keys", "rotate"),
        ("serve",),
    ],
)
def test_wrong_usage_is_told_with_code_2(keyed: Keyed, wrong: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.receiver", *wrong],
        cwd=keyed.repository,
        env=keyed.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert not keyed.file.exists()


def test_what_cannot_be_done_is_told_with_code_1_and_the_file_stays(keyed: Keyed) -> None:
    assert "keys add" in keyed.keys("list", code=1).stderr
    keyed.add("laptop")
    before = keyed.file.read_bytes()
    assert "rotate" in keyed.keys("add", "--name", "laptop", code=1).stderr
    assert "laptop" in keyed.keys("revoke", "labtop", code=1).stderr
    assert keyed.file.read_bytes() == before
    keyed.file.write_text("{broken")
    assert "not a keys file" in keyed.keys("add", "--name", "other", code=1).stderr
    assert keyed.file.read_text() == "{broken"
    assert "--file" in keyed.keys("list", code=2, RECEIVER_KEYS_FILE="").stderr


def test_a_key_that_could_not_be_printed_is_not_kept(keyed: Keyed) -> None:
    keyed.add("laptop")
    for action in (("add", "--name", "other"), ("rotate", "laptop")):
        before = keyed.file.read_bytes()
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "services.receiver", "keys", *action],
                cwd=keyed.repository,
                env=keyed.environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert "taken out again" in done.stderr
        assert keyed.file.read_bytes() == before


@pytest.mark.parametrize(("action", "code"), [("list", 0), ("add --name other", 1)])
def test_only_a_secret_needs_somebody_who_reads_it(keyed: Keyed, action: str, code: int) -> None:
    keyed.add("laptop")
    before = keyed.file.read_bytes()
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as unread:
        done = subprocess.run(
            [sys.executable, "-m", "services.receiver", "keys", *action.split()],
            cwd=keyed.repository,
            env=keyed.environment(),
            stdout=unread,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == code
    assert ("taken out again" in done.stderr) == bool(code)
    assert "roken" not in done.stderr
    assert keyed.file.read_bytes() == before


def test_a_file_that_everybody_may_write_is_refused_and_one_they_may_read_is_told(keyed: Keyed) -> None:
    key = keyed.add("laptop")
    keyed.file.chmod(0o666)
    assert "chmod 600" in keyed.refused()
    keyed.file.chmod(0o644)
    keyed.start()
    assert "chmod 600" in keyed.log.read_text()
    keyed.file.chmod(0o666)
    time.sleep(1.5)
    assert keyed.opens(key)
