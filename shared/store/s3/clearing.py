"""Letting go of what no entry was built on: page by page, by the janitor on duty."""

import math
from datetime import timedelta

from shared.store.s3.leftovers import let_go, unneeded
from shared.store.s3.noting import Noting
from shared.store.s3.places import account_folder
from shared.store.upkeep import Cleared

__all__ = ["AGE", "Clearing"]

AGE = timedelta(days=1)
"""What is younger may be of work under way: letting go of it would be right, and a nuisance."""


class Clearing(Noting):
    """See Upkeep.clear."""

    async def clear(self, account: str, after: str = "", *, pages: int) -> Cleared:
        """See Upkeep.clear: a page is a thousand objects, one request; ages are by the bucket's own clock."""
        now = await self._on_duty_at()
        found = looked = 0
        rest: str | None = after
        while now and rest is not None and looked < pages:
            view = await self._view(account, math.inf)  # before: what goes during the look is no leftover
            page, rest = await self._bucket.page(account_folder(account), rest)
            looked += 1
            old = unneeded(account, view, [key for key, made in page if now - made > AGE])
            if old:
                found += await self._commit(account, let_go(account, old))
        return Cleared(found=found, pages=looked, after=rest if now else None)
