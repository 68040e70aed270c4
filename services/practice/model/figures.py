"""What stands behind one row of the usage page: a figure of one limit at one moment (pure)."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

__all__ = ["Credits", "Figure", "Figures", "LimitState"]

LimitState = Literal["open", "idle", "unused"]
"""A window runs; no window is open yet; this model was not used in its window."""


class Credits(Struct, frozen=True, kw_only=True):
    """Money spent beyond the plan, in minor units (cents) of a currency; no limit means unlimited."""

    used_minor: int
    limit_minor: int | None
    currency: str


class Figure(Struct, frozen=True, kw_only=True):
    """One limit at one moment. `percentage` is 0-100, above that for credits; None for unlimited credits."""

    percentage: float | None
    resets_at: datetime | None
    state: LimitState
    credits: Credits | None = None


Figures = dict[str, Figure]
"""A figure for each limit that there is: `session`, `weekly`, `weekly:sonnet`, `weekly:fable`, `credits`."""
