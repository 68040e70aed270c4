"""Snapshots to store, and the moments at which they were read."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def snapshot(moment: datetime = NOON, percentage: float = 47, **more: Any) -> dict[str, Any]:
    """A snapshot's document, read at `moment`."""
    return {
        "lastUpdated": moment.isoformat().replace("+00:00", "Z"),
        "currentSession": {"percentageUsed": percentage, "resetsIn": "2 hr 42 min"},
        **more,
    }


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
