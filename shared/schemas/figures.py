"""What a snapshot says of its limits, typed: all that is folded over a year, and nothing else of it.

Of a line of the archive these are decoded for a tenth of the cost of the whole document. What a document
holds beside them is passed over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, convert

__all__ = ["Figures", "Shown", "Spent", "figures_of"]


class Shown(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One limit as it was sent; see `usage.Reading`. A percentage stays whole if it came so."""

    percentage_used: int | float
    resets_in: str = ""
    resets_at: datetime | None = None
    state: str | None = None


class ShownWeekly(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """The weekly limits as they were sent; see `usage.WeeklyLimits`."""

    all_models: Shown | None = None
    sonnet_only: Shown | None = None
    scoped: dict[str, Shown] | None = None


class Spent(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """The credits as they were sent; see `usage.CreditsReading`."""

    used: int | float
    limit: int | float | None = None
    percentage_used: int | float | None = None
    resets_at: datetime | None = None


class Figures(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A stored snapshot's figures; see `usage.Snapshot`. Only of what was checked as a snapshot."""

    last_updated: datetime | None = None
    received_at: datetime | None = None
    collector: str | None = None
    source: str | None = None
    current_session: Shown | None = None
    weekly_limits: ShownWeekly | None = None
    credits: Spent | None = None
    is_partial: bool = False
    extraction_errors: dict[str, str] | None = None
    reparsed_from: str | None = None


def figures_of(document: Mapping[str, Any] | Figures) -> Figures:
    """Return the figures of a valid snapshot's document, or those that are figures already."""
    return document if isinstance(document, Figures) else convert(document, Figures)
