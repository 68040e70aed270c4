"""What the janitor reads from its environment."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from services.janitor.policy import Rules
from shared.floor import Floor, floor_from
from shared.settings import LogSettings, env
from shared.store.urls import check_url

__all__ = ["PREFIXES", "JanitorSettings"]

PREFIXES = ("JANITOR_", "RETENTION_")
"""Variables that begin so are ours; one that no setting reads is pointed out."""


Count = Meta(ge=0, le=1_000_000)


class JanitorSettings(LogSettings, frozen=True, kw_only=True):
    """Settings of `python -m services.janitor`."""

    store_url: Annotated[
        str,
        env(
            "STORE_URL",
            "The store to look after; the same as the receiver's.",
            example="file:///var/lib/marigraph",
        ),
    ]
    max_versions: Annotated[
        int,
        Meta(ge=0, le=1_000_000_000),
        env("RETENTION_MAX_VERSIONS", "How many of the newest versions stay in the history, however old."),
    ] = 100
    days: Annotated[
        int,
        Meta(ge=0, le=36500),
        env("RETENTION_DAYS", "For how many days versions stay; what keeps more of the two rules decides."),
    ] = 7
    hourly: Annotated[
        int, Count, env("RETENTION_KEEP_HOURLY", "Keep the last version of each of this many hours, too.")
    ] = 0
    daily: Annotated[
        int, Count, env("RETENTION_KEEP_DAILY", "Keep the last version of each of this many days, too.")
    ] = 0
    weekly: Annotated[
        int, Count, env("RETENTION_KEEP_WEEKLY", "Keep the last version of each of this many weeks, too.")
    ] = 0
    monthly: Annotated[
        int, Count, env("RETENTION_KEEP_MONTHLY", "Keep the last version of each of this many months, too.")
    ] = 0
    archive: Annotated[
        bool,
        env("RETENTION_ARCHIVE", "1 puts what leaves the history into monthly archives first; 0 drops it."),
    ] = True
    interval_seconds: Annotated[
        int, Meta(ge=1, le=604800), env("JANITOR_INTERVAL_SECONDS", "Seconds from one run to the next.")
    ] = 3600
    scrub_seconds: Annotated[
        int,
        Meta(ge=0, le=3600),
        env(
            "JANITOR_SCRUB_SECONDS",
            "For how many seconds a run checks versions and archives; the next run goes on there. 0: never.",
        ),
    ] = 30
    disk_floor: Annotated[
        str,
        env(
            "JANITOR_DISK_FLOOR",
            "Room to keep free on the disk (64MB, 5%, or the less of both): below it, versions leave early.",
        ),
    ] = "32MB,5%"
    metrics_file: Annotated[
        Path | None,
        env(
            "JANITOR_METRICS_FILE",
            "A file (ending in .prom) that gets the janitor's metrics after each run, for Prometheus'"
            " node exporter.",
        ),
    ] = None

    @property
    def rules(self) -> Rules:
        """The rules that decide what stays."""
        return Rules(
            newest=self.max_versions,
            days=self.days,
            hourly=self.hourly,
            daily=self.daily,
            weekly=self.weekly,
            monthly=self.monthly,
        )

    @property
    def floor(self) -> Floor:
        """The room that is to stay free."""
        return floor_from(self.disk_floor)

    def problems(self) -> list[str]:
        """Name what is wrong with the settings together."""
        found = []
        if self.store_url and (wrong := check_url(self.store_url)):
            found.append(f"STORE_URL: {wrong}")
        try:
            floor_from(self.disk_floor)
        except ValueError as error:
            found.append(f"JANITOR_DISK_FLOOR: {error}")
        if self.rules.keep_nothing:
            found.append(
                "RETENTION_MAX_VERSIONS, RETENTION_DAYS and every RETENTION_KEEP_... are 0, which would empty"
                " the history: set one of them"
            )
        return found
