"""Receivers that a switch starts for a while: over a scratch store, beside the old one, as a bridge."""

from __future__ import annotations

import hashlib
import http.client
import json
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from marigraph_host import engine, health
from marigraph_host.errors import HostError
from marigraph_host.folders import give_folder
from marigraph_host.launching import Places, command_line, environment, places
from marigraph_host.layout import Layout
from marigraph_host.listening import listens
from marigraph_host.record import bucket_of, scratch_url
from marigraph_host.releases import Release
from marigraph_host.services import RECEIVER
from marigraph_host.settings import port_of
from marigraph_host.storework import discard

__all__ = ["BRIDGE", "CANDIDATE", "PASSING", "TRIAL", "Trials", "discard_scratch"]

TRIAL, CANDIDATE, BRIDGE = PASSING = ("trial", "candidate", "bridge")
"""Containers that are there for the time of a switch only."""

_READY_SECONDS = 60.0
_UNREADY_SECONDS = 8.0
"""How long one that answers may say that it is not ready: it has begun, and what it lacks will not come."""
_LOOK_SECONDS = 0.1
_MIGRATE = Path("/proc/sys/net/ipv4/tcp_migrate_req")
"""When a process stops listening, what waits for it is given to the others on the port (Linux 5.14)."""
_OK, _CREATED, _NOT_FOUND = 200, 201, 404
_USAGE = "/api/claude/console-usage"


class Trials:
    """Starts, asks and removes the receivers of one release."""

    def __init__(self, layout: Layout, release: Release, settings: Mapping[str, str]) -> None:
        """Start nothing yet."""
        self._layout = layout
        self._release = release
        self._settings = settings

    def on_trial(self) -> str:
        """Have a receiver store and give back a snapshot in a scratch store; return what was seen."""
        scratch = self._layout.scratch
        shutil.rmtree(scratch, ignore_errors=True)
        key = secrets.token_urlsafe(24)
        for folder in (scratch / "data", scratch / "secrets"):
            give_folder(folder)
        made = scratch / "secrets/api-key"
        made.write_text(key, encoding="utf-8")
        made.chmod(0o444)  # in a folder that only the services' user may enter
        given = {name: value for name, value in self._settings.items() if not name.startswith("RECEIVER_TLS")}
        real = self._real()
        seen = real._replace(
            data=scratch / "data", secrets=scratch / "secrets", state=scratch, metrics=scratch
        )
        bucket = bucket_of(self._settings)
        if bucket:
            given["STORE_URL"] = scratch_url(bucket, scratch_name(self._release.name))
        try:
            asked = {**given, "RECEIVER_HOST": "127.0.0.1", "RECEIVER_PORT": str(_free_port())}
            self._start(TRIAL, asked, seen)
            self._wait_ready(TRIAL, asked)
            self._round_trip(asked, key)
        finally:
            self.remove(TRIAL)
            shutil.rmtree(scratch, ignore_errors=True)
            discard_scratch(self._layout, self._release, self._settings)
        return "it stored a test reading in a scratch store and gave it back"

    def beside(self) -> str:
        """Have a receiver open the real store on a port of its own, and read the latest version."""
        asked = {**self._settings, "RECEIVER_HOST": "127.0.0.1", "RECEIVER_PORT": str(_free_port())}
        try:
            self._start(CANDIDATE, asked, self._real())
            self._wait_ready(CANDIDATE, asked)
            return read_latest(self._layout, asked)
        finally:
            self.remove(CANDIDATE)

    def bridge(self) -> None:
        """Have a receiver serve on the real port beside the old one, until it is removed."""
        with suppress(OSError):  # an old kernel, or not ours to set: a connection more may break
            _MIGRATE.write_text("1", encoding="ascii")
        self._start(BRIDGE, self._settings, self._real())
        name = self._layout.container(BRIDGE)
        port = port_of(self._settings)
        self._wait(
            BRIDGE, lambda: "it does not listen" if listens(engine.inspect(name), port) is False else ""
        )
        self._wait_ready(BRIDGE, self._settings)

    def remove(self, role: str) -> None:
        """Stop a receiver in order, so that it answers what it has begun, and remove it."""
        name = self._layout.container(role)
        if engine.inspect(name) is not None:
            with suppress(HostError):  # it then goes the hard way
                engine.docker("stop", name)
            engine.remove(name)

    def _real(self) -> Places:
        return places(self._layout, self._settings, RECEIVER.name)

    def _start(self, role: str, settings: Mapping[str, str], seen: Places) -> None:
        name = self._layout.container(role)
        engine.remove(name)
        command = command_line(
            RECEIVER,
            name=name,
            image=self._release.images[RECEIVER.name],
            release=self._layout.release(self._release.name),
            given=environment(RECEIVER, settings),
            seen=seen,
            how=("--detach", "--log-driver", "json-file", "--log-opt", "max-size=1m"),
        )
        engine.docker(*command[1:])

    def _wait_ready(self, role: str, settings: Mapping[str, str]) -> None:
        unready_since: list[float] = []

        def why_not() -> str:
            try:
                status, body = health.answer(settings, "/readyz")
            except (OSError, http.client.HTTPException) as error:
                return f"/readyz: {error!r}"
            if status == _OK:
                return ""
            unready_since.append(time.monotonic())
            if unready_since[-1] - unready_since[0] > _UNREADY_SECONDS:
                raise HostError(f"/readyz answers {status}: {told(body)}")
            return f"/readyz answers {status}: {told(body)}"

        self._wait(role, why_not)

    def _wait(self, role: str, why_not: Callable[[], str]) -> None:
        """Wait until there is no reason against it; raises HostError with the reason and the last words."""
        name = self._layout.container(role)
        end = time.monotonic() + _READY_SECONDS
        while reason := why_not():
            found = engine.inspect(name)
            if found is None or not found.running:
                memory = ", for want of memory" if found and found.out_of_memory else ""
                code = found.exit_code if found else "unknown"
                raise HostError(
                    f"it ended with code {code}{memory}. Its last words: {engine.last_words(name)}"
                )
            if time.monotonic() > end:
                words = engine.last_words(name)
                raise HostError(f"not ready after {_READY_SECONDS:.0f} s. {reason}. Its last words: {words}")
            time.sleep(_LOOK_SECONDS)

    def _round_trip(self, settings: Mapping[str, str], key: str) -> None:
        now = datetime.now(timezone.utc)
        reading = {
            "currentSession": {"percentageUsed": 42, "resetsIn": "2 hr"},
            "lastUpdated": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        }
        status, body = health.answer(settings, _USAGE, key=key, body=json.dumps(reading).encode())
        if status not in {_OK, _CREATED}:
            raise HostError(f"a test reading was answered {status}: {told(body)}")
        status, body = health.answer(settings, _USAGE, key=key)
        if status != _OK or json.loads(body).get("currentSession", {}).get("percentageUsed") != 42:  # noqa: PLR2004 - as sent
            raise HostError(f"the test reading was not given back: {status}, {told(body)}")


def scratch_name(release: str) -> str:
    """Return a name for a release's scratch store in a bucket, in which other hosts try theirs."""
    machine = socket.gethostname()
    with suppress(OSError):
        machine += Path("/etc/machine-id").read_text(encoding="ascii")
    return f"{release}-{hashlib.sha256(machine.encode()).hexdigest()[:8]}"


def discard_scratch(layout: Layout, release: Release, settings: Mapping[str, str]) -> None:
    """Remove what a trial left in the bucket, if that has the record; that it cannot be stops nothing."""
    if bucket_of(settings):
        with suppress(HostError):
            discard(layout, release.images[RECEIVER.name], settings, scratch_name(release.name))


def read_latest(layout: Layout, settings: Mapping[str, str]) -> str:
    """Read the latest version with the real key; return what was seen. Raises HostError when that fails."""
    key = own_key(layout)
    if not key:
        return "ready (there is no secrets/api-key to read with)"
    try:
        status, body = health.answer(settings, _USAGE, key=key)
    except (OSError, http.client.HTTPException) as error:
        raise HostError(f"the latest version cannot be read: {error!r}") from error
    if status not in {_OK, _NOT_FOUND}:
        raise HostError(f"the latest version cannot be read: {status}, {told(body)}")
    return "ready, the latest version was read" if status == _OK else "ready, nothing is recorded yet"


def own_key(layout: Layout) -> str:
    """Return the key of the account `default`; empty when this host has none of its own."""
    try:
        return (layout.secrets / "api-key").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def told(body: bytes) -> str:
    """Return an answer's body for a message."""
    return body.decode("utf-8", "replace").strip()[:500]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
