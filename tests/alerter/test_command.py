"""`python -m services.alerter`, as people and supervisors call it; and killed for good while it delivers."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.alerter.sending.apprising import apprised
from services.alerter.settings import AlerterSettings
from shared.errors import SettingsError
from shared.settings import load
from tests.alerter.processes import Command
from tests.alerter.sink import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.close()


@pytest.fixture
def alerter(tmp_path: Path, repository: Path, sink: Sink) -> Command:
    return Command(tmp_path, repository, sink)


def wait(holds: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


async def test_once_tells_what_is_so_and_a_dry_run_touches_nothing(alerter: Command) -> None:
    await alerter.read(80, 4)
    await alerter.read(92)
    dry = alerter("once", "--dry-run")
    assert (dry.returncode, alerter.folder.exists(), alerter.sink.got) == (0, False, [])
    assert "weekly limit at 92 % (told at 90 %)" in dry.stdout
    done = alerter("once")
    assert done.returncode == 0
    assert [one["type"] for one in alerter.sink.got] == ["alert.threshold"]
    assert alerter.sink.refused_signatures == 0
    fact = alerter.sink.got[0]["data"]["alerts"][0]
    assert (fact["threshold"], fact["percentage"], "mark" in fact) == (90, 92, False)
    assert alerter("once").returncode == 0
    assert len(alerter.sink.got) == 1
    assert "top-secret" not in done.stderr + dry.stderr
    status = alerter("status", "--json")
    assert (status.returncode, json.loads(status.stdout)["ways"][0]["destination"]) == (0, "home")
    assert "top-secret" not in status.stdout


async def test_what_cannot_be_delivered_waits(alerter: Command) -> None:
    await alerter.read(92)
    alerter.sink.answers = [503]
    assert alerter("once").returncode == 1
    told = alerter("status").stdout
    assert "home: nothing delivered yet; 1 waiting; 1 tries failed: HTTP 503" in told
    assert alerter("once").returncode == 0
    assert len(alerter.sink.got) == 1


def test_a_test_says_what_each_destination_answered(alerter: Command) -> None:
    fine = alerter("test")
    assert (fine.returncode, fine.stdout) == (0, "home: delivered: HTTP 200\n")
    alerter.sink.answers = [302]
    wrong = alerter("test", "--json")
    assert wrong.returncode == 1
    assert json.loads(wrong.stdout)["results"][0]["outcome"] == "refused"
    assert alerter("test", ALERTER_WEBHOOKS="").returncode == 4
    assert alerter("status").returncode == 1


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # one of Apprise's plugins uses it
@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (
            {"STORE_URL": "", "ALERTER_STATE_DIR": ""},
            ["STORE_URL is missing", "ALERTER_STATE_DIR is missing"],
        ),
        ({"STORE_URL": "memory:"}, ["STORE_URL"]),
        ({"ALERTER_WEBHOOK_SECRET": ""}, ["webhooks are always signed"]),
        ({"ALERTER_WEBHOOK_SECRET": "top-secret"}, ["ALERTER_WEBHOOK_SECRET"]),
        ({"ALERTER_WEBHOOKS": "home=ftp://top-secret/"}, ["ALERTER_WEBHOOKS: home is no http"]),
        ({"ALERTER_WEBHOOKS": "top-secret"}, ["ALERTER_WEBHOOKS: number 1"]),
        ({"ALERTER_APPRISE_URLS": "phone=nosuch://top-secret"}, ["ALERTER_APPRISE_URLS: phone"]),
        ({"ALERTER_APPRISE_URLS": "home=json://top-secret"}, ["home is a webhook's name"]),
        (
            {"ALERTER_THRESHOLDS": "120", "ALERTER_QUIET": "night", "ALERTER_ZONE": "Mars/Base"},
            ["ALERTER_THRESHOLDS", "ALERTER_QUIET", "ALERTER_ZONE"],
        ),
        ({"ALERTER_THRESHOLDS": "weekl=50"}, ["'weekl' is no limit"]),
        ({"ALERTER_KINDS": "hit,his"}, ["his: there are only"]),
        ({"ALERTER_LOGIN_DAYS": "0"}, ["ALERTER_LOGIN_DAYS"]),
    ],
)
def test_bad_settings_are_all_named_without_secrets(
    alerter: Command, settings: dict[str, str], named: list[str]
) -> None:
    def start() -> None:
        apprised(load(AlerterSettings, alerter.environment(**settings)).apprise)

    with pytest.raises(SettingsError) as refused:
        start()
    told = "\n".join(refused.value.problems)
    assert [name for name in named if name not in told] == []
    assert "top-secret" not in told


def test_bad_settings_end_the_command_with_two(alerter: Command) -> None:
    done = alerter("once", ALERTER_QUIET="night", ALERTER_WEBHOOKS="home=ftp://top-secret/")
    assert done.returncode == 2
    assert "ALERTER_QUIET" in done.stderr
    assert "ALERTER_WEBHOOKS: home is no http" in done.stderr
    assert "top-secret" not in done.stderr


def test_a_state_folder_that_cannot_be_used_is_named_with_its_setting(alerter: Command) -> None:
    (alerter.folder.parent / "in-the-way").touch()
    done = alerter("once", ALERTER_STATE_DIR=str(alerter.folder.parent / "in-the-way"))
    assert done.returncode == 1
    assert "the state folder cannot be used" in done.stderr
    assert "See ALERTER_STATE_DIR" in done.stderr


async def test_one_alerter_on_a_folder(alerter: Command) -> None:
    running = alerter.run()
    try:
        assert wait((alerter.folder / "alerter.json").exists)
        other = alerter("once")
        assert other.returncode == 3
        assert "another one runs" in other.stderr
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


async def test_killed_at_the_moments_of_a_delivery_it_goes_on_where_it_was(alerter: Command) -> None:
    await alerter.read(68, 4)
    running = alerter.run()
    moments: list[str] = []

    def kill(moment: str) -> Callable[[], None]:
        def now() -> None:
            if moment not in moments:
                moments.append(moment)
                os.kill(running.pid, signal.SIGKILL)

        return now

    assert wait((alerter.folder / "alerter.json").exists)
    alerter.sink.on_request = kill("while it is sent")
    await alerter.read(80)
    assert running.wait(20) == -signal.SIGKILL
    alerter.sink.on_request = lambda: None
    alerter.sink.on_answered = kill("after it was taken")
    running = alerter.run()
    assert running.wait(20) == -signal.SIGKILL
    running = alerter.run()
    try:
        assert wait(
            lambda: (
                bool(alerter.store)
                and json.loads((alerter.folder / "alerter.json").read_text())["waiting"] == []
            )
        )
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0
    assert moments == ["while it is sent", "after it was taken"]
    assert len(set(alerter.sink.ids)) == 1
    assert len(alerter.sink.ids) <= 3


def figures(file: Path) -> dict[str, float]:
    """Every sample of a metrics file, by its name and labels; Prometheus' own reader reads it."""
    return {
        " ".join([one.name.removeprefix("marigraph_alerter_"), *one.labels.values()]): one.value
        for family in text_string_to_metric_families(file.read_text())
        for one in family.samples
        if one.name.startswith("marigraph_alerter_") and not one.name.endswith("_created")
    }


async def test_the_metrics_file_tells_what_was_looked_at_told_and_delivered(
    alerter: Command, tmp_path: Path
) -> None:
    file = tmp_path / "alerter.prom"
    before = datetime.now(UTC).timestamp()
    nowhere = f"file://{tmp_path}/no-such"
    assert alerter("once", ALERTER_METRICS_FILE=str(file), STORE_URL=nowhere).returncode == 1
    empty = figures(file)  # when the record was looked at is not known, and not zero
    assert empty == {"failed_looks_total": 1, "held_alerts": 0}

    await alerter.read(92)
    alerter.sink.answers = [503]
    assert alerter("once", ALERTER_METRICS_FILE=str(file)).returncode == 1
    failed = figures(file)
    assert before <= failed.pop("last_look_timestamp_seconds") <= datetime.now(UTC).timestamp()
    assert failed == {
        "alerts_total threshold": 1,
        "tries_total home failed": 1,
        "failed_looks_total": 0,
        "held_alerts": 0,
        "waiting_messages home": 1,
        "failures_since_success home": 1,
    }
    assert alerter("once", ALERTER_METRICS_FILE=str(file)).returncode == 0
    fine = figures(file)
    assert before <= fine["last_delivery_timestamp_seconds home"] <= datetime.now(UTC).timestamp()
    assert (fine["waiting_messages home"], fine["failures_since_success home"]) == (0, 0)
    assert fine["tries_total home delivered"] == 1
    assert "top-secret" not in file.read_text()


async def test_metrics_that_cannot_be_written_stop_no_alert(alerter: Command, tmp_path: Path) -> None:
    await alerter.read(92)
    done = alerter("once", ALERTER_METRICS_FILE=str(tmp_path / "no" / "alerter.prom"))
    assert (done.returncode, len(alerter.sink.got)) == (0, 1)
    assert "metrics cannot be written" in done.stderr
