"""What the receiver counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.receiver.operating.connections import Connections
from services.receiver.operating.counting import Answers
from shared.metrics import PREFIX, new_registry

__all__ = ["ReceiverMetrics"]


class ReceiverMetrics:
    """Counters of one receiver; `registry` is what `/metrics` shows."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.registry: CollectorRegistry = new_registry()
        self.answers = Answers()
        self.registry.register(self.answers)
        self.connections = Connections()
        self.registry.register(self.connections)
        self.snapshots = Counter(
            "snapshots",
            "Snapshots taken in, by outcome: stored, duplicate, refused or failed.",
            ["outcome"],
            namespace=PREFIX,
            registry=self.registry,
        )
        started = Gauge(
            "start_time_seconds",
            "When this receiver began, in seconds since 1970: a restart shows.",
            namespace=PREFIX,
            registry=self.registry,
        )
        started.set_to_current_time()
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
        self.event_listeners, self.dropped_listeners = _about_listeners(self.registry)
        self.accounts_watched, self.accounts_silent = _about_silence(self.registry)
        self.key_failures, self.keys, self.keys_file_broken = _about_keys(self.registry)


def _about_listeners(registry: CollectorRegistry) -> tuple[Gauge, Counter]:
    there = Gauge("event_listeners", "Streams of events that are open.", namespace=PREFIX, registry=registry)
    dropped = Counter(
        "event_listeners_dropped",
        "Listeners to events that were dropped, because they read too slowly.",
        namespace=PREFIX,
        registry=registry,
    )
    return there, dropped


def _about_silence(registry: CollectorRegistry) -> tuple[Gauge, Gauge]:
    watched = Gauge(
        "accounts_watched",
        "Accounts of the store that are watched for silence.",
        namespace=PREFIX,
        registry=registry,
    )
    silent = Gauge(
        "accounts_silent",
        "Accounts of which no reading came for too long (RECEIVER_SILENCE_MINUTES).",
        namespace=PREFIX,
        registry=registry,
    )
    return watched, silent


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
