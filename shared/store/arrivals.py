"""What came into a store, in the order it came (pure): the contract for those who follow a store live.

Versions are ordered by the time of their readings, so one that arrives late takes a place among others that
were told of long before. Whoever tells of news needs the other order, that of arrival. It survives restarts:
it is the moment at which the store itself took something in, which no sender has a say in.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

__all__ = ["ArrivalKind", "Arrivals", "Arrived", "Tail"]

ArrivalKind = Literal["version", "report"]


class Arrived(Struct, frozen=True, order=True):
    """Something that came: when the store took it in (UTC, to the microsecond), its id, and what it is."""

    at: datetime
    id: str
    kind: ArrivalKind = "version"


class Tail(Struct, frozen=True):
    """What came since an earlier look, the mark to go on from, and when the look was, by the store's clock.

    `arrived` is None when more came than was kept in memory: `arrivals` tells them then.
    """

    mark: int
    at: datetime
    arrived: Sequence[Arrived] | None


class Arrivals(Protocol):
    """The part of a store that tells news. Every call may raise the errors of `shared.store.errors`."""

    async def arrivals(self, account: str, since: datetime) -> Sequence[Arrived]:
        """Return what came at or after a moment and is still there, archived or not, in the order it came.

        What came within the same second may be in another order, and the clock of the machine that holds the
        store counts. What is put back from a backup comes anew.
        """
        ...

    async def tail(self, account: str, mark: int | None = None, *, asked_at: float = math.inf) -> Tail:
        """Return what came since the look that gave `mark`, whoever stored it; None begins.

        What was acknowledged by `asked_at` (seconds of `time.monotonic`) is seen.

        A look costs next to nothing while nothing comes, however many versions there are. Marks mean
        something to this open store alone.
        """
        ...
