"""`latest` and `_metadata.json`: made from the history, so that they can be lost and made again.

Both are replaced by rename. The folder is not synced after it: a power cut may leave the older content,
which the next start mends.
"""

from collections.abc import Callable

import msgspec

from shared.files import replace
from shared.schemas.codec import decode_document, encode_pretty
from shared.store.base import Version
from shared.store.metadata import Lifetime, Metadata, summarise
from shared.store.volume.history import History
from shared.store.volume.layout import Layout

__all__ = ["lifetime_of", "read_metadata", "refresh_derived"]


def _as_it_is(lifetime: Lifetime) -> Lifetime:
    return lifetime


_decoder = msgspec.json.Decoder(Metadata)


def read_metadata(layout: Layout) -> Metadata | None:
    """Read the statistics; None when they are missing or unreadable. Raises OSError for a failing disk."""
    try:
        return _decoder.decode(layout.metadata.read_bytes())
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def lifetime_of(known: Metadata | None) -> Lifetime:
    """Return the counts that the history cannot tell; zeros when they are lost."""
    known = known or Metadata()
    return Lifetime(
        created=known.total_versions_created,
        deleted=known.total_versions_deleted,
        last_cleanup=known.last_cleanup,
    )


def refresh_derived(history: History, advance: Callable[[Lifetime], Lifetime] = _as_it_is) -> list[str]:
    """Make both files agree with the history, under the account's lock; return what was not right before.

    `advance` counts what has just been done. Raises OSError: the versions themselves are not touched by a
    failure here.
    """
    before = read_metadata(history.layout)
    lifetime = advance(lifetime_of(before))
    mended = []
    newest = history.find(lambda index: index.newest, in_lock=True)
    if newest and _replace_latest(history.layout, newest.version):
        mended.append(f"{history.account}: latest now is version {newest.version.id}")
    metadata = history.look(lambda index: summarise(index, lifetime), in_lock=True)
    if before != metadata:
        replace(history.layout.metadata, _pretty(metadata), durable=False)
        mended.append(f"{history.account}: metadata now counts {metadata.version_count} versions")
    return mended


def _replace_latest(layout: Layout, newest: Version) -> bool:
    wanted = encode_pretty(newest.document)
    try:
        if not layout.latest.is_symlink() and layout.latest.read_bytes() == wanted:
            return False
    except FileNotFoundError:
        pass
    replace(layout.latest, wanted, durable=False)
    return True


def _pretty(metadata: Metadata) -> bytes:
    document = decode_document(msgspec.json.encode(metadata))
    return encode_pretty(document)
