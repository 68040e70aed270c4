"""The store in a bucket, put together."""

from shared.store.s3.announcing import Announcing
from shared.store.s3.asking import Asking
from shared.store.s3.clearing import Clearing
from shared.store.s3.keeping import Keeping
from shared.store.s3.reporting import Reporting
from shared.store.s3.streaming import Streaming
from shared.store.s3.upkeep import Upkeeping

__all__ = ["S3Store"]


class S3Store(Asking, Streaming, Keeping, Reporting, Announcing, Upkeeping, Clearing):
    """Versions in a bucket; endpoint, region and credentials come from the usual AWS settings."""

    async def close(self) -> None:
        """See Store.close."""
        await self._close_ledgers()
        await self._give_up_duty()
