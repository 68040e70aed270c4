"""`make run-local`, as a new user finds it, in a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.system.conftest import USAGE, fetch, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


class Local:
    """The local set-up in a folder of its own, and what it prints."""

    def __init__(self, folder: Path, repository: Path) -> None:
        self.folder = folder
        self.repository = repository
        self.printed = folder.parent / "printed.txt"
        self.ports = {"RECEIVER_PORT": str(free_port()), "PRACTICE_PORT": str(free_port())}
        self.environment = {**os.environ, **self.ports, "MARIGRAPH_LOCAL_DIR": str(folder)}
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, f"deploy/local/{script}.py", *arguments],
            cwd=self.repository,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    def start(self) -> None:
        with self.printed.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "deploy/local/run_local.py"],
                cwd=self.repository,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture
def local(tmp_path: Path, repository: Path) -> Iterator[Local]:
    built = Local(tmp_path / "with blanks and a % in its name" / "local", repository)
    built.folder.parent.mkdir()
    yield built
    if built.process and built.process.poll() is None:
        built.stop()


def test_one_command_records_and_ctrl_c_stops_everything(local: Local) -> None:
    local.start()
    said = wait_until(
        lambda: text if "recording:" in (text := local.printed.read_text()) else "",
        seconds=90,
        what=f"a first reading ({local.printed})",
    )
    key = (local.folder / "key").read_text().strip()
    assert f"#key={key}" in said
    assert (local.folder / "key").stat().st_mode & 0o777 == 0o600
    status, latest = fetch(f"http://127.0.0.1:{local.ports['RECEIVER_PORT']}{USAGE}", key=key)
    assert (status, latest["versionInfo"]["total"]) == (200, 1)
    other = f"http://127.0.0.1:{local.ports['RECEIVER_PORT']}/api/v1/accounts/work/snapshots"
    assert fetch(other, key=key)[0] == 200  # its key opens every account
    assert (local.folder / "practice/store/console-usage-synced.json").is_file()
    wait_until(lambda: "scraper: ok." in local.printed.read_text(), seconds=20, what="how scraping goes")
    shown = local.run("control", "status")
    assert shown.returncode == 0, shown.stdout
    assert [line.split()[:2] for line in shown.stdout.splitlines()] == [
        [name, "RUNNING"] for name in ("alerter", "janitor", "practice", "receiver", "scraper")
    ]
    assert "runs already" in local.run("run_local").stderr
    assert local.stop() == 0
    assert "all stopped" in local.printed.read_text()
    stopped = local.run("control", "status")
    assert (stopped.returncode, "make run-local" in stopped.stdout) == (4, True)


def test_a_taken_port_is_one_sentence_with_the_cure(local: Local) -> None:
    import socket  # noqa: PLC0415 - only here

    with socket.create_server(("127.0.0.1", int(local.ports["RECEIVER_PORT"]))):
        ended = local.run("run_local")
    assert ended.returncode == 1
    assert "RECEIVER_PORT=" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_programs_with_bad_settings_are_named_with_their_own_words(local: Local) -> None:
    ended = local.run("run_local", SCRAPER_INTERVAL_SECONDS="5", RETENTION_DAYS="x")
    assert ended.returncode == 1
    assert "not running: janitor, scraper" in ended.stderr
    assert ended.stderr.count("SCRAPER_INTERVAL_SECONDS: '5'") == 1
    assert ended.stderr.count("RETENTION_DAYS: 'x'") == 1
    assert "Marigraph serves" not in ended.stdout


def test_demo_data_never_mixes_with_a_real_record(local: Local) -> None:
    refused = local.run("control", "demo-data", SCRAPER_USAGE_URL="https://claude.ai/settings/usage")
    assert refused.returncode == 2
    assert not (local.folder / "record" / "store").exists()
