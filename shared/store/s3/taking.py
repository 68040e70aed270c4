"""What is to be done to an account (pure): from a view and the packs at hand to an answer and a change.

Every function may raise LackingError: fetch the packs, and decide again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Raw

from shared.schemas.codec import RECEIVED_AT, Document, decode_snapshot, digest, encode
from shared.store import reports as bounds
from shared.store.base import Appended, Version
from shared.store.believing import why_not
from shared.store.errors import StoreConflictError, StoreDamagedError
from shared.store.keys import candidate_ids, matches_digest
from shared.store.metadata import Lifetime, later
from shared.store.placing import ids_to_try, may_take
from shared.store.reports import AddedReport, StoredReport, checked_report, why_no_report
from shared.store.s3.forms import Added, Change, Counted, Item, Removed
from shared.store.s3.shelves import Leaves, Shelved
from shared.store.s3.views import View
from shared.timestamps import to_iso_millis

__all__ = [
    "Decided",
    "Decision",
    "append",
    "delete",
    "prune_reports",
    "raise_counts",
    "report",
    "restore",
    "restore_reports",
]

T = TypeVar("T")

Decided = tuple[T, Sequence[Change]]
"""An answer, and what changes."""

Decision = Callable[[View, Leaves, int], Decided[T]]
"""Decides on a view with what is at hand; what comes gets at least this moment (microseconds) as its own."""


def append(account: str, document: Document, received_at: datetime) -> Decision[Appended]:
    """Store a snapshot; raises msgspec.ValidationError at once for a document that is none."""
    last_updated, fingerprint = decode_snapshot(document).last_updated, digest(document)
    stored = {**document, RECEIVED_AT: to_iso_millis(received_at)}

    def decide(view: View, leaves: Leaves, at: int) -> Decided[Appended]:
        history, archive = Shelved(view.history, leaves), Shelved(view.archive, leaves)

        def there(version_id: str) -> Item | None:
            return history.item(version_id) or archive.item(version_id)

        def twins(wanted: str) -> Iterable[str]:
            in_time = [i for i in candidate_ids(last_updated, wanted) if there(i)]
            return [*_ahead(view.ahead, wanted), *in_time]

        def just_before(wanted: str, _: datetime) -> Iterable[str]:
            return _ahead(view.ahead, wanted)

        for version_id in ids_to_try(twins, last_updated, received_at, fingerprint, just_before):
            item = there(version_id)
            if item is None and may_take(version_id, last_updated, received_at):
                version = Version(account, version_id, stored)
                return Appended(version, duplicate=False), [
                    Added(shelf="history", items=[_item(view, version_id, stored, at)], created=1)
                ]
            if item and digest(known := item.read()) == fingerprint:
                return Appended(Version(account, version_id, known), duplicate=True), ()
        raise StoreConflictError("every id of this snapshot is taken by another")

    return decide


def _ahead(known: Iterable[str], wanted: str) -> list[str]:
    return [version_id for version_id in known if matches_digest(version_id, wanted)]


def _item(view: View, version_id: str, document: Document, at: int, place: int = 0) -> Item:
    """Make an item that came after all others, whatever the clock says."""
    return Item(version_id, max(at, view.newest_at + 1) + place, Raw(encode(document)))


def delete(ids: Sequence[str], cleaned_at: datetime) -> Decision[int]:
    """Remove versions from the history."""

    def decide(view: View, leaves: Leaves, _: int) -> Decided[int]:
        history = Shelved(view.history, leaves)
        newest = history.at(-1)
        if newest in ids:
            raise StoreConflictError(f"{newest} is the newest version and is never deleted")
        gone = sorted(version_id for version_id in set(ids) if history.item(version_id))
        if not gone:
            return 0, ()
        return len(gone), [Removed(shelf="history", ids=gone, cleaned_at=to_iso_millis(cleaned_at))]

    return decide


def raise_counts(lifetime: Lifetime) -> Decision[None]:
    """See that the counts of the whole life are at least these."""

    def decide(view: View, _leaves: Leaves, _at: int) -> Decided[None]:
        grows = later(view.lifetime, lifetime) != view.lifetime
        return None, [Counted(lifetime=lifetime)] if grows else ()

    return decide


def restore(versions: Sequence[Version], *, out_of_archive: bool) -> Decision[int]:
    """Put versions back into the history."""

    def decide(view: View, leaves: Leaves, at: int) -> Decided[int]:
        history, archive = Shelved(view.history, leaves), Shelved(view.archive, leaves)
        new: dict[str, Item] = {}
        for version in versions:
            if reason := why_not(version.id, version.document):
                raise StoreDamagedError(f"{version.id}: {reason}")
            there = new.get(version.id) or history.item(version.id)
            if there is None and not out_of_archive:
                there = archive.item(version.id)
            if there is None:
                new[version.id] = _item(view, version.id, version.document, at, len(new))
            elif there.read() != version.document:
                raise StoreConflictError(f"{version.id} is there with other content")
        return len(new), [Added(shelf="history", items=list(new.values()))] if new else ()

    return decide


def report(account: str, document: Document, received_at: datetime) -> Decision[AddedReport]:
    """Store a report; the oldest make room. Raises msgspec.ValidationError at once for what is none."""
    happened, fingerprint = checked_report(document).at, digest(document)
    stored = {**document, RECEIVED_AT: to_iso_millis(received_at)}

    def decide(view: View, leaves: Leaves, at: int) -> Decided[AddedReport]:
        shelved = Shelved(view.reports, leaves)

        def twins(wanted: str) -> Iterable[str]:
            return [*_ahead(view.reports_ahead, wanted), *candidate_ids(happened, wanted)]

        for report_id in ids_to_try(twins, happened, received_at, fingerprint):
            item = shelved.item(report_id)
            if item is None and may_take(report_id, happened, received_at):
                added = AddedReport(StoredReport(account, report_id, stored), duplicate=False)
                new = Added(shelf="reports", items=[_item(view, report_id, stored, at)])
                return added, [new, *_making_room(shelved, new.items[0])]
            if item and digest(known := item.read()) == fingerprint:
                return AddedReport(StoredReport(account, report_id, known), duplicate=True), ()
        raise StoreConflictError("every id of this report is taken by another")

    return decide


def _making_room(shelved: Shelved, new: Item) -> list[Change]:
    """Return the removal of what is too much, for which sums suffice while nothing is."""
    if len(shelved) < bounds.KEPT_COUNT and shelved.size() + len(new.document) <= bounds.KEPT_BYTES:
        return []
    ids = bounds.leaving((item.id, len(item.document)) for item in [*shelved.all_items(), new])
    return [Removed(shelf="reports", ids=ids)] if ids else []


def prune_reports(now: datetime) -> Decision[int]:
    """Remove the reports that are outside the bounds."""

    def decide(view: View, leaves: Leaves, _: int) -> Decided[int]:
        shelved = Shelved(view.reports, leaves)
        items = list(shelved.all_items())
        gone = {
            *bounds.outdated((item.id for item in items), now),
            *bounds.leaving((item.id, len(item.document)) for item in items),
        }
        return len(gone), [Removed(shelf="reports", ids=sorted(gone))] if gone else ()

    return decide


def restore_reports(reports: Sequence[StoredReport]) -> Decision[int]:
    """Put reports back."""

    def decide(view: View, leaves: Leaves, at: int) -> Decided[int]:
        shelved = Shelved(view.reports, leaves)
        new: dict[str, Item] = {}
        for one in reports:
            if reason := why_no_report(one.id, one.document):
                raise StoreDamagedError(f"report {one.id}: {reason}")
            there = new.get(one.id) or shelved.item(one.id)
            if there is None:
                new[one.id] = _item(view, one.id, one.document, at, len(new))
            elif there.read() != one.document:
                raise StoreConflictError(f"report {one.id} is there with other content")
        return len(new), [Added(shelf="reports", items=list(new.values()))] if new else ()

    return decide
