"""What all tests share: leaving out loudly what this machine cannot run, or refusing to."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import logs

REQUIRED = {name for name in os.environ.get("MARIGRAPH_REQUIRE", "").split(",") if name}
"""Things (the keys of MISSING) whose absence must fail the run; CI sets it, so that nothing is left out."""

_left_out: dict[str, int] = {}


def _missing_browser() -> str:
    from services.scraper.browsing.chromium import find_browser  # noqa: PLC0415 - only runs that need it pay for it

    return "" if find_browser(None) else "no Chrome or Chromium was found (make setup installs one)"


def _missing_docker() -> str:
    if not shutil.which("docker"):
        return "there is no docker command"
    answer = subprocess.run(["docker", "info"], capture_output=True, timeout=30, check=False)
    return "" if answer.returncode == 0 else "no Docker engine answers (docker info fails)"


def _missing_loop_disk() -> str:
    from tests.faults.disks import why_no_loop_disk  # noqa: PLC0415 - as above

    return why_no_loop_disk()


def _missing_recorded_disk() -> str:
    from tests.faults.disks import why_no_recorded_disk  # noqa: PLC0415 - as above

    return why_no_recorded_disk()


def _missing_strace() -> str:
    from tests.faults.strace import why_no_strace  # noqa: PLC0415 - as above

    return why_no_strace()


def _missing_promtool() -> str:
    return "" if shutil.which("promtool") else "there is no promtool (Debian's package prometheus has it)"


def _missing_nginx() -> str:
    return "" if shutil.which("nginx") else "there is no nginx command"


MISSING = {
    "browser": _missing_browser,
    "docker": _missing_docker,
    "loop_disk": _missing_loop_disk,
    "promtool": _missing_promtool,
    "nginx": _missing_nginx,
    "recorded_disk": _missing_recorded_disk,
    "strace": _missing_strace,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for need, missing in MISSING.items():
        wanting = [item for item in items if item.get_closest_marker(need)]
        if not wanting or not (reason := missing()):
            continue
        if need in REQUIRED:
            raise pytest.UsageError(f"{len(wanting)} tests need {need}, which is required here, but {reason}")
        _left_out[f"{need} tests: {reason}"] = len(wanting)
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, count in _left_out.items():
        terminalreporter.write_line(f"LEFT OUT: {count} {what}", yellow=True, bold=True)


@pytest.fixture(autouse=True, scope="session")
def one_log() -> Iterator[None]:
    """Keep a command that is run inside this process from setting up the log of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "configure", lambda **_: None)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).parents[1]
