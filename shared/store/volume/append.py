"""Storing a batch of snapshots durably.

Files are written and synced side by side, named one by one, and the folder is synced once for all.
"""

import contextlib
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path

import structlog
from msgspec import Struct
from msgspec.structs import replace

from shared.files import private_folder, publish, sync_folder, write_temporary
from shared.schemas.codec import RECEIVED_AT, Document, decode_snapshot, digest, encode_pretty
from shared.store.base import Appended, Version
from shared.store.errors import StoreConflictError, translated
from shared.store.keys import matches_digest
from shared.store.placing import ids_to_try
from shared.store.volume.derived import refresh_derived
from shared.store.volume.history import History
from shared.store.volume.versionfile import DamagedVersionError
from shared.timestamps import to_iso_millis

__all__ = ["Incoming", "Outcome", "append_batch", "incoming"]

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


def append_batch(history: History, batch: Sequence[Incoming], pool: Executor) -> list[Outcome]:
    """Store snapshots; on return each that is Appended is on the disk. Blocking.

    An error that meets all of them is raised, one that meets a single snapshot is its outcome.
    """
    with translated(f"storing for account {history.account}"):
        private_folder(history.layout.history)
        with history.changing():
            temporaries = pool.map(lambda item: _written(history, item), batch)
            stored: list[str] = []
            outcomes = [
                _published(history, stored, item, temporary)
                for item, temporary in zip(batch, list(temporaries), strict=True)
            ]
            # Also for duplicates: the process that stored the first copy may have died before its sync.
            sync_folder(history.layout.history)
            _refresh(history, stored)
    return outcomes


def _written(history: History, item: Incoming) -> Path | Exception:
    try:
        with translated(f"storing for account {history.account}"):
            return write_temporary(history.layout.history, encode_pretty(item.document))
    except Exception as error:  # noqa: BLE001 - it is this snapshot's outcome, whatever it is
        return error


def _published(history: History, stored: list[str], item: Incoming, temporary: Path | Exception) -> Outcome:
    if isinstance(temporary, Exception):
        return temporary
    try:
        with translated(f"storing for account {history.account}"):
            return _place(history, stored, item, temporary)
    except Exception as error:  # noqa: BLE001 - as above
        return error
    finally:
        temporary.unlink(missing_ok=True)


def _place(history: History, stored: list[str], item: Incoming, temporary: Path) -> Appended:
    """Give the written file the first id that is free, unless the snapshot is there already.

    `stored` holds the ids that this batch has given so far, and gets the new one.
    """

    def twins(fingerprint: str) -> list[str]:
        earlier = history.ask_as_locked(lambda index: index.with_digest(fingerprint))
        return [*earlier, *(version_id for version_id in stored if matches_digest(version_id, fingerprint))]

    for version_id in ids_to_try(twins, item.last_updated, item.received_at, item.fingerprint):
        archived = _archived(history, version_id)
        if archived and digest(archived.document) == item.fingerprint:
            return Appended(archived, duplicate=True)
        if not archived and publish(temporary, history.layout.version(version_id)):
            stored.append(version_id)
            return Appended(Version(history.account, version_id, item.document), duplicate=False)
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


def _refresh(history: History, stored: list[str]) -> None:
    """Bring index, latest and metadata up to date: a failure is mended later, not answered."""
    try:
        history.note_stored(stored)
        refresh_derived(history, lambda before: replace(before, created=before.created + len(stored)))
    except OSError as error:
        _log.warning("what is derived is behind the history", account=history.account, error=str(error))
