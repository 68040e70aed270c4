"""What the tests of series have in common: readings stored, buckets expected."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.store import Store
from tests.store.samples import snapshot

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SERIES = "/api/v1/accounts/default/series"


async def put(store: Store, *readings: tuple[float, float], **more: Any) -> list[str]:
    """Store readings of (minutes before noon, percentage)."""
    made = []
    for back, percentage in readings:
        at = NOON - timedelta(minutes=back)
        made.append((await store.append("default", snapshot(at, percentage, **more), at)).version.id)
    return made


def bucket(start: str, *four: float | None, count: int, unread: int = 0, reason: str | None = None) -> Any:
    names = ("first", "min", "max", "last")
    values = dict(zip(names, four or (None,) * 4, strict=True))
    return {"start": start, **values, "count": count, "unread": unread, "reason": reason}
