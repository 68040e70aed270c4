"""How often a service was started and how it ended: kept over restarts, told to Prometheus' node exporter."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

__all__ = ["ENDS", "Counts", "exposition", "read", "write"]

ENDS = ("stopped", "exited", "failed", "killed", "memory", "hung", "lost")
"""Told to; by itself, well or not; by a signal; for want of memory; as hung; with its program, unseen."""

_HELP = {
    "starts": "How often the service was started.",
    "ends": "How often the service ended, and how.",
    "up": "Whether the service runs.",
}


class Counts(NamedTuple):
    """What is counted of one service."""

    starts: int = 0
    ends: dict[str, int] = {}  # noqa: RUF012 - never changed in place
    up: bool = False

    def started(self) -> Counts:
        """Count a start; one that was up before never told of its end."""
        before = self.ended("lost") if self.up else self
        return before._replace(starts=before.starts + 1, up=True)

    def ended(self, how: str) -> Counts:
        """Count an end."""
        return self._replace(ends={**self.ends, how: self.ends.get(how, 0) + 1}, up=False)


def exposition(service: str, counts: Counts) -> str:
    """Return the counts in Prometheus' text form."""
    ends = [
        f'marigraph_host_ends_total{{service="{service}",how="{how}"}} {counts.ends.get(how, 0)}'
        for how in ENDS
    ]
    parts = {
        "starts_total": (
            "counter",
            _HELP["starts"],
            [f'marigraph_host_starts_total{{service="{service}"}} {counts.starts}'],
        ),
        "ends_total": ("counter", _HELP["ends"], ends),
        "up": ("gauge", _HELP["up"], [f'marigraph_host_up{{service="{service}"}} {int(counts.up)}']),
    }
    lines = []
    for name, (kind, told, samples) in parts.items():
        lines += [f"# HELP marigraph_host_{name} {told}", f"# TYPE marigraph_host_{name} {kind}", *samples]
    return "\n".join(lines) + "\n"


def read(folder: Path, service: str) -> Counts:
    """Return what was counted before; nothing when that cannot be read."""
    try:
        kept = json.loads((folder / f"{service}.json").read_text())
        ends = {how: int(kept["ends"].get(how, 0)) for how in ENDS}
        return Counts(int(kept["starts"]), ends, bool(kept["up"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Counts()


def write(folder: Path, service: str, counts: Counts) -> None:
    """Keep the counts and show them; that it cannot be done (a full disk) must not stop a service."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / f"{service}.json", json.dumps(counts._asdict()))
        _replace(folder / f"host-{service}.prom", exposition(service, counts))
    except OSError:
        pass


def _replace(path: Path, text: str) -> None:
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_text(text)
    made.replace(path)
