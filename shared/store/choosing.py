"""Choosing between a version of the history and archived ones (pure), as an index chooses among its own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.store.base import Found
from shared.store.keys import stamp, stamp_of
from shared.store.ranking import rank_of

__all__ = ["nearest_of", "newest_of"]


def newest_of(found: Iterable[Found | None]) -> Found | None:
    """Return the newest of some versions, None when there is none; of the same one the first is taken."""
    return max((one for one in found if one), key=_order, default=None)


def nearest_of(found: Iterable[Found | None], moment: datetime) -> Found | None:
    """Return the version nearest to a moment; of two equally near the earlier.

    Of one second it is the last when the second has come by then, the first when it lies ahead.
    """
    there = [one for one in found if one]
    if not there:
        return None
    time = min(there, key=lambda one: (abs(one.version.time - moment), one.version.time)).version.time
    near = [one for one in there if one.version.time == time]
    has_come = stamp_of(near[0].version.id) <= stamp(moment)
    return max(near, key=_order) if has_come else min(near, key=_order)


def _order(one: Found) -> tuple[Any, ...]:
    return rank_of(one.version.id, one.version.document)
