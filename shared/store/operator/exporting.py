"""Writing a store, or a part of it, as lines that can be imported elsewhere."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from shared.store.base import Part, Store
from shared.store.metadata import Lifetime
from shared.store.operator.exported import (
    FORMAT,
    End,
    Head,
    counts_line,
    end_line,
    head_line,
    report_line,
    version_line,
)
from shared.store.operator.progress import Progress
from shared.timestamps import to_iso_millis

__all__ = ["Exported", "Wanted", "export"]

_PARTS: tuple[Part, ...] = ("history", "archive")
"""In this order, so that a version that a janitor archives meanwhile is met at least once."""

_PAGE = 100


class Wanted(Struct, frozen=True, kw_only=True):
    """What to export: accounts (all when empty) and start <= time < end; None leaves a side open."""

    accounts: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is left out by time, so that the counts of the whole life belong to it."""
        return self.start is None and self.end is None


class Exported(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was written."""

    accounts: Sequence[str]
    versions: int
    reports: int
    damaged: int = 0
    """Files and parts of archives that could not be believed, and so are not in it; the log names them."""


class _Sink:
    """Passes lines on and sums them up."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._sum = hashlib.sha256()
        self.versions = self.reports = 0

    def put(self, line: bytes) -> None:
        self._sum.update(line)
        self._write(line)

    def end(self) -> None:
        end = End(versions=self.versions, reports=self.reports, sha256=self._sum.hexdigest())
        self._write(end_line(end))


async def export(
    store: Store, wanted: Wanted, now: datetime, write: Callable[[bytes], object], progress: Progress
) -> Exported:
    """Write what is wanted, oldest first. Raises the store's errors, and what `write` raises.

    What arrives meanwhile may or may not be in it; what was there when it began is, or was deleted.
    """
    seen = store.damage_seen()
    accounts = list(wanted.accounts) or list(await store.accounts())
    sink = _Sink(write)
    head = Head(
        marigraph="export",
        format=FORMAT,
        exported_at=to_iso_millis(now),
        accounts=accounts,
        start=to_iso_millis(wanted.start) if wanted.start else None,
        end=to_iso_millis(wanted.end) if wanted.end else None,
    )
    sink.put(head_line(head))
    for account in accounts:
        await _account(store, account, wanted, sink, progress)
    sink.end()
    return Exported(
        accounts=accounts, versions=sink.versions, reports=sink.reports, damaged=store.damage_seen() - seen
    )


async def _account(store: Store, account: str, wanted: Wanted, sink: _Sink, progress: Progress) -> None:
    for part in _PARTS:
        async for version in store.stream(account, wanted.start, wanted.end, part=part):
            sink.put(version_line(part, version))
            sink.versions += 1
            progress.step()
    await _reports(store, account, wanted, sink)
    if wanted.whole:
        metadata = await store.metadata(account)
        lifetime = Lifetime(
            created=metadata.total_versions_created,
            deleted=metadata.total_versions_deleted,
            last_cleanup=metadata.last_cleanup,
        )
        if lifetime != Lifetime():
            sink.put(counts_line(account, lifetime))


async def _reports(store: Store, account: str, wanted: Wanted, sink: _Sink) -> None:
    before: str | None = None
    while page := await store.reports(account, most=_PAGE, before=before):
        for report in page:
            if (wanted.start is None or report.time >= wanted.start) and (
                wanted.end is None or report.time < wanted.end
            ):
                sink.put(report_line(report))
                sink.reports += 1
        before = page[-1].id
