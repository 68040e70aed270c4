"""Letting go of what work that was cut short left behind: some pages of names in each run."""

from collections.abc import Sequence

from services.janitor.records import Spot
from shared.errors import PermanentError
from shared.store import Store

__all__ = ["PAGES", "clear"]

PAGES = 200
"""Pages of a thousand names that one run looks through: in a bucket a tenth of a cent."""


async def clear(store: Store, accounts: Sequence[str], spot: Spot | None) -> tuple[int, Spot | None]:
    """Look on from a spot; return how many were let go of, and where to go on, None at the end.

    An account that is damaged is passed over: others tell of it. Raises the store's other errors.
    """
    found, left = 0, PAGES
    for account in accounts:
        if spot is not None and account < spot.account:
            continue
        after = spot.after if spot is not None and account == spot.account else ""
        if left <= 0:
            return found, Spot(account=account, after=after)
        try:
            cleared = await store.clear(account, after, pages=left)
        except PermanentError:
            continue
        found, left = found + cleared.found, left - cleared.pages
        if cleared.after is not None:
            return found, Spot(account=account, after=cleared.after)
    return found, None
