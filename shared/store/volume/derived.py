"""`latest` and `_metadata.json`: made from the history, so that they can be lost and made again.

Both are replaced by rename. The folder is not synced after it: a power cut may leave the older content,
which the next start mends.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace as replace_fields

from shared.files import replace
from shared.schemas.codec import decode_document, encode_pretty
from shared.store.base import Version
from shared.store.metadata import Lifetime, Metadata, later, summarise
from shared.store.volume.history import History
from shared.store.volume.layout import Layout
from shared.store.volume.quarantine import move_aside
from shared.store.volume.regular import content_of_regular

__all__ = [
    "content_of_derived",
    "count_created",
    "lifetime_of",
    "read_metadata",
    "refresh_derived",
    "with_evidence",
]


def _as_it_is(lifetime: Lifetime) -> Lifetime:
    return lifetime


_LONGEST = 1024 * 1024
"""Bytes read of a derived file: far more than one has."""

_decoder = msgspec.json.Decoder(Metadata)


def read_metadata(layout: Layout) -> Metadata | None:
    """Read the statistics; None when they are missing or unreadable. Raises OSError for a failing disk."""
    data = content_of_derived(layout.metadata)
    try:
        return _decoder.decode(data) if data else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def content_of_derived(path: Path) -> bytes | None:
    """Read latest or the metadata; None when it is missing, or something else is in its place."""
    return content_of_regular(path, _LONGEST)


def _put(layout: Layout, path: Path, data: bytes) -> None:
    """Replace a derived file; a folder that somebody made in its place is set aside."""
    if path.is_dir() and not path.is_symlink():
        move_aside(layout, path, "a folder in the place of a file", datetime.now(UTC))
    replace(path, data, durable=False)


def lifetime_of(history: History, *, in_lock: bool = False) -> Lifetime:
    """Return the counts that the history cannot tell, from all that is left of them. Raises OSError.

    They only grow, so the highest that is known is right: of the file, and of what this process has seen.
    When neither is there, every version in the archive that is not in the history was once deleted.
    """
    return _lifetime(history, read_metadata(history.layout), in_lock=in_lock)


def _lifetime(history: History, known: Metadata | None, *, in_lock: bool = False) -> Lifetime:
    seen = history.lifetime
    if known is not None:
        told = Lifetime(
            created=known.total_versions_created,
            deleted=known.total_versions_deleted,
            last_cleanup=known.last_cleanup,
        )
        seen = later(told, seen) if seen else told
    history.lifetime = seen or Lifetime(deleted=_left(history, in_lock=in_lock))
    return history.lifetime


def _left(history: History, known: int = 0, *, in_lock: bool = False) -> int:
    """Count the versions that the archive proves to have left; no further than down to a count that is known.

    So nothing of the archives is unpacked while the counts agree with them.
    """
    newest = history.archive.newest_stamp()
    ids = history.look(
        lambda index: index.between_stamps("", newest + "~") if newest else [], in_lock=in_lock
    )
    return history.archive.count_without(ids, known)


def with_evidence(history: History) -> None:
    """Raise the counts to what the archive proves, under the account's lock. Raises OSError."""
    lifetime = _lifetime(history, read_metadata(history.layout), in_lock=True)
    history.lifetime = later(lifetime, Lifetime(deleted=_left(history, lifetime.deleted, in_lock=True)))


def count_created(history: History, number: int) -> None:
    """Count versions that were just stored, under the account's lock. Raises OSError."""
    lifetime = _lifetime(history, read_metadata(history.layout), in_lock=True)
    history.lifetime = replace_fields(lifetime, created=lifetime.created + number)


def refresh_derived(history: History, advance: Callable[[Lifetime], Lifetime] = _as_it_is) -> list[str]:
    """Make both files agree with the history, under the account's lock; return what was not right before.

    `advance` counts what has just been done. Raises OSError: the versions themselves are not touched by a
    failure here.
    """
    before = read_metadata(history.layout)
    lifetime = advance(_lifetime(history, before, in_lock=True))
    mended = []
    newest = history.find(lambda index: index.newest, in_lock=True)
    if newest and _replace_latest(history.layout, newest.version):
        mended.append(f"{history.account}: latest now is version {newest.version.id}")
    metadata = history.look(lambda index: summarise(index, lifetime), in_lock=True)
    history.lifetime = replace_fields(
        lifetime, created=metadata.total_versions_created, deleted=metadata.total_versions_deleted
    )
    if before != metadata:
        _put(history.layout, history.layout.metadata, _pretty(metadata))
        mended.append(f"{history.account}: metadata now counts {metadata.version_count} versions")
    history.derived_at, history.derived_late = time.monotonic(), False
    return mended


def _replace_latest(layout: Layout, newest: Version) -> bool:
    wanted = encode_pretty(newest.document)
    if content_of_derived(layout.latest) == wanted:
        return False
    _put(layout, layout.latest, wanted)
    return True


def _pretty(metadata: Metadata) -> bytes:
    document = decode_document(msgspec.json.encode(metadata))
    return encode_pretty(document)
