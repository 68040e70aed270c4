"""From when on reports of failed scrapes are sure to be there (pure): older ones leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.schemas.codec import encode
from shared.store.reports import KEPT_BYTES, KEPT_COUNT, KEPT_DAYS, LONGEST, StoredReport

__all__ = ["complete_since"]

_UNBOUNDED = KEPT_BYTES // LONGEST - 1
"""So many reports fit, however long they are."""


def complete_since(reports: Sequence[StoredReport], now: datetime) -> datetime:
    """Return since when no report has left, of all that an account keeps."""
    aged = now - timedelta(days=KEPT_DAYS)
    if not _have_made_room(reports):
        return aged
    return max(aged, min(report.time for report in reports))


def _have_made_room(reports: Sequence[StoredReport]) -> bool:
    """Tell whether older reports may have left for newer ones: there are about as many as may be."""
    if len(reports) <= _UNBOUNDED:
        return False
    whole = len(reports) >= KEPT_COUNT
    return whole or sum(len(encode(report.document)) for report in reports) > KEPT_BYTES - LONGEST
