"""Where things stand on the host (pure)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

__all__ = ["Layout"]


class Layout(NamedTuple):
    """All places and names, below a root and with a first name that tests may choose."""

    root: Path = Path("/")
    name: str = "marigraph"
    """With which the names of containers begin."""

    @property
    def home(self) -> Path:
        """The releases, `current`, the journal of the switch."""
        return self.root / "opt/marigraph"

    @property
    def releases(self) -> Path:
        """One folder a release."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """A link to the release that serves."""
        return self.home / "current"

    @property
    def journal(self) -> Path:
        """What a switch that is under way, or was cut, had done."""
        return self.home / "switch.json"

    @property
    def store_note(self) -> Path:
        """The folders that held the record, a line each."""
        return self.home / "store"

    @property
    def settings(self) -> Path:
        """NAME=value, for the services and for the host."""
        return self.root / "etc/marigraph/marigraph.env"

    def settings_of(self, release: str) -> Path:
        """Return the settings that a release brought, taken back with it; else the host's."""
        own = self.release(release) / "marigraph.env"
        return own if release and own.exists() else self.settings

    @property
    def secrets(self) -> Path:
        """Files that only the services' user may read: api-key, keys.json, ..."""
        return self.root / "etc/marigraph/secrets"

    @property
    def state(self) -> Path:
        """What outlives releases: the store (unless EC2_DATA_DIR is set), the scraper's state, metrics."""
        return self.root / "var/lib/marigraph"

    @property
    def scratch(self) -> Path:
        """The store of a release on trial; removed after it."""
        return self.state / "trial"

    @property
    def metrics(self) -> Path:
        """Files for Prometheus' node exporter."""
        return self.state / "metrics"

    @property
    def logs(self) -> Path:
        """One log a service, and those of the switches."""
        return self.root / "var/log/marigraph"

    @property
    def run(self) -> Path:
        """Socket, lock and signs of life; empty after a boot."""
        return self.root / "run/marigraph"

    @property
    def lock(self) -> Path:
        """Held while a switch is under way."""
        return self.run / "switch.lock"

    @property
    def socket(self) -> Path:
        """Where supervisord is told what to do."""
        return self.run / "supervisor.sock"

    def release(self, release: str) -> Path:
        """Return the folder of a release."""
        return self.releases / release

    def beat(self, service: str) -> Path:
        """Return the file by which a service's program gives signs of life."""
        return self.run / "beats" / service

    def container(self, role: str) -> str:
        """Return the name of a service's container, or of one that a switch uses for a while."""
        return f"{self.name}-{role}"

    def program(self, release: str = "") -> list[str]:
        """Return the command line of this program, of the current release if none is named."""
        folder = self.release(release) if release else self.current
        return [sys.executable, str(folder / "host"), *self.arguments()]

    def arguments(self) -> list[str]:
        """Return what the command line must say for a layout that is not the usual one."""
        usual = Layout()
        rooted = ["--root", str(self.root)] if self.root != usual.root else []
        return rooted + (["--name", self.name] if self.name != usual.name else [])
