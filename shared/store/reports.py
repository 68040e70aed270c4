"""Reports as they are stored (pure): their names, what is believed of them, and how many are kept.

A report's id is made as a version's is: the time of the failure (or of its arrival, if that is earlier) and 8
hex digits of its content, so that the same report sent again is known. Reports are kept beside the versions,
bounded in number, bytes and age; the oldest leave first. They tell what failed lately, not for ever.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
from msgspec import Struct

from shared.schemas.codec import RECEIVED_AT, Document, digest, encode
from shared.schemas.reports import Report
from shared.store.keys import matches_digest, stamp, stamp_of, time_of, version_time

__all__ = [
    "KEPT_BYTES",
    "KEPT_COUNT",
    "KEPT_DAYS",
    "LONGEST",
    "AddedReport",
    "Reports",
    "StoredReport",
    "checked_report",
    "leaving",
    "outdated",
    "why_no_report",
]

KEPT_COUNT = 1000
"""Reports an account keeps: three days of nothing but failures at one in five minutes."""

KEPT_BYTES = 4 * 1024 * 1024
"""Bytes all of an account's reports may take, as they are encoded."""

KEPT_DAYS = 90
"""Days after which a janitor removes a report."""

LONGEST = 64 * 1024
"""Bytes of one report."""


class StoredReport(Struct, frozen=True):
    """A report as stored: the document it came as, with `receivedAt` added."""

    account: str
    id: str
    document: Document

    @property
    def time(self) -> datetime:
        """When the scrape failed, or the report arrived if that was earlier; in UTC, to the second."""
        return time_of(self.id)


class AddedReport(Struct, frozen=True):
    """The answer to a report: `duplicate` when the same one was stored before."""

    report: StoredReport
    duplicate: bool


class Reports(Protocol):
    """The part of a store that keeps reports. Every call may raise the errors of `shared.store.errors`."""

    async def add_report(self, account: str, document: Document, received_at: datetime) -> AddedReport:
        """Store a report for good, as far as the bounds allow: the oldest make room.

        Raises msgspec.ValidationError for a document that is no report or longer than 64 KiB.
        """
        ...

    async def add_reports(
        self, account: str, documents: Sequence[Document], received_at: datetime
    ) -> Sequence[AddedReport | Exception]:
        """Do what `add_report` does for many at once, in their order.

        What kept one of them from being stored is its outcome; an error that meets all is raised.
        """
        ...

    async def reports(
        self, account: str, *, most: int = 100, before: str | None = None
    ) -> Sequence[StoredReport]:
        """Return the newest reports, newest first, at most so many; only those older than the id `before`."""
        ...

    async def prune_reports(self, account: str, now: datetime) -> int:
        """Remove the reports that are outside the bounds at a moment; return how many."""
        ...

    async def restore_reports(self, account: str, reports: Sequence[StoredReport]) -> int:
        """Put reports back under their own ids; return how many were not there. Nothing is overwritten."""
        ...


def checked_report(document: Document) -> Report:
    """Return what a document says as a report. Raises msgspec.ValidationError."""
    if len(encode(document)) > LONGEST:
        raise msgspec.ValidationError(f"longer than {LONGEST} bytes")
    return msgspec.convert(document, Report, strict=True)


def why_no_report(report_id: str, document: Document) -> str | None:
    """Say why a document cannot be the report of that id, None when it is."""
    try:
        report = checked_report(document)
        arrived = datetime.fromisoformat(str(document[RECEIVED_AT])).astimezone(UTC)
        if not matches_digest(report_id, digest(document)):
            return "its content does not match its name"
        if version_time(report.at, arrived) != time_of(report_id):
            return "its time does not match its name"
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError, KeyError) as error:
        return f"not a report: {error}"
    return None


def leaving(sizes: Iterable[tuple[str, int]]) -> list[str]:
    """Return which reports (id, bytes) have to leave for the rest to be within number and bytes."""
    total = 0
    gone: list[str] = []
    for place, (report_id, size) in enumerate(sorted(sizes, reverse=True)):
        total += size
        if gone or place >= KEPT_COUNT or total > KEPT_BYTES:
            gone.append(report_id)
    return gone


def outdated(ids: Iterable[str], now: datetime) -> list[str]:
    """Return which reports are too old at a moment."""
    oldest = stamp(now - timedelta(days=KEPT_DAYS))
    return [report_id for report_id in ids if stamp_of(report_id) < oldest]
