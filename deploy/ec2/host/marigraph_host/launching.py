"""The command line of a service's container (pure): every flag that shuts it in, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from marigraph_host.layout import Layout
from marigraph_host.record import CREDENTIALS, FOLDER, settings_of_record
from marigraph_host.services import Service

__all__ = ["STOP_SECONDS", "USER", "Places", "command_line", "environment", "places", "store_mounts"]

USER = "65532"
"""Who every service runs as, and who owns what they write."""

STOP_SECONDS = 12
"""A service needs 10 s at most; then the engine kills it; the supervisor waits 20 s before it kills more."""

_SHUT_IN = (
    *("--user", f"{USER}:{USER}"),
    *("--read-only", "--tmpfs", "/tmp:noexec,nosuid,nodev,size=64m"),  # noqa: S108 - in the container
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--ulimit", "core=0", "--stop-timeout", str(STOP_SECONDS)),
    "--no-healthcheck",  # the program around the container looks after it
)


class Places(NamedTuple):
    """The folders of the host that a container sees."""

    data: Path
    """The record, unless a bucket has it."""
    secrets: Path
    state: Path
    metrics: Path
    aws: Path
    """What opens the bucket, where no role does."""


def places(layout: Layout, settings: Mapping[str, str], service: str) -> Places:
    """Return the folders that a service works on."""
    data = settings.get("EC2_DATA_DIR")
    return Places(
        data=Path(data) if data else layout.state / "data",
        secrets=layout.secrets,
        state=layout.state / service,
        metrics=layout.metrics / service,
        aws=layout.secrets / "aws",
    )


def environment(service: Service, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that a service gets; none is a secret, for who may ask the engine sees them."""
    given = {name: value for name, value in settings.items() if name.startswith((*service.settings, "LOG_"))}
    own: dict[str, str] = {}
    if service.store:
        own.update(settings_of_record(settings))
    if service.http:
        own["RECEIVER_HOST"] = settings.get("RECEIVER_HOST", "127.0.0.1")
        if settings.get("EC2_DOMAIN"):  # the proxy in front tells the clients' addresses
            own["RECEIVER_PROXIES"] = settings.get("RECEIVER_PROXIES", "1")
    if service.name == "scraper":
        port = settings.get("RECEIVER_PORT", "4000")
        own.setdefault(
            "CLAUDE_SYNC_URL",
            settings.get("CLAUDE_SYNC_URL", f"http://127.0.0.1:{port}/api/claude/console-usage"),
        )
    if service.metrics:
        own[service.metrics] = f"/metrics/{service.name}.prom"
    return {**given, **own, **dict(service.fixed)}


def command_line(
    service: Service,
    *,
    name: str,
    image: str,
    release: Path,
    given: Mapping[str, str],
    seen: Places,
    how: Sequence[str],
) -> list[str]:
    """Return `docker run` for a service; `how` is whether it stays in front and what becomes of its log."""
    options = [option.format(release=release) for option in service.options]
    return [
        *("docker", "run", "--name", name, *how),
        *("--label", f"marigraph.release={release.name}", "--label", f"marigraph.service={service.name}"),
        *_SHUT_IN,
        *("--network", _network(service, given), "--pids-limit", str(service.processes)),
        *("--memory", service.memory, "--memory-swap", service.memory),
        *options,
        *(word for setting, value in sorted(given.items()) for word in ("--env", f"{setting}={value}")),
        *(word for mount in _mounts(service, given, seen) for word in ("--mount", mount)),
        image,
        *service.command,
    ]


def store_mounts(seen: Places, given: Mapping[str, str], *, read_only: bool) -> list[str]:
    """Return the mounts of whoever opens the record: its folder, or what opens its bucket."""
    if given["STORE_URL"] == FOLDER:
        return [f"type=bind,src={seen.data},dst=/data{',readonly' if read_only else ''}"]
    if given.get("AWS_SHARED_CREDENTIALS_FILE"):
        return [f"type=bind,src={seen.aws},dst={Path(CREDENTIALS).parent},readonly"]
    return []


def _network(service: Service, given: Mapping[str, str]) -> str:
    """Return the network: a bucket, and the role that opens it, are reached as from the host itself."""
    return "host" if given.get("STORE_URL", FOLDER) != FOLDER else service.network


def _mounts(service: Service, given: Mapping[str, str], seen: Places) -> list[str]:
    mounts = store_mounts(seen, given, read_only=service.reads) if service.store else []
    if service.secrets:
        mounts.append(f"type=bind,src={seen.secrets},dst=/run/keys,readonly")
    if service.state:
        mounts.append(f"type=bind,src={seen.state},dst=/state")
    if service.metrics:
        mounts.append(f"type=bind,src={seen.metrics},dst=/metrics")
    return mounts
