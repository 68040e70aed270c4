"""The moment a page's figures are of (pure)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

__all__ = ["Moment"]


class Moment(msgspec.Struct, frozen=True):
    """When the figures were true (UTC), and the zone in which the page writes its times."""

    base: datetime
    zone: ZoneInfo
