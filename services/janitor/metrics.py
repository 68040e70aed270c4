"""What the janitor counts, and the file it leaves that in: it needs no port, and its container no network."""

from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, write_to_textfile

from services.janitor.records import Swept
from shared.metrics import PREFIX, new_registry

__all__ = ["JanitorMetrics"]


class JanitorMetrics:
    """Counters since this process began, and how things stood after the last run."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.registry: CollectorRegistry = new_registry()
        self._runs = self._counter("runs", "Runs, by outcome: done, refused, problem or failed.", "outcome")
        self._archived = self._counter("archived_versions", "Versions put into the archive.", "account")
        self._deleted = self._counter("deleted_versions", "Versions taken out of the history.", "account")
        self._checked = self._counter("checked_files", "Versions and archives checked against their names.")
        self._bad = self._counter(
            "bad_files", "Files that were not right: restored, set_aside or left.", "became"
        )
        self._foreign = self._gauge("foreign_files", "Names in the store's folders that are nothing of ours.")
        self._progress = self._gauge("scrub_progress_ratio", "How much of the present pass is checked.")
        self._passed = self._gauge("scrub_last_pass_timestamp_seconds", "When everything was last checked.")
        self._ended = self._gauge("last_run_timestamp_seconds", "When a run last ended, whatever it found.")
        self._seconds = self._gauge("last_run_duration_seconds", "How long the last run took.")
        self._believed = self._gauge("clock_believed", "1 when the last run believed the clock, else 0.")
        self._kept = self._gauge(
            "kept_versions", "Versions that the last run left in the history.", "account"
        )
        self._free = self._gauge("disk_free_bytes", "Room on the store's disk.")
        self._floor = self._gauge("disk_floor_bytes", "Room that is to stay free.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace=PREFIX, subsystem="janitor", registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, namespace=PREFIX, subsystem="janitor", registry=self.registry)

    def note(self, swept: Swept, ended: float, seconds: float) -> None:
        """Count a run; `ended` in seconds since 1970."""
        outcome = "problem" if swept.problems else "refused" if swept.refused else "done"
        self._ran(outcome, ended, seconds)
        self._believed.set(not swept.refused)
        self._checked.inc(swept.scrub.checked)
        for found in swept.scrub.findings:
            self._bad.labels(
                "restored" if found.restored else "set_aside" if found.set_aside else "left"
            ).inc()
        self._foreign.set(len(swept.scrub.foreign))
        self._progress.set(swept.scrub.done / swept.scrub.total if swept.scrub.total else 1)
        if swept.scrub.complete:
            self._passed.set(ended)
        for account in swept.accounts:
            self._archived.labels(account.account).inc(account.archived)
            self._deleted.labels(account.account).inc(account.deleted)
            self._kept.labels(account.account).set(len(account.plan) - account.deleted)
        if swept.disk:
            self._free.set(swept.disk.free)
            self._floor.set(swept.disk.floor)

    def note_failure(self, ended: float, seconds: float) -> None:
        """Count a run that the store ended."""
        self._ran("failed", ended, seconds)

    def _ran(self, outcome: str, ended: float, seconds: float) -> None:
        self._runs.labels(outcome).inc()
        self._ended.set(ended)
        self._seconds.set(seconds)

    def write(self, path: Path) -> None:
        """Replace a file by the metrics as they are. Raises OSError."""
        write_to_textfile(str(path), self.registry)
