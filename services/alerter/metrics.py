"""What the alerter counts, and the file it leaves that in: it opens no port."""

from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, write_to_textfile
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.alerter.telling.attempts import Outcome
from services.alerter.telling.book import Book, Message
from shared.metrics import PREFIX, new_registry

__all__ = ["AlerterMetrics"]


class AlerterMetrics:
    """Counters since this process began, and how the book stands."""

    def __init__(self, file: Path | None = None) -> None:
        """Start at nothing; `file` is where the figures go."""
        self._file = file
        self.registry: CollectorRegistry = new_registry()
        self.alerts = self._counter("alerts", "Alerts, by kind.", "kind")
        self.tries = self._counter("tries", "Tries to deliver, by outcome.", "destination", "outcome")
        self.given_up = self._counter("given_up", "Messages that were given up.", "destination")
        self.failures = self._counter("failed_looks", "Looks that the store or the state folder refused.")
        self._standing = _Standing()
        self.registry.register(self._standing)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace=PREFIX, subsystem="alerter", registry=self.registry)

    def told(self, message: Message) -> None:
        """Count the alerts in a message."""
        for news in message.news:
            self.alerts.labels(news.kind).inc()

    def tried(self, destination: str, outcome: Outcome, *, given_up: bool) -> None:
        """Count a try to deliver."""
        self.tries.labels(destination, outcome).inc()
        if given_up:
            self.given_up.labels(destination).inc()

    def write(self, book: Book) -> None:
        """Replace the file by the figures as they are, with how the book stands. Raises OSError."""
        self._standing.book = book
        if self._file:
            write_to_textfile(str(self._file), self.registry)


class _Standing(Collector):
    """How the book stands: what is not known is left out, for a missing figure is not zero."""

    def __init__(self) -> None:
        self.book = Book()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the figures of the book."""
        book = self.book
        ways = book.deliveries.items()
        looked = {"": book.looked.timestamp()} if book.looked else {}
        yield _gauge("last_look_timestamp_seconds", "When the record was last looked at.", looked)
        held = {"": float(len(book.held))}
        yield _gauge("held_alerts", "Alerts that wait for the end of the quiet hours.", held)
        waiting = {name: float(sum(name in one.to for one in book.waiting)) for name, _ in ways}
        yield _gauge("waiting_messages", "Messages that a destination lacks.", waiting, "destination")
        fails = {name: float(way.fails) for name, way in ways}
        words = "Tries in a row that failed: 0 when delivery works."
        yield _gauge("failures_since_success", words, fails, "destination")
        delivered = {name: way.delivered_at.timestamp() for name, way in ways if way.delivered_at}
        words = "When something was last delivered."
        yield _gauge("last_delivery_timestamp_seconds", words, delivered, "destination")


def _gauge(name: str, text: str, values: dict[str, float], *label: str) -> GaugeMetricFamily:
    """Make a figure, by a label when it has one; without a value it has no sample."""
    family = GaugeMetricFamily(f"{PREFIX}_alerter_{name}", text, labels=label)
    for labelled, value in values.items():
        family.add_metric([labelled] if label else [], value)
    return family
