"""An account's reports on the volume: one file each, in a folder beside the history. Blocking.

There are so few that the folder is listed each time: nothing is derived, so nothing can disagree.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from shared.files import publish, sync_folder, write_temporary
from shared.schemas.codec import RECEIVED_AT, Document, decode_document, digest, encode_pretty
from shared.store.errors import StoreConflictError, StoreDamagedError, translated
from shared.store.keys import id_of_file, matches_digest
from shared.store.placing import ids_to_try
from shared.store.reports import (
    AddedReport,
    StoredReport,
    checked_report,
    leaving,
    outdated,
    why_no_report,
)
from shared.store.volume.damage import Damage
from shared.store.volume.layout import Layout
from shared.store.volume.versionfile import DamagedVersionError, content_of
from shared.timestamps import to_iso_millis

__all__ = ["ReportFolder"]


class _Incoming(NamedTuple):
    document: Document
    at: datetime
    fingerprint: str


def _checked(document: Document) -> _Incoming | msgspec.ValidationError:
    try:
        return _Incoming(document, checked_report(document).at, digest(document))
    except msgspec.ValidationError as error:
        return error


class ReportFolder:
    """The reports of one account. Raises OSError."""

    def __init__(self, account: str, layout: Layout, damage: Damage) -> None:
        """Look at nothing yet; `damage` hears of what cannot be believed."""
        self._account = account
        self._layout = layout
        self._damage = damage

    def add(self, document: Document, received_at: datetime) -> AddedReport:
        """See Reports.add_report."""
        (outcome,) = self.add_all([document], received_at)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def add_all(self, documents: Sequence[Document], received_at: datetime) -> list[AddedReport | Exception]:
        """See Reports.add_reports: the folder is listed once and synced once for all of them."""
        incoming = [_checked(document) for document in documents]
        if not any(isinstance(one, _Incoming) for one in incoming):
            return [one for one in incoming if isinstance(one, Exception)]
        self._make()
        with self._layout.locked():
            sizes = self._sizes()
            added = [
                self._added(one, received_at, sizes) if isinstance(one, _Incoming) else one
                for one in incoming
            ]
            # Also for duplicates: the process that stored the first copy may have died before its sync.
            sync_folder(self._layout.reports)
            self._remove(leaving(sizes.items()))
        return added

    def _added(
        self, incoming: _Incoming, received_at: datetime, sizes: dict[str, int]
    ) -> AddedReport | Exception:
        """Store a report unless it is there; `sizes` tells of those that are there, and gets the new one."""
        try:
            with translated(f"storing a report for account {self._account}"):
                return self._placed(incoming, received_at, sizes)
        except Exception as error:  # noqa: BLE001 - it is this report's outcome, whatever it is
            return error

    def _placed(self, incoming: _Incoming, received_at: datetime, sizes: dict[str, int]) -> AddedReport:
        def twins(wanted: str) -> Iterable[str]:
            return [report_id for report_id in sizes if matches_digest(report_id, wanted)]

        stored = {**incoming.document, RECEIVED_AT: to_iso_millis(received_at)}
        for report_id in ids_to_try(twins, incoming.at, received_at, incoming.fingerprint):
            there = self._read(report_id)
            if there and digest(there.document) == incoming.fingerprint:
                return AddedReport(there, duplicate=True)
            report = StoredReport(self._account, report_id, stored)
            if there is None and self._write(report):
                sizes[report_id] = self._layout.report(report_id).stat().st_size
                return AddedReport(report, duplicate=False)
        raise StoreConflictError("every id of this report is taken by another")

    def listed(self, most: int, before: str | None) -> list[StoredReport]:
        """See Reports.reports."""
        found: list[StoredReport] = []
        for report_id in sorted(self._sizes(), reverse=True):
            if len(found) >= most:
                break
            if (before is None or report_id < before) and (report := self._read(report_id)):
                found.append(report)
        return found

    def prune(self, now: datetime) -> int:
        """See Reports.prune_reports."""
        if not self._layout.reports.is_dir():
            return 0
        with self._layout.locked():
            sizes = self._sizes()
            gone = {*outdated(sizes, now), *leaving(sizes.items())}
            self._remove(sorted(gone))
        return len(gone)

    def restore(self, reports: Sequence[StoredReport]) -> int:
        """See Reports.restore_reports."""
        self._make()
        restored = 0
        with self._layout.locked():
            for report in reports:
                if reason := why_no_report(report.id, report.document):
                    raise StoreDamagedError(f"report {report.id}: {reason}")
                if self._write(report):
                    restored += 1
                elif self._read(report.id) != report:
                    raise StoreConflictError(f"report {report.id} is there with other content")
            sync_folder(self._layout.reports)
        return restored

    def _make(self) -> None:
        self._layout.made(self._layout.reports)

    def _sizes(self) -> dict[str, int]:
        """List the reports' ids and their bytes."""
        if self._layout.reports.is_symlink():
            return {}
        try:
            with os.scandir(self._layout.reports) as entries:
                return {
                    report_id: entry.stat(follow_symlinks=False).st_size
                    for entry in entries
                    if (report_id := id_of_file(entry.name)) and entry.is_file(follow_symlinks=False)
                }
        except FileNotFoundError:
            return {}

    def _read(self, report_id: str) -> StoredReport | None:
        """Read a report; None when it is gone, or damaged, which is told."""
        try:
            document = decode_document(content_of(self._layout.report(report_id)))
            reason = why_no_report(report_id, document)
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, DamagedVersionError) as error:
            document, reason = {}, str(error)
        if reason:
            self._damage.report(self._account, report_id, reason)
            return None
        return StoredReport(self._account, report_id, document)

    def _write(self, report: StoredReport) -> bool:
        temporary = write_temporary(self._layout.reports, encode_pretty(report.document))
        try:
            return publish(temporary, self._layout.report(report.id))
        finally:
            temporary.unlink(missing_ok=True)

    def _remove(self, ids: Iterable[str]) -> None:
        for report_id in ids:
            self._layout.report(report_id).unlink(missing_ok=True)
