"""What a switch asks of whoever keeps the services running; supervisor and systemd do it each in its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from marigraph_host.layout import Layout
from marigraph_host.services import Service

__all__ = ["Supervision", "supervision"]


class Supervision(Protocol):
    """Keeps the services of the current release running."""

    def why_unable(self) -> str:
        """Say what keeps it from working on this host; empty when nothing does."""

    def render(self, release: Path, services: Sequence[Service]) -> None:
        """Write what it needs into a release's folder."""

    def guard(self, release: Path) -> None:
        """See that a switch is mended when it is cut from here on, also before the services run."""

    def unguard(self) -> None:
        """Take the guard away: another supervision has its own."""

    def apply(self, services: Sequence[Service]) -> None:
        """Have exactly these services run, each started anew from the current release. Raises HostError."""

    def stop(self) -> None:
        """Stop all services, and see that a boot does not start them."""

    def states(self) -> dict[str, str]:
        """Return each service's state in the supervision's own word; well is `RUNNING` or `active`."""

    def status(self) -> int:
        """Print the state, one line a service; return 0 when all run."""

    def log_command(self, service: str, lines: int, *, follow: bool) -> list[str]:
        """Return the command that shows a service's log."""


def supervision(name: str, layout: Layout) -> Supervision:
    """Return the supervision of that name."""
    from marigraph_host.supervisor import Supervisor  # noqa: PLC0415 - they know what this module describes
    from marigraph_host.systemd import Systemd  # noqa: PLC0415 - as above

    return Systemd(layout) if name == "systemd" else Supervisor(layout)
