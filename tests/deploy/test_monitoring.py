"""Alert rules and the Grafana dashboard ask for metrics that there are, and Prometheus' own tool accepts them."""

import importlib.util
import json
import re
import subprocess

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from marigraph_host.counts import Counts, exposition
from services.alerter.metrics import AlerterMetrics
from services.janitor.metrics import JanitorMetrics
from services.receiver.operating.accountmetrics import of_accounts
from services.receiver.operating.metrics import ReceiverMetrics
from services.scraper.metrics import ScraperMetrics
from shared.clock import SystemClock

METRIC = re.compile(r"\bmarigraph_[a-z0-9_]+")


@pytest.fixture
def folder(repository):
    return repository / "deploy/monitoring"


@pytest.fixture(scope="module")
def names():
    """Every name that a service has: of samples, as Prometheus stores them."""
    sources: list[Collector | CollectorRegistry] = [
        ReceiverMetrics().registry,
        ScraperMetrics().registry,
        JanitorMetrics().registry,
        AlerterMetrics().registry,
    ]
    families = [family for source in sources for family in source.collect()]
    families += of_accounts([], SystemClock().now())
    families += text_string_to_metric_families(exposition("receiver", Counts()))
    return {f"{family.name}{ending}" for family in families for ending in _endings(family.type)}


def _endings(kind: str) -> tuple[str, ...]:
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}
    return endings.get(kind, ("",))


def test_every_metric_of_an_alert_is_there(folder, names):
    _, *alerts = (folder / "alerts.yaml").read_text().split("- alert: ")
    assert len(alerts) > 15
    for alert in alerts:
        asked = set(METRIC.findall(alert))
        assert asked - names == set(), alert
        assert asked or "up{" in alert


def test_every_metric_of_the_dashboard_is_there(folder, names):
    text = (folder / "grafana.json").read_text()
    asked = set(METRIC.findall(text))
    assert len(asked) > 15
    assert asked - names == set()


def test_the_dashboard_is_made_of_its_table(folder):
    spec = importlib.util.spec_from_file_location("dashboard", folder / "dashboard.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.FILE.read_text() == made.text(), "run python deploy/monitoring/dashboard.py"


def test_the_dashboard_fits_import_and_provisioning(folder):
    """Provisioning knows no `__inputs`, and links lead to a dashboard by its uid."""
    board = json.loads((folder / "grafana.json").read_text())
    assert board["uid"] == "marigraph"
    assert "__inputs" not in board
    assert {panel["datasource"]["uid"] for panel in board["panels"] if panel["type"] != "row"} == {
        "${datasource}"
    }
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)


def test_every_metric_is_in_the_document(repository, names):
    text = (repository / "docs/monitoring.md").read_text()
    for name in names:
        shown = re.sub(r"^marigraph_(scraper_|janitor_|alerter_|host_)?|_(bucket|count|sum)$", "", name)
        assert f"`{shown}`" in text, name


@pytest.mark.promtool
def test_prometheus_accepts_the_rules_and_their_tests(folder):
    for what in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]):
        answer = subprocess.run(["promtool", *what], cwd=folder, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.promtool
def test_prometheus_accepts_its_own_settings(folder, tmp_path):
    key = tmp_path / "marigraph.key"
    key.write_text("mg_key")
    settings = (folder / "prometheus.yaml").read_text()
    (tmp_path / "prometheus.yaml").write_text(settings.replace("/etc/prometheus/marigraph.key", str(key)))
    (tmp_path / "alerts.yaml").write_text((folder / "alerts.yaml").read_text())
    answer = subprocess.run(
        ["promtool", "check", "config", str(tmp_path / "prometheus.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.promtool
def test_prometheus_finds_nothing_to_complain_of_in_what_the_services_say():
    services = (ReceiverMetrics(), ScraperMetrics(), JanitorMetrics(), AlerterMetrics())
    for registry in (one.registry for one in services):
        answer = subprocess.run(
            ["promtool", "check", "metrics"],
            input=generate_latest(registry),
            capture_output=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
