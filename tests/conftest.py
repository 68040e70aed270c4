"""What all tests share: leaving out loudly what this machine cannot run, or refusing to."""

import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from shared import logs
from tests.faults.lengths import LONG
from tests.faults.proxy import FaultProxy
from tests.seaweedfs import SeaweedFS, environment_set

REPOSITORY = Path(__file__).parents[1]

REQUIRED = {name for name in os.environ.get("MARIGRAPH_REQUIRE", "").split(",") if name}
"""Things (the keys of MISSING) whose absence must fail the run; CI sets it, so that nothing is left out."""

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile("random" if LONG else "repeatable")

LEFT_OUT = "this machine cannot run"


def _missing_browser() -> str:
    from services.scraper.browsing.chromium import find_browser  # noqa: PLC0415 - only runs that need it pay for it

    return "" if find_browser(None) else "no Chrome or Chromium was found (make setup installs one)"


def _missing_docker() -> str:
    if not shutil.which("docker"):
        return "there is no docker command"
    answer = subprocess.run(["docker", "info"], capture_output=True, timeout=30, check=False)
    return "" if answer.returncode == 0 else "no Docker engine answers (docker info fails)"


def _missing_host() -> str:
    if missing := [tool for tool in ("ssh", "ssh-keygen", "mmdebstrap") if not shutil.which(tool)]:
        return f"{', '.join(missing)} cannot be found, which a host in a container is made with"
    return "" if os.geteuid() == 0 else "only root can make a host in a container"


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


def _missing_seaweedfs() -> str:
    from tests.seaweedfs import why_no_seaweedfs  # noqa: PLC0415 - as above

    return why_no_seaweedfs()


def _missing_systemd() -> str:
    return (
        ""
        if shutil.which("systemd-analyze")
        else "there is no systemd-analyze (Debian's package systemd has it)"
    )


MISSING = {
    "browser": _missing_browser,
    "docker": _missing_docker,
    "host": _missing_host,
    "loop_disk": _missing_loop_disk,
    "promtool": _missing_promtool,
    "nginx": _missing_nginx,
    "recorded_disk": _missing_recorded_disk,
    "seaweedfs": _missing_seaweedfs,
    "strace": _missing_strace,
    "systemd": _missing_systemd,
}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse to begin when something that may not be left out is not here.

    A shell that runs this in the background lets it ignore Ctrl-C, as nohup does a closed terminal, and with it
    all that the tests start: what is caught here is not ignored there.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
    for need in REQUIRED & MISSING.keys():
        if reason := MISSING[need]():
            raise pytest.UsageError(f"{need} is required here, but {reason}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for need, missing in MISSING.items():
        wanting = [item for item in items if item.get_closest_marker(need)]
        if not wanting or not (reason := missing()):
            continue
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=f"{LEFT_OUT} {need} tests: {reason}"))


class SideBySide(LoadScopeScheduling):
    """A file's tests, and all that use the Docker engine, run in one process, one after another."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "docker" if "mark.docker" in (REPOSITORY / file).read_text() else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SideBySide:
    return SideBySide(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = (report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    left_out = Counter(reason.partition(LEFT_OUT)[2] for reason in skipped if LEFT_OUT in reason)
    if terminalreporter.config.getoption("markexpr") == "not lengthy":
        terminalreporter.write_line(
            "LEFT OUT: what rarely befalls a host (make test-host runs it)", yellow=True, bold=True
        )
    for what, count in left_out.items():
        terminalreporter.write_line(f"LEFT OUT: {count}{what}", yellow=True, bold=True)


@pytest.fixture(autouse=True, scope="session")
def one_log() -> Iterator[None]:
    """Keep a command that is run inside this process from setting up the log of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "configure", lambda **_: None)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[SeaweedFS]:
    """A server of the S3 protocol, with the settings of this process pointing to it."""
    server = SeaweedFS()
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        environment_set(patch, server.environment())
        yield server
    server.stop()


@pytest.fixture
def bucket_proxy(seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """Stands before the server; what is opened from now on asks through it."""
    with FaultProxy(seaweedfs.port) as between:
        between.open()
        environment_set(monkeypatch, seaweedfs.environment(between.base))
        yield between
