"""Notes in a bucket, and who is its janitor."""

import asyncio
import contextlib
import secrets
from datetime import datetime

import msgspec
import structlog
from msgspec import Struct

from shared.errors import MarigraphError
from shared.store.s3.accounts import Accounts
from shared.store.s3.bucket import Kept, UnsureError
from shared.store.s3.places import ASKED, DUTY, note_key

__all__ = ["LEASE_SECONDS", "Noting"]

LEASE_SECONDS = 180.0
"""A janitor that has given no sign for so long, by the bucket's own clock, is one no more."""

_RENEWED_SECONDS = 60.0

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class _Lease(Struct):
    who: str
    token: str


class Noting(Accounts):
    """See Upkeep: notes and duty."""

    def __init__(
        self, name: str, prefix: str, *, read_only: bool = False, stale_seconds: float = 0.0
    ) -> None:
        """Take what `Accounts` takes."""
        super().__init__(name, prefix, read_only=read_only, stale_seconds=stale_seconds)
        self._lease = b""
        self._renewing: asyncio.Task[None] | None = None

    async def read_note(self, name: str) -> bytes | None:
        """See Upkeep.read_note."""
        found = await self._bucket.get(note_key(name))
        return found.data if found else None

    async def write_note(self, name: str, data: bytes) -> None:
        """See Upkeep.write_note."""
        await self._bucket.put(note_key(name), data)

    async def swap_note(self, name: str, before: bytes | None, after: bytes) -> bool:
        """See Upkeep.swap_note; when nobody can tell whether it was, the note is read."""
        key = note_key(name)
        found = await self._bucket.get(key)
        if (found.data if found else None) != before:
            return False
        try:
            if await self._replace(key, found, after):
                return True
        except UnsureError:
            if await self.read_note(name) == after:
                return True
            raise
        return await self.read_note(name) == after  # a second try of ours met the first

    async def _replace(self, key: str, found: Kept | None, data: bytes) -> bool:
        if found is None:
            return await self._bucket.create(key, data)
        return await self._bucket.swap(key, data, found.mark)

    async def take_duty(self, who: str) -> str | None:
        """See Upkeep.take_duty: a lease, which is renewed until `close`.

        It keeps two janitors from doing the same work; what they do is right also if both go on for a while.
        """
        if self._renewing is not None and not self._renewing.done():
            return None
        lease = msgspec.json.encode(_Lease(who, secrets.token_hex(8)))
        found = await self._bucket.get(DUTY)
        if found is not None and found.data and not await self._is_over():
            return msgspec.json.decode(found.data, type=_Lease).who
        if not await self._replace(DUTY, found, lease):
            return await self.take_duty(who)
        self._lease = lease
        self._renewing = asyncio.create_task(self._renew(lease))
        return None

    async def _is_over(self) -> bool:
        """Tell whether the lease has run out, by the bucket's clock, which a new object tells."""
        await self._bucket.put(ASKED, b"")
        now = await self._bucket.changed_at(ASKED)
        given = await self._bucket.changed_at(DUTY)
        return not now or not given or (now - given).total_seconds() > LEASE_SECONDS

    async def _on_duty_at(self) -> datetime | None:
        """Return the moment of our last sign by the bucket's clock, None when the janitor is not us."""
        found = await self._bucket.get(DUTY)
        return found.made if found and found.data == self._lease else None

    async def _renew(self, lease: bytes) -> None:
        """Give a sign now and then, for as long as the lease is ours."""
        while True:
            await asyncio.sleep(_RENEWED_SECONDS)
            with contextlib.suppress(MarigraphError):
                found = await self._bucket.get(DUTY)
                if found is None or found.data != lease:
                    _log.warning("another janitor has taken over")
                    return
                await self._bucket.swap(DUTY, lease, found.mark)

    async def _give_up_duty(self) -> None:
        if self._renewing is None or self._renewing.done():
            return
        self._renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._renewing
        with contextlib.suppress(MarigraphError):
            found = await self._bucket.get(DUTY)
            if found is not None and found.data == self._lease:
                await self._bucket.delete([DUTY])
