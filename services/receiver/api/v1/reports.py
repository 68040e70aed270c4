"""Reports of failed scrapes: sent one or many at a time, listed newest first."""

from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import cacheable
from services.receiver.api.v1.routes import add_route, key_of, question_of
from services.receiver.batch import is_batch, items_of, results_of
from services.receiver.bodies import read_body
from services.receiver.context import context_of, json_answer
from services.receiver.cursors import ReportsCursor, read_cursor, write_cursor
from services.receiver.intake import take_report, take_reports
from services.receiver.refusals import Refusal
from shared.schemas.codec import RECEIVED_AT, encode
from shared.store.reports import AddedReport, StoredReport
from shared.timestamps import to_iso

__all__ = ["BLUEPRINT"]


async def post_reports(request: Request, account: str) -> HTTPResponse:
    """Store a report (201; 200 when it was stored before), or each of an array (200 with `results`)."""
    context, key = context_of(request), key_of(request)
    question_of(request)
    body = await read_body(request, takes_batch=True)
    if is_batch(body):
        taken = await take_reports(context, account, items_of(body), key)
        return json_answer(results_of([one if isinstance(one, Refusal) else _told(one) for one in taken]))
    told = _told(await take_report(context, account, body, key))
    return json_answer(told, told["status"])


def _told(added: AddedReport) -> dict[str, Any]:
    return {
        "status": 200 if added.duplicate else 201,
        "id": added.report.id,
        "duplicate": added.duplicate,
        "receivedAt": added.report.document.get(RECEIVED_AT),
        "account": added.report.account,
    }


async def list_reports(request: Request, account: str) -> HTTPResponse:
    """List reports, newest first: one that arrives meanwhile moves no other."""
    question = question_of(request, "limit", "cursor")
    limit = question.whole("limit", default=100, least=1, most=1000)
    text = question.text("cursor")
    before = read_cursor(text, ReportsCursor).before if text is not None else None
    found = await context_of(request).store.reports(account, most=limit + 1, before=before)
    page = found[:limit]
    following = write_cursor(ReportsCursor(page[-1].id)) if len(found) > limit else None
    return await cacheable(request, encode({"reports": [_described(one) for one in page], "next": following}))


def _described(report: StoredReport) -> dict[str, object]:
    own = {"id": report.id, "account": report.account, "time": to_iso(report.time)}
    return {**own, **report.document, **own}


BLUEPRINT = Blueprint("v1_reports")
add_route(BLUEPRINT, "POST", "/reports", "write", post_reports)
add_route(BLUEPRINT, "GET", "/reports", "read", list_reports)
