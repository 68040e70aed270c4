"""What the record says of each account, as Prometheus metrics: for whoever presents a key to `/metrics`.

Accounts are few, and made by whoever runs the server, so a label for them is bounded.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.insight.readings import moment_of, readings_of
from shared.metrics import PREFIX
from shared.store.base import Found

__all__ = ["Record", "of_accounts"]

_PERCENT = 100


class Record(Collector):
    """A receiver's counters, and the newest reading of some accounts beside them."""

    def __init__(self, counters: CollectorRegistry, newest: Iterable[Found], now: datetime) -> None:
        """Take the counters, the newest version of each account, and the moment that is now."""
        self._counters = counters
        self._families = of_accounts(newest, now)

    def collect(self) -> Iterator[Metric]:
        """Give both."""
        yield from self._counters.collect()
        yield from self._families


def of_accounts(newest: Iterable[Found], now: datetime) -> list[Metric]:
    """Describe the newest reading of each account: how full each limit is, when it resets, when it was read.

    A limit whose reset has passed since it was read is left out: how full it is now is unknown, not zero.
    """
    share = _gauge("utilization_ratio", "How full a limit was when it was last read, 0 to 1.", "limit")
    reset = _gauge("reset_timestamp_seconds", "When a limit resets.", "limit")
    read = _gauge("observation_timestamp_seconds", "The time of the newest reading.")
    versions = _gauge("store_versions", "Versions in the history.")
    for found in newest:
        account, document = found.version.account, found.version.document
        read.add_metric([account], moment_of(document).timestamp())
        versions.add_metric([account], found.total)
        for limit, reading in readings_of(document).items():
            if reading.resets_at is not None and reading.resets_at <= now:
                continue
            if reading.percentage is not None:
                share.add_metric([account, limit], reading.percentage / _PERCENT)
            if reading.resets_at is not None:
                reset.add_metric([account, limit], reading.resets_at.timestamp())
    return [share, reset, read, versions]


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=["account", *labels])
