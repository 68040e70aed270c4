"""Reports in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.schemas.codec import RECEIVED_AT, Document, digest, encode_pretty
from shared.store.errors import StoreConflictError, StoreDamagedError
from shared.store.keys import matches_digest
from shared.store.memory.accounts import Account, Accounts
from shared.store.outcomes import each
from shared.store.placing import ids_to_try
from shared.store.reports import (
    AddedReport,
    StoredReport,
    checked_report,
    leaving,
    outdated,
    why_no_report,
)
from shared.timestamps import to_iso_millis

__all__ = ["Reporting"]


class Reporting(Accounts):
    """See Reports."""

    async def add_report(self, account: str, document: Document, received_at: datetime) -> AddedReport:
        """See Reports.add_report."""
        at, fingerprint = checked_report(document).at, digest(document)
        own = self._made(account)

        def twins(wanted: str) -> Iterable[str]:
            return [report_id for report_id in own.reports if matches_digest(report_id, wanted)]

        for report_id in ids_to_try(twins, at, received_at, fingerprint):
            there = own.reports.get(report_id)
            if there is None:
                break
            if digest(there.document) == fingerprint:
                return AddedReport(there, duplicate=True)
        else:
            raise StoreConflictError("every id of this report is taken by another")
        report = StoredReport(account, report_id, {**document, RECEIVED_AT: to_iso_millis(received_at)})
        own.reports[report_id] = report
        own.came(report_id, "report", received_at)
        _remove(own, leaving(_sizes(own)))
        return AddedReport(report, duplicate=False)

    async def add_reports(
        self, account: str, documents: Sequence[Document], received_at: datetime
    ) -> Sequence[AddedReport | Exception]:
        """See Reports.add_reports."""
        return await each(self.add_report(account, document, received_at) for document in documents)

    async def reports(
        self, account: str, *, most: int = 100, before: str | None = None
    ) -> Sequence[StoredReport]:
        """See Reports.reports."""
        kept = self._of(account).reports
        ids = [i for i in sorted(kept, reverse=True) if before is None or i < before]
        return [kept[report_id] for report_id in ids[:most]]

    async def prune_reports(self, account: str, now: datetime) -> int:
        """See Reports.prune_reports."""
        own = self._of(account)
        gone = {*outdated(own.reports, now), *leaving(_sizes(own))}
        _remove(own, gone)
        return len(gone)

    async def restore_reports(self, account: str, reports: Sequence[StoredReport]) -> int:
        """See Reports.restore_reports."""
        own = self._made(account)
        restored = 0
        for report in reports:
            if reason := why_no_report(report.id, report.document):
                raise StoreDamagedError(f"report {report.id}: {reason}")
            if report.id not in own.reports:
                restored += 1
                own.came(report.id, "report", report.time)
            if own.reports.setdefault(report.id, report) != report:
                raise StoreConflictError(f"report {report.id} is there with other content")
        return restored


def _sizes(own: Account) -> list[tuple[str, int]]:
    return [(report.id, len(encode_pretty(report.document))) for report in own.reports.values()]


def _remove(own: Account, ids: Iterable[str]) -> None:
    for report_id in ids:
        del own.reports[report_id]
