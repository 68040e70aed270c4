"""Connections as metrics: how many there are, and how many the wire has ended and why."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.metrics import PREFIX
from shared.wire.watch import Watch

__all__ = ["Connections"]


class Connections(Collector):
    """Asks the watch over a server's connections, once there is one."""

    def __init__(self) -> None:
        """Wait for a server."""
        self.watch: Watch | None = None

    def collect(self) -> Iterator[Metric]:
        """Give the library what there is now."""
        now = GaugeMetricFamily(f"{PREFIX}_http_connections", "Connections open now.")
        ended = CounterMetricFamily(
            f"{PREFIX}_http_connections_ended",
            "Connections ended by the receiver, by reason: idle; head, body (took too long to arrive);"
            " handler, answer (none in time); unread (its reader was too slow); room (idle longest when there"
            " were too many); turned_away (too many, none of them idle).",
            labels=["reason"],
        )
        if self.watch is not None:
            now.add_metric([], len(self.watch.connections))
            for reason, count in sorted(self.watch.ended.items()):
                ended.add_metric([reason], count)
        yield now
        yield ended
