"""The store's reports on a volume: blocking work in threads."""

from collections.abc import Sequence
from datetime import datetime

from shared.schemas.codec import Document
from shared.store.reports import AddedReport, StoredReport
from shared.store.volume.opened import OpenVolume
from shared.store.volume.reportfolder import ReportFolder

__all__ = ["Reporting"]


class Reporting(OpenVolume):
    """The store's reports."""

    def _folder(self, account: str) -> ReportFolder:
        return ReportFolder(account, self._history(account).layout, self._damage)

    async def add_report(self, account: str, document: Document, received_at: datetime) -> AddedReport:
        """See Reports.add_report."""
        folder = self._folder(account)
        return await self._changing(
            f"storing a report for account {account}", lambda: folder.add(document, received_at)
        )

    async def add_reports(
        self, account: str, documents: Sequence[Document], received_at: datetime
    ) -> Sequence[AddedReport | Exception]:
        """See Reports.add_reports."""
        folder = self._folder(account)
        return await self._changing(
            f"storing reports for account {account}", lambda: folder.add_all(documents, received_at)
        )

    async def reports(
        self, account: str, *, most: int = 100, before: str | None = None
    ) -> Sequence[StoredReport]:
        """See Reports.reports."""
        folder = self._folder(account)
        return await self._reading(
            f"reading the reports of account {account}", lambda: folder.listed(most, before)
        )

    async def prune_reports(self, account: str, now: datetime) -> int:
        """See Reports.prune_reports."""
        folder = self._folder(account)
        return await self._changing(f"removing reports of account {account}", lambda: folder.prune(now))

    async def restore_reports(self, account: str, reports: Sequence[StoredReport]) -> int:
        """See Reports.restore_reports."""
        folder = self._folder(account)
        return await self._changing(
            f"restoring reports of account {account}", lambda: folder.restore(reports)
        )
