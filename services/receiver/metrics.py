"""What the receiver counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.metrics import PREFIX, new_registry

__all__ = ["ReceiverMetrics", "method_of"]

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def method_of(method: str) -> str:
    """Return a method as it is counted and logged: what nobody has is `other`, as it may be anything."""
    return method if method in _METHODS else "other"


class ReceiverMetrics:
    """Counters of one receiver; `registry` is what `/metrics` shows."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.registry: CollectorRegistry = new_registry()
        self.requests = Counter(
            "http_requests",
            "Requests answered, by method, route and status code.",
            ["method", "route", "code"],
            namespace=PREFIX,
            registry=self.registry,
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Time from a request's head to its answer.",
            ["method", "route"],
            namespace=PREFIX,
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
        )
        self.snapshots = Counter(
            "snapshots",
            "Snapshots taken in, by outcome: stored, duplicate, refused or failed.",
            ["outcome"],
            namespace=PREFIX,
            registry=self.registry,
        )
        self.last_snapshot = Gauge(
            "snapshot_last_received_timestamp_seconds",
            "When the last snapshot was stored, in seconds since 1970.",
            namespace=PREFIX,
            registry=self.registry,
        )
        self.scrape_requests = Counter(
            "scrape_requests",
            "Scrapes asked for, by outcome: asked, repeated (one waited already), fetched by a collector.",
            ["outcome"],
            namespace=PREFIX,
            registry=self.registry,
        )
        self.damage = Gauge(
            "store_damaged",
            "Damaged versions and parts of archives met since the receiver began; none was answered.",
            namespace=PREFIX,
            registry=self.registry,
        )
        self.key_failures, self.keys, self.keys_file_broken = _about_keys(self.registry)
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        kind = (method_of(method), route, status)
        known = self._answered.get(kind)
        if known is None:  # looking the rows up costs more than counting
            known = self.requests.labels(*kind), self.seconds.labels(*kind[:2])
            self._answered[kind] = known
        rows, times = known
        rows.inc()
        times.observe(seconds)


def _about_keys(registry: CollectorRegistry) -> tuple[Counter, Gauge, Gauge]:
    failures = Counter(
        "key_failures",
        "Requests refused for their key: missing, unknown, ended (revoked or expired), forbidden (it"
        " does not open this), throttled (too many wrong ones before it), asks_too_much.",
        ["reason"],
        namespace=PREFIX,
        registry=registry,
    )
    keys = Gauge("keys", "Keys that are valid now.", namespace=PREFIX, registry=registry)
    broken = Gauge(
        "keys_file_broken",
        "1 when the keys file cannot be believed: unreadable, no keys file, or gone.",
        namespace=PREFIX,
        registry=registry,
    )
    return failures, keys, broken
