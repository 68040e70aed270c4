"""A real round trip through the real port, by which nothing made up enters the record.

The newest version in the record is sent again: it finds its own name and is answered as a duplicate, after
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

from marigraph_host import health, storework
from marigraph_host.errors import HostError
from marigraph_host.launching import places
from marigraph_host.layout import Layout
from marigraph_host.record import bucket_of
from marigraph_host.services import RECEIVER
from marigraph_host.trials import own_key, read_latest, told

__all__ = ["prove", "resent"]

_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-[0-9a-f]{8}\.json")
_OK, _BAD = 200, 400
_SNAPSHOTS = "/api/v1/accounts/default/snapshots"


def prove(layout: Layout, settings: Mapping[str, str], image: str) -> str:
    """Ask through the real port; return what was seen. Raises HostError with what was wrong.

    A bucket is read by a container of this image.
    """
    try:
        status, body = health.answer(settings, "/readyz")
        if status != _OK:
            raise HostError(f"/readyz answers {status}: {told(body)}")
        seen = read_latest(layout, settings)
        key = own_key(layout)
        return f"{seen}; {_write(settings, key, _newest(layout, settings, image))}" if key else seen
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


def _newest(layout: Layout, settings: Mapping[str, str], image: str) -> bytes | None:
    """Return the newest version that may be sent again; None when there is none."""
    try:
        if bucket_of(settings):
            stored = _newest_of_bucket(layout, settings, image)
        else:
            stored = _newest_of_folder(places(layout, settings, RECEIVER.name).data)
        return resent(stored) if stored else None
    except (OSError, ValueError, KeyError, TypeError, HostError):
        return None


def _newest_of_folder(data: Path) -> bytes | None:
    names = [path.name for path in (data / "console-usage-history").iterdir() if _NAME.fullmatch(path.name)]
    return (data / "console-usage-history" / max(names)).read_bytes() if names else None


def _newest_of_bucket(layout: Layout, settings: Mapping[str, str], image: str) -> bytes | None:
    """Ask the receiver only when the newest version is of: its other answers hold more than is stored."""
    told_of = json.loads(health.answer(settings, "/api/health")[1])["latestData"]
    if not told_of:
        return None
    return storework.newest(layout, image, settings, f"{told_of['timestamp'][:19]}Z")


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
