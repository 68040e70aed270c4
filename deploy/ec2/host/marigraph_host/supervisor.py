"""The services under supervisord: told over its socket, started at boot by systemd where there is one."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from marigraph_host.errors import HostError
from marigraph_host.layout import Layout
from marigraph_host.rendering import boot_unit, supervisord_conf
from marigraph_host.services import Service
from marigraph_host.unixhttp import rpc

__all__ = ["Supervisor"]

_CALL_SECONDS = 40.0
"""A call waits for a service to stop, which takes 20 s at most."""
_BEGIN_SECONDS = 30.0
_UNIT = "marigraph-supervisor.service"
_FAULTS = (OSError, http.client.HTTPException, xmlrpc.client.Error)


class Supervisor:
    """Supervisord of its own configuration and socket, beside any other on the host."""

    def __init__(self, layout: Layout) -> None:
        """Do nothing yet."""
        self._layout = layout

    def why_unable(self) -> str:
        """Say what is missing."""
        if not self._binary("supervisord"):
            return f"there is no supervisord, neither in {self._layout.home}/venv nor on the PATH"
        return ""

    def render(self, release: Path, services: Sequence[Service]) -> None:
        """Write its configuration into a release."""
        folder = release / "supervisor"
        folder.mkdir(exist_ok=True)
        (folder / "supervisord.conf").write_text(supervisord_conf(self._layout, services), encoding="utf-8")

    def guard(self, release: Path) -> None:
        """Do nothing: `watch` mends as soon as supervisord runs."""

    def unguard(self) -> None:
        """Do nothing: `watch` ends with supervisord."""

    def apply(self, services: Sequence[Service]) -> None:
        """Read the configuration anew, and start each service anew."""
        self._layout.logs.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(self._usual):  # so that a plain `supervisorctl` finds it
            self._usual.symlink_to(self._configuration)
        if not self.alive():
            self._begin()
            return
        self._install_boot()
        try:
            self._renew([service.name for service in services])
        except _FAULTS as error:
            raise HostError(f"supervisord: {error}") from error

    def stop(self) -> None:
        """End supervisord with all services."""
        if self._usual.is_symlink() and self._usual.readlink() == self._configuration:
            self._usual.unlink()
        if self._by_systemd():
            _systemctl("disable", "--now", _UNIT)
            self._unit().unlink(missing_ok=True)
            _systemctl("daemon-reload")
        elif self.alive():
            self._rpc().supervisor.shutdown()
            _wait(lambda: not self.alive(), "supervisord does not end")

    def alive(self) -> bool:
        """Tell whether supervisord answers."""
        try:
            state = cast("dict[str, Any]", self._rpc().supervisor.getState())
        except _FAULTS:
            return False
        return bool(state["statename"] == "RUNNING")

    def states(self) -> dict[str, str]:
        """Return each service's state."""
        try:
            found = cast("list[dict[str, Any]]", self._rpc().supervisor.getAllProcessInfo())
        except _FAULTS as error:
            raise HostError(f"supervisord does not answer: {error}") from error
        return {one["name"]: one["statename"] for one in found}

    def status(self) -> int:
        """Print `supervisorctl status`; its exit codes: 0 all run, 3 one does not, 4 nothing answers."""
        command = [self._binary("supervisorctl") or "supervisorctl", "-c", str(self._configuration), "status"]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command

    def log_command(self, service: str, lines: int, *, follow: bool) -> list[str]:
        """Show the log file."""
        return [
            "tail",
            "-n",
            str(lines),
            *(["-F"] if follow else []),
            str(self._layout.logs / f"{service}.log"),
        ]

    @property
    def _configuration(self) -> Path:
        return self._layout.current / "supervisor/supervisord.conf"

    @property
    def _usual(self) -> Path:
        """Where supervisorctl looks first when it is told nothing."""
        return self._layout.root / "etc/supervisord.conf"

    def _rpc(self) -> xmlrpc.client.ServerProxy:
        return rpc(self._layout.socket, _CALL_SECONDS)

    def _renew(self, names: list[str]) -> None:
        """Make what supervisord runs equal to its configuration.

        A group whose programs changed goes and comes whole; otherwise service after service, so that no more
        than one is away at a time.
        """
        supervisor = self._rpc().supervisor
        added, changed, removed = cast("list[list[list[str]]]", supervisor.reloadConfig())[0]
        for group in {*changed, *removed}:
            supervisor.stopProcessGroup(group)
            supervisor.removeProcessGroup(group)
        for group in [*added, *changed]:
            supervisor.addProcessGroup(group)
        if self._layout.name not in {*added, *changed}:
            for name in names:
                self._again(f"{self._layout.name}:{name}")
        if "watch" not in {*added, *changed}:
            self._again("watch")

    def _again(self, program: str) -> None:
        supervisor = self._rpc().supervisor
        try:
            supervisor.stopProcess(program)
        except xmlrpc.client.Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise
        # One that somebody else has just told to stop: supervisord would take the start for done.
        _wait(lambda: _state(supervisor, program) != "STOPPING", f"{program} does not stop")
        supervisor.startProcess(program, False)  # noqa: FBT003 - whether to wait; the checks that follow do

    def _begin(self) -> None:
        """Start supervisord, which starts its services."""
        binary = self._binary("supervisord")
        self._layout.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._by_systemd():
            self._install_boot()
            _systemctl("enable", "--quiet", _UNIT)
            _systemctl("restart", _UNIT)
        else:
            answer = subprocess.run(  # noqa: S603 - our own command
                [binary, "-c", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            if answer.returncode:
                raise HostError(f"supervisord does not start: {answer.stderr.strip()}")
        _wait(self.alive, f"supervisord does not answer; its log is {self._layout.logs}/supervisord.log")

    def _install_boot(self) -> None:
        text = boot_unit(self._layout, self._binary("supervisord"))
        unit = self._unit()
        if self._by_systemd() and (not unit.exists() or unit.read_text(encoding="utf-8") != text):
            unit.write_text(text, encoding="utf-8")
            _systemctl("daemon-reload")

    def _unit(self) -> Path:
        return self._layout.root / "etc/systemd/system" / _UNIT

    def _by_systemd(self) -> bool:
        return self._layout.root == Path("/") and Path("/run/systemd/system").is_dir()

    def _binary(self, name: str) -> str:
        own = self._layout.home / "venv/bin" / name
        return str(own) if os.access(own, os.X_OK) else shutil.which(name) or ""


def _state(supervisor: Any, program: str) -> str:  # noqa: ANN401 - XML-RPC
    return str(supervisor.getProcessInfo(program)["statename"])


def _systemctl(*arguments: str) -> None:
    answer = subprocess.run(  # noqa: S603 - our own command
        ["systemctl", *arguments],  # noqa: S607 - wherever the host has it
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise HostError(f"systemctl {' '.join(arguments)}: {answer.stderr.strip() or answer.stdout.strip()}")


def _wait(until: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + _BEGIN_SECONDS
    while not until():
        if time.monotonic() > end:
            raise HostError(otherwise)
        time.sleep(0.1)
