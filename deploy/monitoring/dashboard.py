"""Writes grafana.json, a dashboard that Grafana takes by import and by provisioning.

The panels are the table below. `python deploy/monitoring/dashboard.py` writes the file anew; a test sees that
it was.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("grafana.json")
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH, HEIGHT = 8, 7
ACROSS = 24 // WIDTH

RATIO, SECONDS, COUNT, BYTES, PER_SECOND = "percentunit", "s", "short", "bytes", "reqps"

_SCRAPE = "histogram_quantile({}, sum by (le) (rate(marigraph_scraper_scrape_duration_seconds_bucket[1h])))"
_ANSWER = (
    "histogram_quantile(0.99, sum by (le, method) (rate("
    "marigraph_http_request_duration_seconds_bucket{route!~'.*/(events|scrape)'}[5m])))"
)

Panel = tuple[str, str, list[tuple[str, str]]]
"""A title, the unit, and what is asked, each with its legend."""

PANELS: dict[str, list[Panel]] = {
    "The record": [
        (
            "How full each limit is",
            RATIO,
            [('marigraph_utilization_ratio{account=~"$account"}', "{{account}} {{limit}}")],
        ),
        (
            "Until the next reset",
            SECONDS,
            [('marigraph_reset_timestamp_seconds{account=~"$account"} - time()', "{{account}} {{limit}}")],
        ),
        (
            "Age of the newest reading",
            SECONDS,
            [('time() - marigraph_observation_timestamp_seconds{account=~"$account"}', "{{account}}")],
        ),
    ],
    "Scraper": [
        (
            "Scrapes by outcome, an hour",
            COUNT,
            [("sum by (outcome) (increase(marigraph_scraper_scrapes_total[1h])) > 0", "{{outcome}}")],
        ),
        (
            "Time of a scrape",
            SECONDS,
            [(_SCRAPE.format(0.5), "median"), (_SCRAPE.format(0.95), "95 of 100")],
        ),
        (
            "Until the login ends",
            SECONDS,
            [("marigraph_scraper_login_ends_timestamp_seconds - time()", "{{instance}}")],
        ),
        ("What waits to be sent", COUNT, [("marigraph_scraper_outbox_items", "{{instance}} {{kind}}")]),
        (
            "Since when the oldest waits",
            SECONDS,
            [("time() - marigraph_scraper_outbox_oldest_timestamp_seconds", "{{instance}}")],
        ),
        (
            "Given up or set aside, a day",
            COUNT,
            [("increase(marigraph_scraper_given_up_items_total[1d])", "{{instance}} {{why}}")],
        ),
    ],
    "Receiver": [
        (
            "Requests",
            PER_SECOND,
            [("sum by (method, code) (rate(marigraph_http_requests_total[5m]))", "{{method}} {{code}}")],
        ),
        (
            "Time of an answer, 99 of 100",
            SECONDS,
            [(_ANSWER, "{{method}}")],
        ),
        (
            "Snapshots taken in, an hour",
            COUNT,
            [("sum by (outcome) (increase(marigraph_snapshots_total[1h]))", "{{outcome}}")],
        ),
        (
            "Refused keys, an hour",
            COUNT,
            [("sum by (reason) (increase(marigraph_key_failures_total[1h]))", "{{reason}}")],
        ),
        (
            "Versions in the history",
            COUNT,
            [('marigraph_store_versions{account=~"$account"}', "{{account}}")],
        ),
        ("Damaged files met", COUNT, [("marigraph_store_damaged", "{{instance}}")]),
    ],
    "Janitor": [
        (
            "Since the last run",
            SECONDS,
            [("time() - marigraph_janitor_last_run_timestamp_seconds", "{{instance}}")],
        ),
        (
            "Archived and deleted, a day",
            COUNT,
            [
                ("sum(increase(marigraph_janitor_archived_versions_total[1d]))", "archived"),
                ("sum(increase(marigraph_janitor_deleted_versions_total[1d]))", "deleted"),
            ],
        ),
        (
            "Room on the store's disk",
            BYTES,
            [
                ("marigraph_janitor_disk_free_bytes", "free"),
                ("marigraph_janitor_disk_floor_bytes", "to stay free"),
            ],
        ),
    ],
    "Alerter": [
        (
            "Since the record was last looked at",
            SECONDS,
            [("time() - marigraph_alerter_last_look_timestamp_seconds", "{{instance}}")],
        ),
        (
            "Alerts, a day",
            COUNT,
            [("sum by (kind) (increase(marigraph_alerter_alerts_total[1d]))", "{{kind}}")],
        ),
        (
            "What waits for a destination",
            COUNT,
            [
                ("marigraph_alerter_waiting_messages", "{{destination}}"),
                ("marigraph_alerter_failures_since_success", "{{destination}}: tries that failed in a row"),
                ("marigraph_alerter_held_alerts", "held back by the quiet hours"),
            ],
        ),
    ],
    "Host": [
        ("Services that run", COUNT, [("marigraph_host_up", "{{instance}} {{service}}")]),
        (
            "Starts, an hour",
            COUNT,
            [("increase(marigraph_host_starts_total[1h])", "{{instance}} {{service}}")],
        ),
        (
            "Ends that nobody asked for, an hour",
            COUNT,
            [
                (
                    'increase(marigraph_host_ends_total{how!="stopped"}[1h]) > 0',
                    "{{instance}} {{service}} {{how}}",
                )
            ],
        ),
    ],
}


def dashboard() -> dict[str, Any]:
    """Put the dashboard together: rows of three panels each."""
    panels: list[dict[str, Any]] = []
    y = 0
    for section, shown in PANELS.items():
        panels.append(
            {"type": "row", "title": section, "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}, "panels": []}
        )
        y += 1
        for place, (title, unit, questions) in enumerate(shown):
            position = {
                "x": place % ACROSS * WIDTH,
                "y": y + place // ACROSS * HEIGHT,
                "w": WIDTH,
                "h": HEIGHT,
            }
            panels.append(_panel(title, unit, questions, position))
        y += -(-len(shown) // ACROSS) * HEIGHT
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    return {
        "uid": "marigraph",
        "title": "Marigraph",
        "tags": ["marigraph"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {"list": [_source(), _account()]},
        "panels": panels,
    }


def _panel(
    title: str, unit: str, questions: list[tuple[str, str]], position: dict[str, int]
) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": title,
        "datasource": SOURCE,
        "gridPos": position,
        # A gap is a gap: no line over it, and nothing drawn as zero.
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "min": 0,
                "custom": {"spanNulls": False, "lineInterpolation": "stepAfter"},
            },
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": question, "legendFormat": legend}
            for number, (question, legend) in enumerate(questions)
        ],
    }


def _source() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _account() -> dict[str, Any]:
    return {
        "name": "account",
        "label": "Account",
        "type": "query",
        "datasource": SOURCE,
        "query": "label_values(marigraph_observation_timestamp_seconds, account)",
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def text() -> str:
    """Return what the file holds."""
    return json.dumps(dashboard(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
