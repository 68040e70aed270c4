"""Reports in a bucket."""

import math
from collections.abc import Sequence
from datetime import datetime

from shared.schemas.codec import Document
from shared.store.outcomes import each
from shared.store.reports import AddedReport, StoredReport
from shared.store.s3 import taking
from shared.store.s3.accounts import Accounts
from shared.store.s3.forms import Item
from shared.store.s3.shelves import Shelved

__all__ = ["Reporting"]


class Reporting(Accounts):
    """See Reports."""

    async def add_report(self, account: str, document: Document, received_at: datetime) -> AddedReport:
        """See Reports.add_report."""
        ledger = self._ledger(account)
        return await ledger.commit(taking.report(account, document, received_at))

    async def add_reports(
        self, account: str, documents: Sequence[Document], received_at: datetime
    ) -> Sequence[AddedReport | Exception]:
        """See Reports.add_reports."""
        return await each(self.add_report(account, document, received_at) for document in documents)

    async def reports(
        self, account: str, *, most: int = 100, before: str | None = None
    ) -> Sequence[StoredReport]:
        """See Reports.reports."""
        view = await self._view(account, math.inf)

        def newest(shelved: Shelved) -> list[Item]:
            """Take spans from the newest one back: ids alone tell the order of reports."""
            found: list[str] = []
            for span in reversed(shelved.spans(None, before)):
                rows = shelved.rows(span, None, before)
                found += list(reversed(rows))[: most - len(found)]
                if len(found) >= most:
                    break
            return [item for report_id in found if (item := shelved.item(report_id))]

        items = await self._settled(lambda held: newest(Shelved(view.reports, held)))
        return [StoredReport(account, item.id, item.read()) for item in items]

    async def prune_reports(self, account: str, now: datetime) -> int:
        """See Reports.prune_reports."""
        return await self._commit(account, taking.prune_reports(now))

    async def restore_reports(self, account: str, reports: Sequence[StoredReport]) -> int:
        """See Reports.restore_reports."""
        return await self._commit(account, taking.restore_reports(reports))
