"""The services that run on the host: one table (pure). One more service is one more row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from marigraph_host.errors import MisuseError

__all__ = ["RECEIVER", "TABLE", "Service", "chosen", "named", "wanted"]

_COMMON = ("LOG_",)


class Service(NamedTuple):
    """What makes a service's container different from the others'."""

    name: str
    settings: tuple[str, ...]
    """How the names begin of the settings that it gets from the host's file."""
    command: tuple[str, ...] = ()
    memory: str = "256m"
    processes: int = 128
    network: str = "none"
    """`host`: it serves or calls on this host's loopback; `none`: it works on files alone."""
    store: bool = False
    """Whether it gets the store at /data."""
    reads: bool = False
    """Whether the store is read-only for it."""
    state: bool = False
    """Whether it has a folder of its own at /state."""
    secrets: bool = False
    """Whether it gets the secrets at /run/keys, read-only."""
    metrics: str = ""
    """The setting that names its metrics file, if it writes one."""
    http: bool = False
    """Whether it answers /livez on its port; what does not is alive while its processes can run."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Settings that the host decides."""
    options: tuple[str, ...] = ()
    """Further flags of `docker run`; {release} stands for the release's folder."""
    optional: bool = False
    """Runs only where EC2_SERVICES names it, or one of these settings is set."""
    wanted_by: tuple[str, ...] = ()


RECEIVER = Service(
    name="receiver",
    settings=("RECEIVER_",),
    network="host",
    store=True,
    secrets=True,
    http=True,
    fixed=(
        ("RECEIVER_REUSE_PORT", "1"),  # so that an old and a new one serve side by side
        ("CLAUDE_SYNC_API_KEY_FILE", "/run/keys/api-key"),
        ("RECEIVER_KEYS_FILE", "/run/keys/keys.json"),
    ),
)

TABLE = (
    RECEIVER,
    Service(
        name="janitor",
        settings=("JANITOR_", "RETENTION_"),
        command=("run",),
        store=True,
        metrics="JANITOR_METRICS_FILE",
    ),
    Service(
        name="scraper",
        settings=("SCRAPER_", "CLAUDE_SYNC_", "SYNC_"),
        command=("run",),
        memory="1g",
        processes=512,  # Chromium is many processes and threads
        network="host",
        state=True,
        secrets=True,
        metrics="SCRAPER_METRICS_FILE",
        fixed=(("CLAUDE_SYNC_API_KEY_FILE", "/run/keys/api-key"),),
        options=("--shm-size", "256m", "--security-opt", "seccomp={release}/seccomp/chromium.json"),
        optional=True,
    ),
    Service(
        name="alerter",
        settings=("ALERTER_",),
        command=("run",),
        network="host",  # it calls where the alerts go
        store=True,
        reads=True,
        state=True,
        secrets=True,
        metrics="ALERTER_METRICS_FILE",
        fixed=(("ALERTER_STATE_DIR", "/state"),),
        optional=True,
        wanted_by=("ALERTER_WEBHOOKS_FILE", "ALERTER_APPRISE_URLS_FILE"),
    ),
)
"""In the order of their start."""


def wanted(settings: Mapping[str, str]) -> tuple[Service, ...]:
    """Return the services that run with these settings. Raises MisuseError for a name that is none."""
    named = {name.strip() for name in settings.get("EC2_SERVICES", "").split(",") if name.strip()}
    if unknown := named - {service.name for service in TABLE}:
        optional = sorted(service.name for service in TABLE if service.optional)
        raise MisuseError(
            f"EC2_SERVICES names {', '.join(sorted(unknown))}; it may name {', '.join(optional)}"
        )
    return tuple(
        service
        for service in TABLE
        if not service.optional
        or service.name in named
        or any(settings.get(setting) for setting in service.wanted_by)
    )


def chosen(settings: Mapping[str, str], images: Mapping[str, str]) -> tuple[Service, ...]:
    """Return the services that run with these settings and images. Raises MisuseError for one that cannot."""
    services = wanted(settings)
    if missing := [service.name for service in services if not images.get(service.name)]:
        raise MisuseError(f"the release has no image of {', '.join(missing)}")
    return services


def named(name: str) -> Service:
    """Return the service of that name. Raises MisuseError when there is none."""
    for service in TABLE:
        if service.name == name:
            return service
    raise MisuseError(f"there is no service {name!r}; there are {', '.join(one.name for one in TABLE)}")
