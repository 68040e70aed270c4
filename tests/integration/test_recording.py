"""The services in separate containers: what the page shows is recorded, kept and pruned, and no crash loses it."""

import contextlib
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.containers import House, Service, eventually

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

LATEST = "/api/claude/console-usage"
FIGURES = {
    limit: {"percentage": percentage, "resetsInMinutes": 100}
    for limit, percentage in (("session", 47), ("weekly", 31), ("weekly:fable", 12))
}
"""Fixed, so that nothing changes between the reading and the comparison."""

RUNNING = ("practice", "receiver", "janitor", "scraper")


@pytest.fixture(scope="module")
def scraper(house: House, practice: Service, receiver: Service) -> Service:
    practice.ask("/practice/control", method="PUT", body={"figures": FIGURES})
    return house.start(
        "scraper",
        "run",
        SCRAPER_USAGE_URL="http://practice:4900/settings/usage",
        SCRAPER_INTERVAL_SECONDS="60",
        CLAUDE_SYNC_URL="http://receiver:4000/api/claude/console-usage",
    )


@pytest.fixture(scope="module")
def janitor(house: House, receiver: Service) -> Service:
    return house.start("janitor", "run", JANITOR_INTERVAL_SECONDS="1")


@pytest.fixture(scope="module")
def services(practice: Service, receiver: Service, janitor: Service, scraper: Service) -> dict[str, Service]:
    return {service.name: service for service in (practice, receiver, janitor, scraper)}


def snapshot(moment: datetime, percentage: float = 12) -> dict[str, Any]:
    return {
        "currentSession": {"percentageUsed": percentage, "resetsIn": "2 hr 42 min"},
        "lastUpdated": moment.isoformat(),
    }


def stored(receiver: Service) -> list[str]:
    """The ids of all versions, oldest first, asked for one by one."""
    status, latest = receiver.ask(LATEST)
    total = latest["versionInfo"]["total"] if status == 200 else 0
    numbered = [receiver.ask(f"{LATEST}?version={number}") for number in range(1, total + 1)]
    assert {status for status, _ in numbered} <= {200}
    return [version["versionInfo"]["filename"].removesuffix(".json") for _, version in numbered]


def of_all_processes(service: Service, file: str) -> str:
    """What that file of /proc says of every process; one may end while this looks."""
    return service.run("sh", "-c", f"cat /proc/[0-9]*/{file} 2>/dev/null; true")


def test_what_the_page_shows_is_read_back_over_http(
    practice: Service, receiver: Service, scraper: Service
) -> None:
    eventually(lambda: receiver.ask(LATEST)[0] == 200, "a first version is stored", scraper.log)
    shown = practice.ask("/practice/state")[1]["shown"]
    recorded = receiver.ask(LATEST)[1]
    assert recorded["currentSession"]["percentageUsed"] == shown["session"]["percentage"] == 47
    assert recorded["weeklyLimits"]["allModels"]["percentageUsed"] == shown["weekly"]["percentage"]
    fable = recorded["weeklyLimits"]["scoped"]["fable"]
    assert fable["percentageUsed"] == shown["weekly:fable"]["percentage"]
    assert recorded["collector"] == "scraper"
    assert not recorded.get("isPartial")


@pytest.mark.parametrize(("name", "absent"), [("janitor", "sanic|playwright"), ("receiver", "playwright")])
def test_an_image_holds_only_what_its_service_needs(
    services: dict[str, Service], name: str, absent: str
) -> None:
    site = services[name].run("sh", "-c", "ls /opt/marigraph/venv/lib/python3*/site-packages").split()
    assert "msgspec" in site
    assert [package for package in site if re.match(absent, package)] == []
    code = services[name].run("ls", "/opt/marigraph/app/services").split()
    assert set(code) - {"__pycache__"} == {"__init__.py", name}


def test_a_window_is_read_on_a_screen_of_the_containers_own(
    house: House, practice: Service, receiver: Service
) -> None:
    practice.ask("/practice/control", method="PUT", body={"figures": FIGURES})
    visit = house.start(
        "scraper",
        "once",
        SCRAPER_USAGE_URL="http://practice:4900/settings/usage",
        SCRAPER_BROWSER_MODE="headed",
        SCRAPER_COLLECTOR="headed",
        CLAUDE_SYNC_URL="http://receiver:4000/api/claude/console-usage",
    )
    code, output = visit.finish()
    assert code == 0, output
    total = receiver.ask(LATEST)[1]["versionInfo"]["total"]
    last = [receiver.ask(f"{LATEST}?version={number}")[1] for number in range(max(1, total - 2), total + 1)]
    assert "headed" in [version["collector"] for version in last]


def test_the_receiver_sees_at_once_what_the_janitor_removed(house: House, images: None) -> None:
    with House() as other:
        receiver = other.start("receiver")
        now = datetime.now(UTC)
        for age in range(30, 0, -1):
            assert receiver.ask(LATEST, method="POST", body=snapshot(now - timedelta(days=age)))[0] == 200
        before = stored(receiver)
        code, output = other.start("janitor", "once", RETENTION_MAX_VERSIONS="5", RETENTION_DAYS="2").finish()
        assert code == 0, output
        assert receiver.ask(LATEST)[1]["versionInfo"]["total"] == 5
        assert stored(receiver) == before[-5:]
        metadata = receiver.run("cat", "/data/console-usage-history/_metadata.json")
        assert '"totalVersionsDeleted": 25' in metadata


def test_a_janitor_killed_while_it_prunes_loses_nothing(images: None) -> None:
    with House() as other:
        receiver = other.start("receiver")
        now = datetime.now(UTC)
        for age in range(300, 0, -1):
            receiver.ask(LATEST, method="POST", body=snapshot(now - timedelta(days=30, minutes=age)))
        before = stored(receiver)
        janitor = other.start("janitor", RETENTION_MAX_VERSIONS="1", RETENTION_DAYS="1")
        for turn in range(5):
            time.sleep(0.2 + 0.1 * turn)
            janitor.kill()
            janitor.start()
        eventually(
            lambda: receiver.ask(LATEST)[1]["versionInfo"]["total"] == 1,
            "all but one version are pruned",
            janitor.log,
        )
        archived = receiver.run("sh", "-c", "cat /data/archive/*.ndjson.gz | gunzip").splitlines()
        assert sorted(json.loads(line)["version"] for line in archived) == before[:-1]
        assert stored(receiver) == before[-1:]


def post_many(receiver: Service, began: datetime) -> list[str]:
    """Send 200 snapshots one after another; return the ids that were acknowledged."""
    acknowledged = []
    for count in range(200):
        with contextlib.suppress(OSError):
            body = snapshot(began + timedelta(seconds=count), count % 100)
            status, answer = receiver.ask(LATEST, method="POST", body=body)
            assert status == 200
            acknowledged.append(answer["versionId"])
    return acknowledged


@pytest.mark.parametrize("name", RUNNING)
def test_a_service_killed_while_versions_arrive_loses_none_that_was_acknowledged(
    services: dict[str, Service], name: str
) -> None:
    receiver = services["receiver"]
    began = datetime.now(UTC) - timedelta(hours=1 + RUNNING.index(name))
    with ThreadPoolExecutor() as pool:
        posting = pool.submit(post_many, receiver, began)
        time.sleep(0.3)
        services[name].kill()
        acknowledged = posting.result()
    services[name].start()
    assert 0 < len(acknowledged) < 200 if name == "receiver" else len(acknowledged) == 200
    kept = stored(receiver)
    assert [version for version in acknowledged if version not in kept] == []


def test_a_scraper_killed_while_it_reads_goes_on_when_it_is_back(services: dict[str, Service]) -> None:
    practice, receiver, scraper = services["practice"], services["receiver"], services["scraper"]
    set_figures = {"figures": {"session": {"percentage": 77, "resetsInMinutes": 100}}}

    def reads() -> bool:
        scraper.run("touch", "/state/wake")
        return "--type=renderer" in of_all_processes(scraper, "cmdline")

    def recorded() -> bool:
        scraper.run("touch", "/state/wake")
        return receiver.ask(LATEST)[1]["currentSession"]["percentageUsed"] == 77

    practice.ask("/practice/control", method="PUT", body={"delaySeconds": 30})
    eventually(reads, "a page is open in the browser", scraper.log)
    scraper.kill()
    practice.ask("/practice/control", method="PUT", body={"delaySeconds": 0} | set_figures)
    scraper.start()
    eventually(recorded, "the reading after the crash is stored", scraper.log)
