"""News of what is in memory."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.store.arrivals import Arrived, Tail
from shared.store.memory.accounts import Account, Accounts

__all__ = ["Announcing"]

_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)
"""The time by a store whose only clock is what it is handed, before it was handed anything."""


class Announcing(Accounts):
    """See Arrivals."""

    async def arrivals(self, account: str, since: datetime) -> Sequence[Arrived]:
        """See Arrivals.arrivals."""
        own = self._of(account)
        return [one for one in own.arrived if one.at >= since and _is_there(own, one)]

    async def tail(
        self,
        account: str,
        mark: int | None = None,
        *,
        asked_at: float = math.inf,  # noqa: ARG002 - memory is always current
    ) -> Tail:
        """See Arrivals.tail."""
        own = self._of(account)
        now = len(own.arrived)
        at = own.arrived[-1].at if own.arrived else _BEFORE
        came = own.arrived[now if mark is None else mark :]
        return Tail(now, at, [one for one in came if _is_there(own, one)])


def _is_there(own: Account, one: Arrived) -> bool:
    if one.kind == "report":
        return one.id in own.reports
    return one.id in own.versions or one.id in own.archive
