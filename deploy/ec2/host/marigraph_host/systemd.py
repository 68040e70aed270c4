"""The services under systemd: a unit each, and a target for all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from string import Template

from marigraph_host.errors import HostError
from marigraph_host.layout import Layout
from marigraph_host.mendunits import CUT_PATH, CUT_SERVICE, MEND, cut_units, mend_unit
from marigraph_host.services import TABLE, Service

__all__ = ["Systemd"]

_UNITS = Path("/etc/systemd/system")
_NATIVE = Path("/usr/local/lib/systemd/system")
"""Where an installation without containers has its units."""
_TARGET = "marigraph.target"
_OURS = "(container)"
"""What the description of every unit of ours ends in."""


class Systemd:
    """Units that are written from the templates a release brings (its folder `systemd`)."""

    def __init__(self, layout: Layout) -> None:
        """Do nothing yet."""
        self._layout = layout

    def why_unable(self) -> str:
        """Say what keeps it from working."""
        if not Path("/run/systemd/system").is_dir():
            return "systemd does not run this host"
        for unit in (folder / _unit(service.name) for service in TABLE for folder in (_UNITS, _NATIVE)):
            if unit.exists() and _OURS not in unit.read_text(encoding="utf-8"):
                return f"{unit} is of an installation without containers: remove that first"
        return ""

    def render(self, release: Path, services: Sequence[Service]) -> None:
        """Write the units into a release."""
        template = Template((release / "systemd/marigraph-container.service").read_text(encoding="utf-8"))
        folder = release / "units"
        folder.mkdir(exist_ok=True)
        for service in services:
            text = template.substitute(
                service=service.name,
                container=self._layout.container(service.name),
                docker=shutil.which("docker") or "/usr/bin/docker",
                python=sys.executable,
                program=self._layout.current / "host",
                folder=self._layout.current,
            )
            (folder / _unit(service.name)).write_text(text, encoding="utf-8")
        shutil.copyfile(release / "systemd" / _TARGET, folder / _TARGET)
        mending = mend_unit(self._layout, [_unit(service.name) for service in services])
        for name, text in {MEND: mending, **cut_units(self._layout)}.items():
            (folder / name).write_text(text, encoding="utf-8")

    def guard(self, release: Path) -> None:
        """Have a switch mended when it is cut from here on: by the release's units for that."""
        self._layout.logs.mkdir(parents=True, exist_ok=True)
        for name in (CUT_PATH, CUT_SERVICE):
            shutil.copyfile(release / "units" / name, _UNITS / name)
        _systemctl("daemon-reload")
        _systemctl("enable", "--quiet", CUT_PATH)
        _systemctl("start", CUT_PATH)

    def unguard(self) -> None:
        """Take the guard away. Its service goes on: it may be what is asking for this."""
        if (_UNITS / CUT_PATH).exists():
            _systemctl("disable", "--now", "--quiet", CUT_PATH, check=False)
            for name in (CUT_PATH, CUT_SERVICE):
                (_UNITS / name).unlink(missing_ok=True)
            _systemctl("daemon-reload")

    def apply(self, services: Sequence[Service]) -> None:
        """Bring the current release's units, and start each service anew, one after the other."""
        names = [service.name for service in services]
        for service in TABLE:
            if service.name not in names and (_UNITS / _unit(service.name)).exists():
                _systemctl("disable", "--now", _unit(service.name))
                (_UNITS / _unit(service.name)).unlink()
        for unit in sorted((self._layout.current / "units").iterdir()):
            shutil.copyfile(unit, _UNITS / unit.name)
        _systemctl("daemon-reload")
        _systemctl("enable", "--quiet", _TARGET, MEND, *(_unit(name) for name in names))
        for name in names:
            _systemctl("reset-failed", _unit(name), check=False)
            _systemctl("restart", _unit(name))
        _systemctl("start", _TARGET)

    def stop(self) -> None:
        """Stop and remove the services' units; the guard stays."""
        units = [_UNITS / _unit(service.name) for service in TABLE]
        present = [unit for unit in (*units, _UNITS / MEND, _UNITS / _TARGET) if unit.exists()]
        if present:
            _systemctl("disable", "--now", "--quiet", *(unit.name for unit in present), check=False)
            for unit in present:
                unit.unlink()
            _systemctl("daemon-reload")

    def states(self) -> dict[str, str]:
        """Return each unit's state: `active` when it runs, `auto-restart` when it has ended."""
        return {service.name: _state(_unit(service.name)) for service in TABLE}

    def status(self) -> int:
        """Print one line a service; 0 when all are active, else 3."""
        worst = 0
        for service in TABLE:
            if not (_UNITS / _unit(service.name)).exists():
                continue
            asked = ("--property", "ActiveState,SubState,MainPID,NRestarts,ActiveEnterTimestamp")
            said = _systemctl("show", *asked, _unit(service.name), check=False)
            found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
            worst = worst if found.get("ActiveState") == "active" else 3
            print(
                f"{service.name:<32} {found.get('ActiveState', '?'):<9} pid {found.get('MainPID')},"
                f" since {found.get('ActiveEnterTimestamp') or 'never'}, restarts {found.get('NRestarts')}"
            )
        return worst

    def log_command(self, service: str, lines: int, *, follow: bool) -> list[str]:
        """Ask the journal."""
        follows = ["--follow"] if follow else []
        return ["journalctl", "--no-pager", "--unit", _unit(service), "--lines", str(lines), *follows]


def _unit(service: str) -> str:
    return f"marigraph-{service}.service"


def _state(unit: str) -> str:
    said = _systemctl("show", "--property", "ActiveState,SubState", unit, check=False)
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    state, sub = found.get("ActiveState", "unknown"), found.get("SubState", "")
    return sub if sub == "auto-restart" else state


def _systemctl(*arguments: str, check: bool = True) -> str:
    answer = subprocess.run(  # noqa: S603 - our own command
        ["systemctl", *arguments],  # noqa: S607 - wherever the host has it
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and answer.returncode:
        raise HostError(f"systemctl {' '.join(arguments)}: {answer.stderr.strip() or answer.stdout.strip()}")
    return answer.stdout.strip()
