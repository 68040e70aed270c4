"""Deleting what nobody needs any more: an hour after it was superseded, by the bucket's own clock."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from shared.errors import MarigraphError
from shared.store.s3.bucket import Bucket
from shared.store.s3.forms import Litter
from shared.store.s3.places import entry_key, state_key
from shared.store.s3.views import View

__all__ = ["GRACE", "sweep"]

GRACE = timedelta(hours=1)
"""So long a process may go on with what it saw last."""

_AT_ONCE = 1000
"""Keys that one request deletes."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def sweep(bucket: Bucket, account: str, view: View) -> Sequence[Litter]:
    """Delete what is old enough; return what is left to be deleted later. Failing costs nothing but room."""
    left = list(view.litter)
    try:
        now = await bucket.changed_at(entry_key(account, view.number)) if left else None
        while left and now:
            made = await bucket.changed_at(state_key(account, left[0].number))
            if made is not None and now - made < GRACE:
                break
            keys = [*left[0].keys, *_entries(account, left[0])]
            for start in range(0, len(keys), _AT_ONCE):
                await bucket.delete(keys[start : start + _AT_ONCE])
            del left[0]
    except MarigraphError as error:
        _log.warning("what is no longer needed stays for now", account=account, error=str(error))
    return left


def _entries(account: str, litter: Litter) -> list[str]:
    return [entry_key(account, number) for number in range(litter.first_entry, litter.last_entry + 1)]
