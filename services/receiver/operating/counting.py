"""Counting answers: plain numbers while they are counted, metrics of the library when somebody asks.

The library locks each count against other threads; answers are counted on the event loop alone.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from shared.metrics import PREFIX

__all__ = ["Answers", "method_of"]

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
"""Upper ends of the histogram's buckets, in seconds."""

_LABELS = [*map(floatToGoString, _BOUNDS), "+Inf"]


def method_of(method: str) -> str:
    """Return a method as it is counted and logged: what nobody has is `other`, as it may be anything."""
    return method if method in _METHODS else "other"


class _Row:
    """How many answers of one kind took how long."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(_BOUNDS) + 1)
        self.seconds = 0.0


class Answers(Collector):
    """Answers by method, route and status, and how long they took; from the event loop's thread only."""

    def __init__(self) -> None:
        """Start at nothing."""
        self._rows: dict[tuple[str, str, int], _Row] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        row = self._rows.get((method, route, status))
        if row is None:
            kind = (method_of(method), route, status)
            row = self._rows.setdefault(kind, _Row())
        row.seconds += seconds
        row.buckets[bisect_left(_BOUNDS, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        """Give the library what has been counted."""
        requests = CounterMetricFamily(
            f"{PREFIX}_http_requests",
            "Requests answered, by method, route and status code.",
            labels=["method", "route", "code"],
        )
        times: defaultdict[tuple[str, str], _Row] = defaultdict(_Row)
        for (method, route, status), row in self._rows.items():
            requests.add_metric([method, route, str(status)], sum(row.buckets))
            both = times[method, route]
            both.seconds += row.seconds
            both.buckets = [one + other for one, other in zip(both.buckets, row.buckets, strict=True)]
        yield requests
        seconds = HistogramMetricFamily(
            f"{PREFIX}_http_request_duration_seconds",
            "Time from a request's head to its answer.",
            labels=["method", "route"],
        )
        for kind, row in times.items():
            seconds.add_metric(list(kind), _cumulative(row.buckets), row.seconds)
        yield seconds


def _cumulative(buckets: list[int]) -> list[tuple[str, float]]:
    total = 0
    found: list[tuple[str, float]] = []
    for label, count in zip(_LABELS, buckets, strict=True):
        total += count
        found.append((label, total))
    return found
