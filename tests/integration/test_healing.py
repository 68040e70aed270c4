"""Whatever ends or hangs in a container is back by itself, and it is seen that it was away.

How soon depends on the engine too, which a busy machine slows down: here it is only said. What is ours of it, five
seconds of silence, is held by tests/deploy/test_watched.py.
"""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.containers import House, Service, eventually

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

PATIENCE_SECONDS = 90
RESTARTED: dict[str, Any] = {"restart_policy": {"Name": "unless-stopped"}}
SMALL: dict[str, Any] = {"mem_limit": "128m", "memswap_limit": "128m"}

HOARD = """
kept = []
while True:
    kept.append(bytes(range(256)) * 4096)
"""


@pytest.fixture(scope="module")
def services(images: None) -> Iterator[dict[str, Service]]:
    with House() as house:
        names = ("practice", "receiver", "janitor")
        started = {name: house.start(name, engine=RESTARTED | SMALL) for name in names}
        scraping = {
            "SCRAPER_USAGE_URL": "http://practice:4900/settings/usage",
            "CLAUDE_SYNC_URL": "http://receiver:4000/api/claude/console-usage",
        }
        yield started | {"scraper": house.start("scraper", "run", engine=RESTARTED, **scraping)}


def number_of(service: Service) -> int | None:
    """The service's own process, below the container's first; its number on this machine. None: not yet."""
    top = service.wrapped.top()
    number, command = top["Titles"].index("PID"), top["Titles"].index("CMD")
    found = [int(row[number]) for row in top["Processes"] if row[command].startswith("python -m services.")]
    return found[0] if found else None


def settled(service: Service) -> tuple[int, int]:
    """Wait until it runs and has said that it is ready; return how often it was restarted, and its number."""
    eventually(lambda: service.wrapped.status == "running", "it runs", service.log)
    service.wait()
    time.sleep(2)  # a sign of life comes every second
    eventually(lambda: number_of(service), "its process is there", service.log)
    return service.wrapped.attrs["RestartCount"], number_of(service) or 0


def back(service: Service, restarts: int) -> None:
    """See that it comes back, as another process that serves, and that the engine counted it."""

    def again() -> bool:
        seen = service.wrapped
        return seen.status == "running" and seen.attrs["RestartCount"] > restarts and bool(number_of(service))

    def serves() -> bool:
        return service.name in {"janitor", "scraper"} or service.ask("/livez")[0] == 200

    began = time.monotonic()
    eventually(again, "its container was started anew", service.log, PATIENCE_SECONDS)
    eventually(serves, "it serves", service.log, PATIENCE_SECONDS)
    print(f"{service.name} is back after {time.monotonic() - began:.1f} s")  # noqa: T201 - the note says it


@pytest.mark.parametrize("name", ["receiver", "janitor", "practice", "scraper"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_service_that_is_killed_or_stopped_is_back(
    services: dict[str, Service], name: str, how: signal.Signals
) -> None:
    service = services[name]
    restarts, number = settled(service)
    os.kill(number, how)
    back(service, restarts)
    if how == signal.SIGSTOP:
        assert "no sign of life for" in service.log()


def test_a_containers_first_process_that_is_killed_takes_the_service_with_it(
    services: dict[str, Service],
) -> None:
    receiver = services["receiver"]
    restarts, number = settled(receiver)
    os.kill(receiver.wrapped.attrs["State"]["Pid"], signal.SIGKILL)
    back(receiver, restarts)
    assert not Path(f"/proc/{number}").exists()


def test_a_first_process_that_was_stopped_is_woken_by_the_health_check(services: dict[str, Service]) -> None:
    practice = services["practice"]
    restarts, _ = settled(practice)
    first = practice.wrapped.attrs["State"]["Pid"]
    os.kill(first, signal.SIGSTOP)
    time.sleep(1)
    assert "200" in practice.run("/usr/bin/python3", "-IS", "healthcheck.py", "PRACTICE", "4900", "/livez")

    def goes_on() -> bool:
        return Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[0] != "T"

    eventually(goes_on, "it goes on", practice.log)
    time.sleep(1)
    assert settled(practice)[0] == restarts


@pytest.mark.parametrize("name", ["receiver", "janitor"])
def test_a_service_that_is_out_of_memory_is_back(services: dict[str, Service], name: str) -> None:
    service = services[name]
    restarts, number = settled(service)
    # The kernel takes the largest process first, which would be the hoard itself: so it is told to take the service.
    Path(f"/proc/{number}/oom_score_adj").write_text("1000")
    hoarding = service.wrapped.exec_run(["python", "-c", HOARD], socket=True)
    back(service, restarts)
    hoarding.output.close()


def test_when_the_receiver_started_is_among_its_metrics(services: dict[str, Service]) -> None:
    def began() -> float:
        found = re.search(r"^marigraph_start_time_seconds (\S+)$", receiver.ask("/metrics")[1], re.MULTILINE)
        assert found
        return float(found[1])

    receiver = services["receiver"]
    restarts, number = settled(receiver)
    before = began()
    os.kill(number, signal.SIGKILL)
    back(receiver, restarts)
    assert began() > before
