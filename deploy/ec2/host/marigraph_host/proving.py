"""A real round trip through the real port, by which nothing made up enters the record.

The newest version on the disk is sent again: it finds its own name and is answered as a duplicate, after
all steps that a new one takes but the last. Where it may not be sent (nothing is there yet; its name or
time is not one that sending it again would find), a body that nobody takes is sent: its refusal shows that
the key is good.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from pathlib import Path

from marigraph_host import health
from marigraph_host.errors import HostError
from marigraph_host.layout import Layout
from marigraph_host.trials import own_key, read_latest, told

__all__ = ["prove", "resent"]

_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-[0-9a-f]{8}\.json")
_OK, _BAD = 200, 400
_SNAPSHOTS = "/api/v1/accounts/default/snapshots"


def prove(layout: Layout, settings: Mapping[str, str], data: Path) -> str:
    """Ask through the real port; return what was seen. Raises HostError with what was wrong."""
    try:
        status, body = health.answer(settings, "/readyz")
        if status != _OK:
            raise HostError(f"/readyz answers {status}: {told(body)}")
        seen = read_latest(layout, settings)
        key = own_key(layout)
        return f"{seen}; {_write(settings, key, newest(data))}" if key else seen
    except (OSError, http.client.HTTPException) as error:
        raise HostError(f"no answer through the port: {error!r}") from error


def _write(settings: Mapping[str, str], key: str, version: bytes | None) -> str:
    status, body = health.answer(settings, _SNAPSHOTS, key=key, body=version or b"{}")
    if version is None:
        if status != _BAD:
            raise HostError(f"an empty snapshot was answered {status} instead of {_BAD}: {told(body)}")
        return "a snapshot was looked at (and refused, as it should be)"
    if status != _OK or json.loads(body).get("duplicate") is not True:
        raise HostError(f"the newest version, sent again, was answered {status}: {told(body)}")
    return "the newest version, sent again, was known"


def newest(data: Path) -> bytes | None:
    """Return the newest version that may be sent again; None when there is none."""
    try:
        names = [
            path.name for path in (data / "console-usage-history").iterdir() if _NAME.fullmatch(path.name)
        ]
        return resent((data / "console-usage-history" / max(names)).read_bytes()) if names else None
    except (OSError, ValueError):
        return None


def resent(stored: bytes) -> bytes | None:
    """Return a stored version as it was sent; None when its time is not that of its reading (pure)."""
    snapshot = json.loads(stored)
    arrived = snapshot.pop("receivedAt", "")
    if (
        not arrived
        or snapshot.get("lastUpdated", "~")[:19] > arrived[:19]
        or not snapshot["lastUpdated"].endswith("Z")
    ):
        return None
    return json.dumps(snapshot, ensure_ascii=False).encode()
