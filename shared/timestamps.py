"""Moments as text and back (pure). Every moment inside Marigraph is an aware datetime in UTC."""

from datetime import UTC, datetime

__all__ = ["parse_moment", "to_iso", "to_iso_millis"]


def parse_moment(text: str) -> datetime:
    """Turn ISO 8601 text with a zone (`2026-11-22T10:00:00Z`) into UTC.

    Raises ValueError for anything else, a time without a zone included: it could mean any of 24 hours.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no zone: end it with Z for UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999") from error


def to_iso(moment: datetime) -> str:
    """Write a moment to the second: `2026-11-22T10:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def to_iso_millis(moment: datetime) -> str:
    """Write a moment to the millisecond: `2026-11-22T10:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
