"""Where a snapshot goes (pure): the checks and the names that every backend shares."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from shared.schemas.codec import RECEIVED_AT, Document
from shared.store.keys import candidate_ids, is_account, stamp, stamp_of, version_time
from shared.store.ranking import moment_from

__all__ = ["checked_account", "ids_to_try", "is_ahead", "may_take"]


def checked_account(account: str) -> str:
    """Return the name, or raise ValueError before a bad one reaches anything."""
    if not is_account(account):
        raise ValueError(f"{account!r} is no account: lower case, digits, _ and -, at most 32 characters")
    return account


def ids_to_try(
    twins: Callable[[str], Iterable[str]],
    last_updated: datetime,
    received_at: datetime,
    fingerprint: str,
    just_before: Callable[[str, datetime], Iterable[str]] | None = None,
) -> Iterator[str]:
    """Yield the ids under which a snapshot may be stored already or may be stored now, in this order.

    A reading from the future gets its arrival as version time, which differs when it is sent again: the
    whole history is then searched for ids of its fingerprint, by `twins`. When it is sent again after the
    clock has caught up, its first arrival lies before its own time, and `just_before` looks there.
    """
    if last_updated > received_at:
        yield from twins(fingerprint)
    elif just_before is not None:
        yield from just_before(fingerprint, last_updated)
    yield from candidate_ids(version_time(last_updated, received_at), fingerprint)


def may_take(version_id: str, last_updated: datetime, received_at: datetime) -> bool:
    """Tell whether a snapshot may be stored under an id; under others it may only be stored already."""
    return stamp_of(version_id) == stamp(version_time(last_updated, received_at))


def is_ahead(version_id: str, document: Document) -> bool:
    """Tell whether a version came before its own time, by a clock ahead: sent again it may get another id."""
    if RECEIVED_AT not in document:
        return False
    return stamp(moment_from(document["lastUpdated"])) > stamp_of(version_id)
