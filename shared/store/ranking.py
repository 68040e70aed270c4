"""The order of versions within one second (pure)."""

from datetime import UTC, datetime

import msgspec

from shared.schemas.codec import RECEIVED_AT, Document

__all__ = ["moment_from", "rank_of"]


def rank_of(version_id: str, document: Document) -> tuple[datetime, datetime, str]:
    """Return what versions of one second are sorted by: version time in full, then arrival, then id."""
    read = moment_from(document.get("lastUpdated"))
    received = moment_from(document.get(RECEIVED_AT)) if RECEIVED_AT in document else read
    return min(read, received), received, version_id


def moment_from(text: object) -> datetime:
    """Read a moment of a snapshot, in UTC, as the snapshot's own types read it: `z` is a zone, too."""
    return msgspec.convert(text, datetime).astimezone(UTC)
