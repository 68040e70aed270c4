"""The order of versions within one second (pure)."""

from datetime import UTC, datetime

from shared.schemas.codec import RECEIVED_AT, Document

__all__ = ["rank_of"]


def rank_of(version_id: str, document: Document) -> tuple[datetime, datetime, str]:
    """Return what versions of one second are sorted by: version time in full, then arrival, then id."""
    read = _moment(document.get("lastUpdated"))
    received = _moment(document.get(RECEIVED_AT)) if RECEIVED_AT in document else read
    return min(read, received), received, version_id


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC)
