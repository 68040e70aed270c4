"""Storing a batch of snapshots durably.

Files are written one by one, synced side by side, named one by one, and the folder is synced once for all.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path

import structlog
from msgspec import Struct

from shared.files import publish, sync_and_close, sync_folder, write_unsynced
from shared.schemas.codec import RECEIVED_AT, Document, decode_snapshot, digest, encode_pretty
from shared.store.base import Appended, Version
from shared.store.errors import StoreConflictError, translated
from shared.store.keys import candidate_ids, matches_digest
from shared.store.placing import ids_to_try, may_take
from shared.store.volume.derived import count_created, refresh_derived
from shared.store.volume.history import History
from shared.store.volume.versionfile import DamagedVersionError
from shared.timestamps import to_iso_millis

__all__ = ["SIDE_BY_SIDE", "Incoming", "Outcome", "append_batch", "incoming"]

SIDE_BY_SIDE = 16
"""Files synced at the same time: the journal of the file system groups them."""

_DERIVED_SECONDS = 0.25
"""While batch follows batch, latest and metadata are written this often: each time costs two files."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Incoming(Struct, frozen=True):
    """A snapshot on its way in, with what is needed of it worked out once."""

    document: Document
    last_updated: datetime
    received_at: datetime
    fingerprint: str


Outcome = Appended | Exception
"""What became of one snapshot of a batch."""


def incoming(document: Document, received_at: datetime) -> Incoming:
    """Take a valid snapshot; `receivedAt` in it is replaced. Raises msgspec.ValidationError for another."""
    stored = {**document, RECEIVED_AT: to_iso_millis(received_at)}
    return Incoming(stored, decode_snapshot(document).last_updated, received_at, digest(document))


def append_batch(
    history: History, batch: Sequence[Incoming], pool: Executor, *, more_wait: Callable[[], bool]
) -> list[Outcome]:
    """Store snapshots; on return each that is Appended is on the disk. Blocking.

    An error that meets all of them is raised, one that meets a single snapshot is its outcome. Latest and
    metadata are up to date on return, too, unless `more_wait` tells of others that follow at once.
    """
    with translated(f"storing for account {history.account}"):
        history.layout.made(history.layout.history)
        with history.changing():
            written = [_written(history, item) for item in batch]
            stored: list[Version] = []
            outcomes = [
                _published(history, stored, item, temporary)
                for item, temporary in zip(batch, _synced(history, written, pool), strict=True)
            ]
            _sync_names(history, stored)
            _tell(history, stored, [*stored, *_unheard_of(history, outcomes)], more_wait)
    return outcomes


def _sync_names(history: History, stored: Sequence[Version]) -> None:
    """Make the names durable, those of duplicates too: whoever gave them may have died before its sync.

    After a failed sync the kernel may call the folder clean, and the next sync would prove nothing: what was
    named just now loses its name again, so that the next try names it anew. Raises OSError.
    """
    try:
        sync_folder(history.layout.history)
    except OSError:
        for version in stored:
            with contextlib.suppress(OSError):
                history.layout.version(version.id).unlink()
        raise


_Written = tuple[Path, int] | Exception


def _written(history: History, item: Incoming) -> _Written:
    try:
        with translated(f"storing for account {history.account}"):
            return write_unsynced(history.layout.history, encode_pretty(item.document))
    except Exception as error:  # noqa: BLE001 - it is this snapshot's outcome, whatever it is
        return error


def _synced(history: History, written: Sequence[_Written], pool: Executor) -> list[Path | Exception]:
    """Sync files side by side; each thread takes its share, as handing them over one by one costs more."""

    def share(number: int) -> list[Path | Exception]:
        return [_sync(history, one) for one in written[number::SIDE_BY_SIDE]]

    if len(written) == 1:
        return share(0)
    shares = list(pool.map(share, range(min(len(written), SIDE_BY_SIDE))))
    return [shares[place % SIDE_BY_SIDE][place // SIDE_BY_SIDE] for place in range(len(written))]


def _sync(history: History, written: _Written) -> Path | Exception:
    if isinstance(written, Exception):
        return written
    path, descriptor = written
    try:
        with translated(f"storing for account {history.account}"):
            sync_and_close(descriptor)
    except Exception as error:  # noqa: BLE001 - as above
        with contextlib.suppress(OSError):
            path.unlink()
        return error
    return path


def _published(
    history: History, stored: list[Version], item: Incoming, temporary: Path | Exception
) -> Outcome:
    if isinstance(temporary, Exception):
        return temporary
    try:
        with translated(f"storing for account {history.account}"):
            return _place(history, stored, item, temporary)
    except Exception as error:  # noqa: BLE001 - as above
        return error
    finally:
        temporary.unlink(missing_ok=True)


def _place(history: History, stored: list[Version], item: Incoming, temporary: Path) -> Appended:
    """Give the written file the first id that is free, unless the snapshot is there already.

    `stored` holds what was new in this batch so far, and gets what is new now.
    """

    def twins(fingerprint: str) -> list[str]:
        earlier = history.ask_as_locked(lambda index: index.with_digest(fingerprint))
        now = [version.id for version in stored if matches_digest(version.id, fingerprint)]
        # Nor may one be stored anew that came in time, left the history, and is ahead of a clock set back.
        in_time = [i for i in candidate_ids(item.last_updated, fingerprint) if _archived(history, i)]
        return [*earlier, *now, *_left_ahead(history, fingerprint), *in_time]

    def just_before(fingerprint: str, moment: datetime) -> list[str]:
        near = history.ask_as_locked(lambda index: index.just_before(fingerprint, moment))
        return [*near, *_left_ahead(history, fingerprint)]

    for version_id in ids_to_try(twins, item.last_updated, item.received_at, item.fingerprint, just_before):
        archived = _archived(history, version_id)
        if archived and digest(archived.document) == item.fingerprint:
            return Appended(archived, duplicate=True)
        free = not archived and may_take(version_id, item.last_updated, item.received_at)
        if free and publish(temporary, history.layout.version(version_id)):
            stored.append(Version(history.account, version_id, item.document))
            return Appended(stored[-1], duplicate=False)
        try:
            there = history.read(version_id)
        except FileNotFoundError:
            continue
        except DamagedVersionError as error:
            history.set_aside(version_id, str(error))
            continue
        if digest(there.document) == item.fingerprint:
            return Appended(there, duplicate=True)
    raise StoreConflictError("every id of this snapshot is taken by another")


def _archived(history: History, version_id: str) -> Version | None:
    """Return a version that has left the history; an archive that cannot be read hinders no append."""
    with contextlib.suppress(OSError):
        return history.archive.holds(version_id)
    return None


def _left_ahead(history: History, fingerprint: str) -> list[str]:
    """Return versions that came from a clock ahead and are archived; as above, no error hinders an append."""
    with contextlib.suppress(OSError):
        return history.archive.catalogue.ahead_with(fingerprint)
    return []


def _unheard_of(history: History, outcomes: Sequence[Outcome]) -> list[Version]:
    """Return duplicates whose first copy is in the folder, but not in the index: its process died."""
    versions = [one.version for one in outcomes if isinstance(one, Appended) and one.duplicate]
    missing = history.ask_as_locked(lambda index: [one for one in versions if one.id not in index])
    return [one for one in missing if history.layout.version(one.id).exists()]


def _tell(
    history: History, stored: Sequence[Version], seen: Sequence[Version], more_wait: Callable[[], bool]
) -> None:
    """Bring index, latest and metadata up to date: a failure is mended later, not answered.

    All that was `seen` belongs into the index; what was `stored` just now counts as made.
    """
    history.remember(stored)
    try:
        history.note_stored([version.id for version in seen])
        count_created(history, len(stored))
        history.derived_late = more_wait() and time.monotonic() < history.derived_at + _DERIVED_SECONDS
        if not history.derived_late:
            refresh_derived(history)
    except OSError as error:
        _log.warning("what is derived is behind the history", account=history.account, error=str(error))
