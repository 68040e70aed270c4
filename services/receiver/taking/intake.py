"""Taking in what is sent: checked, made durable, counted, told of; alone or many at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import structlog
from sanic import Request

from services.receiver.context import Context, context_of
from services.receiver.operating.requestfacts import note
from services.receiver.refusing.refusals import (
    SERVER_FAULT,
    STORAGE_FAILED,
    Refusal,
    internal_error,
    not_stored,
)
from services.receiver.taking.batch import Outcome, Receipt, checked_length, receipt_of
from services.receiver.taking.ingest import read_report, read_snapshot
from shared.errors import MarigraphError
from shared.schemas.codec import Document
from shared.store.reports import AddedReport

__all__ = ["take_report", "take_reports", "take_snapshot", "take_snapshots"]

_SIDE_BY_SIDE = 64
"""Snapshots of a batch that are checked and stored at once: they share the syncs of one group commit.

Reading so many takes about 5 ms, in which nobody else is answered.
"""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def take_snapshot(request: Request, account: str, body: bytes) -> Receipt:
    """Store one snapshot; it is on the disk when this returns. Raises Refusal and the store's errors."""
    receipt = await _stored(context_of(request), account, body)
    note(request, outcome=_outcome_of(receipt), version=receipt.id)
    return receipt


async def take_snapshots(request: Request, account: str, items: Sequence[bytes]) -> list[Outcome]:
    """Store many, each on its own, in their order: what is wrong with one stops no other."""
    context = context_of(request)
    taken = await _each(items, lambda item: _stored(context, account, item))
    note(request, **Counter(_outcome_of(one) for one in taken))
    return taken


async def take_report(request: Request, account: str, body: bytes) -> Receipt:
    """Store one report of a failed scrape; raises as `take_snapshot`."""
    context, document = context_of(request), read_report(body, account)
    receipt = _receipt_of_report(await context.store.add_report(account, document, context.clock.now()))
    context.came.add(account)
    note(request, outcome=_outcome_of(receipt), report=receipt.id)
    return receipt


async def take_reports(request: Request, account: str, items: Sequence[bytes]) -> list[Outcome]:
    """Store many reports, in their order: what is wrong with one stops no other."""
    context = context_of(request)
    read = [await _report_in(item, account) for item in items]
    documents = [one for one in read if not isinstance(one, Refusal)]
    added = iter(
        await context.store.add_reports(account, documents, context.clock.now()) if documents else ()
    )
    context.came.add(account)
    taken = [one if isinstance(one, Refusal) else _settled(next(added)) for one in read]
    note(request, **Counter(_outcome_of(one) for one in taken))
    return taken


async def _stored(context: Context, account: str, body: bytes) -> Receipt:
    """Check and store a snapshot, and tell everybody who wants to know."""
    snapshots = context.metrics.snapshots
    try:
        document = read_snapshot(checked_length(body), account)
    except Refusal:
        snapshots.labels("refused").inc()
        raise
    received_at = context.clock.now()
    try:
        appended = await context.store.append(account, document, received_at)
    except Exception:
        snapshots.labels("failed").inc()
        raise
    context.came.add(account)
    version = appended.version
    receipt = receipt_of(account, version.id, version.document, duplicate=appended.duplicate)
    snapshots.labels(_outcome_of(receipt)).inc()
    context.metrics.last_snapshot.set(received_at.timestamp())
    return receipt


async def _report_in(item: bytes, account: str) -> Document | Refusal:
    await asyncio.sleep(0)  # others are answered between two of them
    try:
        return read_report(checked_length(item), account)
    except Refusal as refusal:
        return refusal


def _settled(added: AddedReport | Exception) -> Outcome:
    return _explained(added) if isinstance(added, Exception) else _receipt_of_report(added)


def _receipt_of_report(added: AddedReport) -> Receipt:
    report = added.report
    return receipt_of(report.account, report.id, report.document, duplicate=added.duplicate)


def _outcome_of(taken: Outcome) -> str:
    if isinstance(taken, Refusal):
        return "refused" if taken.status < SERVER_FAULT else "failed"
    return "duplicate" if taken.duplicate else "stored"


async def _each(items: Sequence[bytes], take: Callable[[bytes], Awaitable[Receipt]]) -> list[Outcome]:
    """Take items in their order; what stops the store from taking any of some stops the rest as well."""
    taken: list[Outcome] = []
    for start in range(0, len(items), _SIDE_BY_SIDE):
        some = items[start : start + _SIDE_BY_SIDE]
        raised = await asyncio.gather(*(take(item) for item in some), return_exceptions=True)
        outcomes = [_explained(one) if isinstance(one, BaseException) else one for one in raised]
        taken += outcomes
        if all(_is_the_stores(one) for one in outcomes):
            return [*taken, *outcomes[-1:] * (len(items) - len(taken))]
    return taken


def _is_the_stores(outcome: Outcome) -> bool:
    """Tell whether the store could take nothing just now: the next would wait for it as long, in vain."""
    return isinstance(outcome, Refusal) and outcome.code == STORAGE_FAILED and outcome.status >= SERVER_FAULT


def _explained(error: BaseException) -> Refusal:
    """Turn what kept one item from being stored into its answer."""
    match error:
        case Refusal():
            return error
        case MarigraphError():
            return not_stored(error)
        case Exception():
            _log.error("an item of a batch failed", exc_info=error)
            return internal_error()
    raise error
