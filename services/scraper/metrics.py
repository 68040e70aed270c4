"""What the scraper counts, and the file it leaves that in: it opens no port."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.scraper.judging.outcome import GOOD, Outcome, State
from services.scraper.outgoing.outbox import Stock
from services.scraper.outgoing.sending import SendState
from services.scraper.outgoing.tally import Tally
from services.scraper.status import Status
from shared.metrics import PREFIX, new_registry

__all__ = ["ScraperMetrics"]

_SUBSYSTEM = "scraper"
_STATES: tuple[State, ...] = get_args(State)
_SEND_STATES: tuple[SendState, ...] = get_args(SendState)
_LOGIN_TELLS = GOOD | {"stale_page", "login_required"}
"""The states of a scrape that tell whether somebody is logged in."""


class ScraperMetrics:
    """Counters since this process began, and how scraping, sending, outbox and login stand."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.registry: CollectorRegistry = new_registry()
        self._scrapes = Counter(
            "scrapes",
            "Scrapes that ended, by how.",
            ["outcome"],
            namespace=PREFIX,
            subsystem=_SUBSYSTEM,
            registry=self.registry,
        )
        for state in _STATES:
            self._scrapes.labels(state)
        self._seconds = Histogram(
            "scrape_duration_seconds",
            "Time from a browser's launch to the end of a scrape.",
            namespace=PREFIX,
            subsystem=_SUBSYSTEM,
            registry=self.registry,
            buckets=(1, 2, 5, 10, 20, 30, 60, 120),
        )
        self._standing = _Standing()
        self.registry.register(self._standing)

    def scraped(self, outcome: Outcome) -> None:
        """Count a scrape that ended."""
        self._scrapes.labels(outcome.state).inc()
        self._seconds.observe(outcome.seconds)

    def write(self, path: Path, status: Status, stock: Stock) -> None:
        """Replace a file by the counters and how things stand now. Raises OSError."""
        self._standing.status, self._standing.stock = status, stock
        write_to_textfile(str(path), self.registry)


class _Standing(Collector):
    """How things stand: what is not known is left out, for a missing figure is not zero."""

    def __init__(self) -> None:
        self.status = Status()
        self.stock = Stock(waiting=0)

    def collect(self) -> Iterator[Metric]:
        yield from self._scraping(self.status)
        yield from self._sending(self.status, self.stock)

    def _scraping(self, status: Status) -> Iterator[GaugeMetricFamily]:
        yield _moment("last_attempt", "When a scrape last ended.", status.last_attempt_at)
        yield _moment("last_reading", "The time of the last reading that was taken.", status.last_good_at)
        yield _moment(
            "login_ends", "When the login is expected to end.", status.login.ends_at if status.login else None
        )
        valid = {"": float(status.state != "login_required")} if status.state in _LOGIN_TELLS else {}
        yield _gauge("login_valid", "1 when the last scrape was logged in, 0 when not; else missing.", valid)

    def _sending(self, status: Status, stock: Stock) -> Iterator[Metric]:
        now_in = {str(state): float(state == status.sending.state) for state in _SEND_STATES}
        yield _gauge("sending_state", "1 for the state in which sending is, else 0.", now_in, "state")
        last = status.sending.last_answer
        yield _moment("last_answer", "When the receiver last answered.", last.at if last else None)
        waiting = {"snapshot": float(stock.waiting), "report": float(stock.reports)}
        yield _gauge("outbox_items", "What waits to be sent.", waiting, "kind")
        yield _gauge("outbox_bytes", "Bytes of the snapshots that wait.", {"": float(stock.bytes)})
        yield _moment("outbox_oldest", "Since when the oldest snapshot waits.", stock.oldest)
        yield _given_up(stock.tally)


def _given_up(tally: Tally) -> CounterMetricFamily:
    family = CounterMetricFamily(
        f"{PREFIX}_{_SUBSYSTEM}_given_up_items",
        "Items ever dropped from a full queue or set aside, by why; kept across restarts.",
        labels=["why"],
    )
    family.add_metric(["dropped"], tally.dropped)
    family.add_metric(["reports_dropped"], tally.reports_dropped)
    family.add_metric(["rejected"], tally.rejected)
    family.add_metric(["quarantined"], tally.quarantined)
    return family


def _moment(name: str, text: str, at: datetime | None) -> GaugeMetricFamily:
    return _gauge(f"{name}_timestamp_seconds", text, {"": at.timestamp()} if at else {})


def _gauge(name: str, text: str, values: Mapping[str, float], label: str = "") -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"{PREFIX}_{_SUBSYSTEM}_{name}", text, labels=[label] if label else [])
    for value, figure in values.items():
        family.add_metric([value] if label else [], figure)
    return family
