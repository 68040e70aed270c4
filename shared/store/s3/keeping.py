"""Versions that come, go and come back."""

from collections.abc import Sequence
from datetime import datetime

from shared.schemas.codec import Document
from shared.store.base import Appended, Part, Version
from shared.store.metadata import Lifetime
from shared.store.s3 import taking
from shared.store.s3.archiving import Archiving

__all__ = ["Keeping"]

_TOGETHER = 200
"""Versions put back by one change."""


class Keeping(Archiving):
    """See Store: what changes the history."""

    async def append(self, account: str, document: Document, received_at: datetime) -> Appended:
        """See Store.append."""
        ledger = self._ledger(account)
        return await ledger.commit(taking.append(account, document, received_at))

    async def delete(self, account: str, ids: Sequence[str], cleaned_at: datetime) -> int:
        """See Store.delete."""
        return await self._commit(account, taking.delete(ids, cleaned_at))

    async def raise_counts(self, account: str, lifetime: Lifetime) -> None:
        """See Store.raise_counts."""
        await self._commit(account, taking.raise_counts(lifetime))

    async def restore(
        self, account: str, versions: Sequence[Version], part: Part, *, out_of_archive: bool = False
    ) -> int:
        """See Store.restore."""
        restored = 0
        for start in range(0, len(versions), _TOGETHER):
            some = versions[start : start + _TOGETHER]
            if part == "archive":
                restored += await self._restore_into_archive(account, some)
            else:
                restored += await self._commit(account, taking.restore(some, out_of_archive=out_of_archive))
        return restored
