"""Every version against its name, every archive to its end; what is bad is set aside. Blocking.

Versions are published whole, by link, so a version being stored is never seen torn. A file that is copied in
by hand is: it is judged only when nobody has it open for writing and it has stood unchanged for a moment.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct, structs

from shared.files import publish, sync_folder, write_temporary
from shared.schemas.codec import encode_pretty
from shared.store.upkeep import Finding
from shared.store.volume.derived import refresh_derived
from shared.store.volume.history import History
from shared.store.volume.quarantine import copy_aside, move_aside
from shared.store.volume.versionfile import DamagedVersionError, UnservableVersionError
from shared.store.volume.writing import is_being_written

__all__ = ["scrub", "scrub_archive"]

_SETTLED_SECONDS = 2
"""A file that changed within so long may be in the middle of being copied in: it gets a second look."""


class _Suspect(Struct, frozen=True):
    version_id: str
    reason: str
    movable: bool


def scrub(history: History, ids: Iterable[str], at: datetime, *, mend: bool) -> list[Finding]:
    """Check versions against their names; see Upkeep.scrub. Raises OSError, StoreDamagedError."""
    suspects = [found for version_id in ids if (found := _suspect(history, version_id))]
    movable = [suspect.version_id for suspect in suspects if suspect.movable]
    findings = [_finding(history, suspect) for suspect in suspects if not suspect.movable]
    if movable:
        _let_settle(history, movable)
        with history.changing() if mend else contextlib.nullcontext():
            certain = [
                found
                for version_id in movable
                if (found := _suspect(history, version_id))
                and not is_being_written(history.layout.version(version_id))
            ]
            findings += _set_aside(history, certain, at) if mend else _only_told(history, certain)
    return findings


def _suspect(history: History, version_id: str) -> _Suspect | None:
    _forget_cached(history, version_id)
    try:
        history.read(version_id)
    except FileNotFoundError:
        return None
    except UnservableVersionError as error:
        return _Suspect(version_id, str(error), movable=False)
    except DamagedVersionError as error:
        return _Suspect(version_id, str(error), movable=True)
    except OSError as error:  # a bad sector or a bad disk: another name does not mend it
        return _Suspect(version_id, f"it cannot be read: {error.strerror or error}", movable=False)
    return None


def _forget_cached(history: History, version_id: str) -> None:
    """Have the machine forget what it holds of a file, so that the disk is read and not the memory."""
    with contextlib.suppress(OSError, AttributeError):
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(history.layout.version(version_id), flags)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _let_settle(history: History, ids: Sequence[str]) -> None:
    """Wait, if a file changed just now, until it has stood for a moment; once for all of them."""
    changed = [0.0]
    for version_id in ids:
        with contextlib.suppress(OSError):
            changed.append(history.layout.version(version_id).lstat().st_ctime)
    age = time.time() - max(changed)
    if 0 <= age < _SETTLED_SECONDS:
        time.sleep(_SETTLED_SECONDS - age)


def _finding(history: History, suspect: _Suspect) -> Finding:
    path = history.layout.version(suspect.version_id)
    name = path.relative_to(history.layout.folder).as_posix()
    return Finding(account=history.account, file=name, reason=suspect.reason)


def _only_told(history: History, suspects: Sequence[_Suspect]) -> list[Finding]:
    return [
        structs.replace(
            _finding(history, suspect), restored=history.archive.get(suspect.version_id) is not None
        )
        for suspect in suspects
    ]


def _set_aside(history: History, suspects: Sequence[_Suspect], at: datetime) -> list[Finding]:
    """Move bad files away and put versions back that the archive has; under the account's lock."""
    findings: list[Finding] = []
    history.note_leaving([suspect.version_id for suspect in suspects])
    try:
        for suspect in suspects:
            path = history.layout.version(suspect.version_id)
            aside = move_aside(history.layout, path, suspect.reason, at)
            restored = _restore(history, suspect.version_id)
            findings.append(structs.replace(_finding(history, suspect), set_aside=aside, restored=restored))
    finally:
        sync_folder(history.layout.history)
        back = [s.version_id for s, f in zip(suspects, findings, strict=False) if f.restored]
        history.note_stored(back)
        refresh_derived(history)
    return findings


def _restore(history: History, version_id: str) -> bool:
    """Write a version again from the archive, if it is there; on the disk once the folder is synced."""
    archived = history.archive.get(version_id)
    if archived is None:
        return False
    temporary = write_temporary(history.layout.history, encode_pretty(archived.document))
    try:
        return publish(temporary, history.layout.version(version_id))
    finally:
        temporary.unlink(missing_ok=True)


def scrub_archive(history: History, month: str, at: datetime, *, mend: bool) -> Finding | None:
    """Check a month's archive; see Upkeep.scrub_archive. Raises OSError, StoreDamagedError."""
    try:
        reason = "; ".join(history.archive.damage(month))
        if reason and mend:
            with history.layout.archive_locked():
                reason = "; ".join(history.archive.damage(month))
                if reason:
                    return _replace_archive(history, month, reason, at)
    except FileNotFoundError:
        return None
    name = history.layout.month(month).relative_to(history.layout.folder).as_posix()
    return Finding(account=history.account, file=name, reason=reason) if reason else None


def _replace_archive(history: History, month: str, reason: str, at: datetime) -> Finding:
    """Put what is whole in a bad archive in its place; the bad one has a name in the quarantine by then."""
    path = history.layout.month(month)
    name = path.relative_to(history.layout.folder).as_posix()
    aside = copy_aside(history.layout, path, reason, at)
    whole = history.archive.mend(month)
    found = Finding(account=history.account, file=name, reason=f"{reason}; {whole} versions in it are whole")
    return structs.replace(found, set_aside=aside, restored=whole > 0)
