"""The scraper's settings, the only place where it reads the environment."""

import re
import socket
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from services.scraper.outgoing.address import account_in, is_address
from shared.schemas.usage import ACCOUNT_PATTERN, DEFAULT_ACCOUNT
from shared.settings import LogSettings, env

__all__ = ["BrowserMode", "ScraperSettings"]

BrowserMode = Literal["headless", "headed", "attach"]

HTTP = msgspec.Meta(pattern=r"^https?://[^\s/]+", title="an address that begins with http:// or https://")
LONGEST_NAME = 64
NAME = msgspec.Meta(
    pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
    title="a name of letters, digits, dots and dashes",
)
ACCOUNT = msgspec.Meta(
    pattern=f"^{ACCOUNT_PATTERN}$",
    title="a name of at most 32 small letters, digits, dashes and underscores",
)


class ScraperSettings(LogSettings, frozen=True, kw_only=True):
    """What the scraper can be told."""

    usage_url: Annotated[
        str, HTTP, env("SCRAPER_USAGE_URL", "Address of the usage page (http or https).")
    ] = "https://claude.ai/settings/usage"
    configured_state_dir: Annotated[
        Path | None,
        env(
            "SCRAPER_STATE_DIR",
            "Folder for the browser profile, the last reading, the outbox and the captures. "
            "By default ~/.local/state/marigraph.",
        ),
    ] = None
    xdg_state_home: Annotated[
        Path | None,
        env("XDG_STATE_HOME", "Where programs keep their state; the default folder is made in it."),
    ] = None
    interval_seconds: Annotated[
        int,
        msgspec.Meta(ge=60, le=86_400),
        env("SCRAPER_INTERVAL_SECONDS", "Seconds between readings, 60 or more."),
    ] = 300
    login_command: Annotated[
        str,
        env(
            "SCRAPER_LOGIN_COMMAND",
            "What a message tells you to type for a login; `make run-local` says `make login`. By default the"
            " scraper's own command.",
        ),
    ] = ""
    browser_mode: Annotated[
        BrowserMode,
        env(
            "SCRAPER_BROWSER_MODE",
            "headless, headed (a window; without a screen one is made by Xvfb), or attach (to a Chrome of"
            " yours that is running).",
        ),
    ] = "headless"
    browser_path: Annotated[
        Path | None, env("SCRAPER_BROWSER_PATH", "The browser to run. By default it is looked for.")
    ] = None
    attach_url: Annotated[
        str,
        HTTP,
        env("SCRAPER_ATTACH_URL", "In attach mode: the address of Chrome's remote debugging port."),
    ] = "http://127.0.0.1:9222"
    time_zone: Annotated[
        str | None,
        env(
            "SCRAPER_TIME_ZONE",
            "The zone the page writes its times in, such as Europe/Berlin. By default the machine's own.",
        ),
    ] = None
    machine_zone: Annotated[
        str | None, env("TZ", "The machine's zone, used when SCRAPER_TIME_ZONE is not set.")
    ] = None
    collector: Annotated[
        Annotated[str, NAME] | None,
        env("SCRAPER_COLLECTOR", "Name of this installation, in every snapshot. By default the host's name."),
    ] = None
    account: Annotated[
        Annotated[str, ACCOUNT] | None,
        env(
            "SCRAPER_ACCOUNT",
            "The account that is recorded: it keeps several subscriptions apart on one receiver. By default "
            "`default`, the only one that the origin's server knows.",
        ),
    ] = None
    sync_url: Annotated[
        str,
        HTTP,
        env(
            "CLAUDE_SYNC_URL",
            "Where the receiver takes snapshots. Other calls of the same receiver are worked out from it.",
        ),
    ] = "http://localhost:4000/api/claude/console-usage"
    sync_api_key: Annotated[
        str | None,
        env(
            "CLAUDE_SYNC_API_KEY",
            "Key for the receiver. Without one nothing is sent: snapshots wait in the outbox.",
            secret=True,
        ),
    ] = None
    sync_verbose: Annotated[
        bool,
        env("SYNC_VERBOSE", "1 tells of every request to the receiver, with its answer and its seconds."),
    ] = False
    session_passphrase: Annotated[
        str | None,
        env(
            "SCRAPER_SESSION_PASSPHRASE",
            "Passphrase for `session export` and `session import`. By default it is asked for.",
            secret=True,
        ),
    ] = None
    outbox_max_items: Annotated[
        int,
        msgspec.Meta(ge=1, le=10_000_000),
        env("SCRAPER_OUTBOX_MAX_ITEMS", "Snapshots the outbox holds; beyond that the oldest are dropped."),
    ] = 100_000
    outbox_max_bytes: Annotated[
        int,
        msgspec.Meta(ge=65_536, le=1 << 40),
        env("SCRAPER_OUTBOX_MAX_BYTES", "Bytes the outbox holds; beyond that the oldest are dropped."),
    ] = 256 * 1024 * 1024
    metrics_file: Annotated[
        Path | None,
        env(
            "SCRAPER_METRICS_FILE",
            "A file (ending in .prom) that gets the scraper's metrics after each scrape, for Prometheus'"
            " node exporter.",
        ),
    ] = None
    captures_max_items: Annotated[
        int,
        msgspec.Meta(ge=0, le=100_000),
        env("SCRAPER_CAPTURES_MAX_ITEMS", "Captured pages that are kept; 0 keeps none."),
    ] = 200

    def problems(self) -> list[str]:
        """Name what is wrong beyond single types: a zone or a key that cannot be used."""
        found = [
            f"{name}: {address!r} is not {HTTP.title}, and a port from 1 to 65535 if any"
            for name, address in self._addresses().items()
            if not is_address(address)
        ]
        if self.time_zone and not _is_zone(self.time_zone):
            found.append(
                f"SCRAPER_TIME_ZONE: {self.time_zone!r} is no time zone's name: use one such as Europe/Berlin"
            )
        if self.sync_api_key and not (self.sync_api_key.isascii() and self.sync_api_key.isprintable()):
            found.append("CLAUDE_SYNC_API_KEY: its value holds characters that no HTTP header can carry")
        named = account_in(self.sync_url) if is_address(self.sync_url) else None
        if self.account and named not in {None, self.account}:
            found.append(
                f"SCRAPER_ACCOUNT: it is {self.account!r}, but CLAUDE_SYNC_URL names the account {named!r}: "
                "keep one of them"
            )
        return found

    def _addresses(self) -> dict[str, str]:
        return {
            "SCRAPER_USAGE_URL": self.usage_url,
            "SCRAPER_ATTACH_URL": self.attach_url,
            "CLAUDE_SYNC_URL": self.sync_url,
        }

    @property
    def account_name(self) -> str:
        """The account that every snapshot is put down to."""
        return self.account or account_in(self.sync_url) or DEFAULT_ACCOUNT

    @property
    def state_dir(self) -> Path:
        """The folder everything is kept in."""
        if self.configured_state_dir:
            return self.configured_state_dir.absolute()
        return (self.xdg_state_home or Path.home() / ".local" / "state").absolute() / "marigraph"

    @property
    def zone_name(self) -> str:
        """The IANA name of the zone to read in; UTC when the machine does not tell its own."""
        if self.time_zone:
            return self.time_zone
        told = (self.machine_zone or "").removeprefix(":")
        return told if told and _is_zone(told) else _linked_zone(Path("/etc/localtime")) or "UTC"

    @property
    def collector_name(self) -> str:
        """The name that goes into every snapshot."""
        return self.collector or _safe(socket.gethostname())


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _linked_zone(localtime: Path) -> str | None:
    """Read the zone's name from where /etc/localtime points."""
    _, marker, name = str(localtime.resolve()).partition("/zoneinfo/")
    return name if marker and _is_zone(name) else None


def _safe(host: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", host).strip("-._")[:LONGEST_NAME]
    return cleaned or "collector"
