"""The main job, end to end: what the page shows is what the record says, through outages."""

import json
import signal
from typing import Any

import pytest

from tests.system.conftest import USAGE, Stage, fetch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FIGURES: dict[str, Any] = {
    "session": {"percentage": 47, "resetsInMinutes": 162},
    "weekly": {"percentage": 31, "resetsInMinutes": 4000},
    "weekly:sonnet": {"percentage": 10, "resetsInMinutes": 5000},
    "weekly:fable": {"percentage": 64, "resetsInMinutes": 4000},
}


def percentages(snapshot: dict[str, Any]) -> dict[str, float]:
    """The snapshot's figures by limit, under the practice console's names."""
    weekly = snapshot.get("weeklyLimits", {})
    readings = {
        "session": snapshot.get("currentSession"),
        "weekly": weekly.get("allModels"),
        "weekly:sonnet": weekly.get("sonnetOnly"),
        **{f"weekly:{name}": reading for name, reading in weekly.get("scoped", {}).items()},
    }
    return {limit: reading["percentageUsed"] for limit, reading in readings.items() if reading}


def shown(stage: Stage) -> dict[str, float]:
    return {limit: row["percentage"] for limit, row in stage.shown().items() if row and limit != "credits"}


def test_the_recorded_figures_follow_the_page_through_its_layouts_and_a_log_out(stage: Stage) -> None:
    stage.start_practice()
    stage.start_receiver()
    for place, era in enumerate(("2026-02", "2026-07", "2026-10")):
        figures = {limit: row | {"percentage": row["percentage"] + place} for limit, row in FIGURES.items()}
        stage.control(era=era, figures=figures)
        done = stage.scrape()
        assert done.returncode == 0, done.stderr
        latest = stage.latest()
        assert percentages(latest) == shown(stage), era
        assert not latest.get("isPartial"), latest
    stage.control(access="login")
    refused = stage.scrape()
    assert refused.returncode == 3
    assert "services.scraper login" in refused.stdout + refused.stderr
    store = stage.folder / "store"
    versions = stage.history()
    metadata = json.loads((store / "console-usage-history" / "_metadata.json").read_text())
    assert len(versions) == metadata["versionCount"] == 3
    assert json.loads((store / "console-usage-synced.json").read_text()) == versions[-1]
    own = json.loads((stage.folder / "scraper" / "usage-data.json").read_text())
    assert percentages(own) == percentages(versions[-1])


def test_what_was_read_while_the_receiver_was_down_arrives_once_with_its_time(stage: Stage) -> None:
    stage.start_practice()
    read = []
    for percentage in range(5):
        stage.control(figures=FIGURES | {"session": {"percentage": percentage, "resetsInMinutes": 60}})
        assert stage.scrape().returncode == 0
        own = json.loads((stage.folder / "scraper" / "usage-data.json").read_text())
        read.append((own["lastUpdated"], own["currentSession"]["percentageUsed"]))
    assert len(list((stage.folder / "scraper" / "outbox").glob("*.json"))) == 5
    stage.start_receiver()
    assert stage.scrape().returncode == 0
    arrived = [(v["lastUpdated"], v["currentSession"]["percentageUsed"]) for v in stage.history()]
    assert len(arrived) == 6
    assert arrived[:5] == read
    assert all(v["receivedAt"] > read[-1][0] for v in stage.history())
    assert list((stage.folder / "scraper" / "outbox").glob("*.json")) == []


def test_a_receiver_killed_at_any_moment_keeps_what_it_acknowledged(stage: Stage) -> None:
    stage.start_receiver()
    acknowledged = set()
    for round_ in range(5):
        for number in range(20):
            minute = round_ * 20 + number
            snapshot = {
                "lastUpdated": f"2026-11-22T{minute // 60:02}:{minute % 60:02}:00Z",
                "currentSession": {"percentageUsed": minute, "resetsIn": "1 hr"},
            }
            status, body = fetch(stage.receiver + USAGE, method="POST", body=snapshot)
            assert status == 200
            acknowledged.add(body["versionId"])
        stage.stop("receiver", signal.SIGKILL)
        stage.start_receiver()
    assert stage.latest()["versionInfo"]["total"] == 100
    assert {
        path.stem for path in (stage.folder / "store" / "console-usage-history").glob("2*")
    } == acknowledged
