"""A page of an account's versions, history and archive as one, in either direction."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime, timedelta

from services.receiver.lists.listing import Listing
from shared.schemas.codec import encode
from shared.store import Store
from shared.store.base import Version
from shared.store.keys import time_of
from shared.store.reports import StoredReport
from shared.timestamps import to_iso

__all__ = ["described", "page_of"]

_MOST_BYTES = 4 * 1024 * 1024
"""Bytes after which a page ends early: 1,000 snapshots of the longest would be 64 MB."""

_SECOND = timedelta(seconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(microsecond=0, tzinfo=UTC)

_STRETCH = timedelta(minutes=15)
_LONGEST_STRETCH = timedelta(days=1)
_FEW, _MANY = 64, 512
"""Versions of one stretch: with fewer the next is longer, with more it is shorter."""


def described(stored: Version | StoredReport) -> dict[str, object]:
    """Return what is stored as it is answered: its document, with `id`, `account` and `time` before it."""
    own = {"id": stored.id, "account": stored.account, "time": to_iso(stored.time)}
    return {**own, **stored.document, **own}


async def page_of(store: Store, account: str, listing: Listing) -> bytes:
    """Return `{"snapshots": [...], "next": cursor or null}`, encoded."""
    items: list[bytes] = []
    size = 0
    last: Version | None = None
    following: str | None = None
    async with contextlib.aclosing(_versions(store, account, listing)) as versions:
        async for version in versions:
            if last is not None and (len(items) >= listing.limit or size >= _MOST_BYTES):
                following = listing.cursor_behind(last)
                break
            items.append(encode(described(version)))
            size += len(items[-1])
            last = version
    return b'{"snapshots":[%b],"next":%b}' % (b",".join(items), encode(following))


async def _versions(store: Store, account: str, listing: Listing) -> AsyncGenerator[Version, None]:
    """Yield what comes after the page before, as far as anybody asks."""
    start, end = _bounds(listing)
    found = _backwards(store, account, start, end) if listing.backwards else store.stream(account, start, end)
    async for version in found:
        if listing.comes_after(version):
            yield version


def _bounds(listing: Listing) -> tuple[datetime | None, datetime | None]:
    """Return the range that is left: the second of the last version given, and what lies behind it."""
    if listing.after is None:
        return listing.start, listing.end
    second = time_of(listing.after[2])
    if listing.backwards:
        return listing.start, _after(second)
    return second, listing.end


async def _backwards(
    store: Store, account: str, start: datetime | None, end: datetime | None
) -> AsyncIterator[Version]:
    """Yield versions newest first, stretch by stretch: a store streams forwards only; gaps cost nothing."""
    stretch = _STRETCH
    last = _LAST if end is None else _before(end, _SECOND)
    while last is not None and (found := await store.as_of(account, last)):
        newest = found.version.time
        if start is not None and newest < start:
            return
        first = max(start or _FIRST, _before(newest, stretch) or _FIRST)
        versions = [one async for one in store.stream(account, first, _after(newest))]
        for version in reversed(versions):
            yield version
        last = _before(first, _SECOND)
        if len(versions) < _FEW:
            stretch = min(stretch * 2, _LONGEST_STRETCH)
        elif len(versions) > _MANY:
            stretch /= 2


def _before(moment: datetime, by: timedelta) -> datetime | None:
    try:
        return moment - by
    except OverflowError:
        return None


def _after(moment: datetime) -> datetime | None:
    return None if moment >= _LAST else moment + _SECOND
