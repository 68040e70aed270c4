"""What one source, the JSON or the page, says of each limit (pure)."""

from datetime import datetime

import msgspec

from services.scraper.extract.money import whole
from shared.schemas.usage import CreditsReading, Reading

__all__ = ["FULL", "TOLERANCE", "Found", "reading"]

FULL = 100

TOLERANCE = 1.0
"""Percentage points by which two tellings of one figure may differ: one of them is rounded."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Readings by limit, and for each limit that was seen but not read, the reason.

    `mentions` are limits of which nothing is missing: a model named with a figure that is no limit's as far
    as can be told, or a limit that the account does not have.
    `notes` tell where the source disagrees with itself.
    """

    readings: dict[str, Reading] = {}
    errors: dict[str, str] = {}
    mentions: dict[str, str] = {}
    notes: list[str] = []
    credits: CreditsReading | None = None
    plan: str | None = None


def reading(
    percentage: float,
    *,
    state: str | None,
    words: str = "",
    resets_at: datetime | None = None,
    label: str | None = None,
) -> Reading:
    """Make a reading; above 100 the figure shown is kept beside the 100 that is recorded."""
    shown = whole(round(percentage, 4))
    return Reading(
        percentage_used=min(shown, FULL),
        percentage_shown=shown if shown > FULL else None,
        resets_in=words,
        resets_at=resets_at,
        state=state,
        label=label,
    )
