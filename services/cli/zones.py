"""The zone in which times are shown: the one that is set, else the machine's, by its name."""

import os
from collections.abc import Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.cli.exits import USAGE, CommandError

__all__ = ["Zone", "zone_of"]

_LOCAL = Path("/etc/localtime")
_ROOT = "/zoneinfo/"


class Zone(NamedTuple):
    """A zone and its name."""

    info: tzinfo
    name: str


def zone_of(name: str | None, environ: Mapping[str, str]) -> Zone:
    """Return the zone of that name, or the machine's; UTC when nobody knows it. Raises CommandError."""
    if name is not None:
        found = _zone(name)
        if found is None:
            raise CommandError(USAGE, f"{name!r} is no time zone", "Write it like Europe/Berlin, or UTC.")
        return found
    return _zone(environ.get("TZ", "").lstrip(":")) or _zone(_machine()) or Zone(UTC, "UTC")


def _zone(name: str) -> Zone | None:
    if not name:
        return None
    if name == "UTC":
        return Zone(UTC, name)
    try:
        return Zone(ZoneInfo(name), name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _machine() -> str:
    try:
        target = os.readlink(_LOCAL)  # noqa: PTH115 - only the text of the link is wanted
    except OSError:
        return ""
    return target.partition(_ROOT)[2]
