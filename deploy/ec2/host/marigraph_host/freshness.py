"""How old the newest reading of the record is, in words."""

from __future__ import annotations

import http.client
import json

from marigraph_host import health
from marigraph_host import settings as settings_file
from marigraph_host.errors import HostError
from marigraph_host.layout import Layout

__all__ = ["told"]


def told() -> str:
    """Ask the receiver that serves on this host."""
    try:
        status, body = health.answer(settings_file.read(Layout().settings), "/api/health")
    except (OSError, HostError, http.client.HTTPException) as error:
        return f"the receiver does not answer: {error}"
    return words(status, body)


def words(status: int, body: bytes) -> str:
    """Say what an answer of /api/health means (pure)."""
    try:
        said = json.loads(body)
        newest, count = said["latestData"], said["storage"]["versionCount"]
        if newest is None:
            return "no reading has come yet"
        age, at = int(newest["ageMinutes"]), newest["timestamp"]
    except (ValueError, KeyError, TypeError):
        return f"the receiver answers {status}, and nothing that tells the age of its readings"
    return f"latest reading: {at}, {age} min ago; {count} versions"
