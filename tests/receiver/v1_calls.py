"""Calls of /api/v1 as the tests make them."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.schemas.codec import Document
from tests.receiver.conftest import Receiver

ALL = "/api/v1/accounts/default/snapshots"
AS_OF = "/api/v1/accounts/default/asof"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def reading(minute: float, percentage: int = 10, **more: Any) -> Document:
    at = NOON - timedelta(hours=1) + timedelta(minutes=minute)
    return {
        "lastUpdated": at.isoformat(),
        "currentSession": {"percentageUsed": percentage, "resetsIn": "1 hr"},
        **more,
    }


async def send(receiver: Receiver, body: Any, **more: Any) -> tuple[int, Any, Any]:
    sent = {"data": io.BytesIO(body)} if isinstance(body, bytes) else {"json": body}
    return await receiver.call("POST", more.pop("path", ALL), **sent, **more)


async def listed(receiver: Receiver, query: str) -> list[Document]:
    """All pages of a list, one after the other."""
    found: list[Document] = []
    cursor = ""
    while True:
        status, page, _ = await receiver.get(f"{ALL}?{query}{cursor}")
        assert status == 200, page
        found += page["snapshots"]
        if page["next"] is None:
            return found
        assert f"&cursor={page['next']}" != cursor, "the same page again"
        cursor = f"&cursor={page['next']}"
