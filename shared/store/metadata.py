"""The statistics of a history (pure), as `_metadata.json` holds them."""

from msgspec import Struct

from shared.store.index import Index
from shared.store.keys import time_of
from shared.timestamps import to_iso_millis

__all__ = ["Lifetime", "Metadata", "described", "later", "summarise"]


class Metadata(Struct, frozen=True, kw_only=True, rename="camel"):
    """The statistics of one account's history; `total_*` count over its whole life. Times are ISO 8601."""

    version_count: int = 0
    oldest_timestamp: str | None = None
    newest_timestamp: str | None = None
    last_cleanup: str | None = None
    total_versions_created: int = 0
    total_versions_deleted: int = 0


class Lifetime(Struct, frozen=True, kw_only=True):
    """What the history itself cannot tell: how many versions ever came, how many left, when the last left."""

    created: int = 0
    deleted: int = 0
    last_cleanup: str | None = None


def later(one: Lifetime, other: Lifetime) -> Lifetime:
    """Return the later of two states of the same counts: they only ever grow."""
    return Lifetime(
        created=max(one.created, other.created),
        deleted=max(one.deleted, other.deleted),
        last_cleanup=max(one.last_cleanup or "", other.last_cleanup or "") or None,
    )


def summarise(index: Index, lifetime: Lifetime) -> Metadata:
    """Describe a history."""
    oldest, newest = (index.ids[0], index.ids[-1]) if index.ids else (None, None)
    return described(len(index), oldest, newest, lifetime)


def described(count: int, oldest: str | None, newest: str | None, lifetime: Lifetime) -> Metadata:
    """Describe a history of so many versions, from the ids of the oldest and the newest.

    At least what is there, plus what was deleted, must once have been created: so files that were copied
    in are counted, and a lost count is mended as far as the history proves it.
    """
    return Metadata(
        version_count=count,
        oldest_timestamp=to_iso_millis(time_of(oldest)) if oldest else None,
        newest_timestamp=to_iso_millis(time_of(newest)) if newest else None,
        last_cleanup=lifetime.last_cleanup,
        total_versions_created=max(lifetime.created, count + lifetime.deleted),
        total_versions_deleted=lifetime.deleted,
    )
