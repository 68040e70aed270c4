"""Reports of failed scrapes: sent one or many at a time, listed newest first."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import cacheable
from services.receiver.api.v1.posting import store_sent
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.context import context_of
from services.receiver.lists.cursors import ReportsCursor, read_cursor, write_cursor
from services.receiver.lists.pages import described
from services.receiver.refusing.refusals import not_found
from services.receiver.taking.intake import take_report, take_reports
from shared.schemas.codec import encode

__all__ = ["BLUEPRINT"]


_BEHIND = "~"
"""Sorts behind every character of an id: what comes before an id and this includes the id."""


async def post_reports(request: Request, account: str) -> HTTPResponse:
    """Store a report, or each of an array."""
    return await store_sent(request, account, take_report, take_reports)


async def list_reports(request: Request, account: str) -> HTTPResponse:
    """List reports, newest first: one that arrives meanwhile moves no other."""
    question = question_of(request, "limit", "cursor")
    limit = question.whole("limit", default=100, least=1, most=1000)
    text = question.text("cursor")
    before = read_cursor(text, ReportsCursor).before if text is not None else None
    found = await context_of(request).store.reports(account, most=limit + 1, before=before)
    page = found[:limit]
    following = write_cursor(ReportsCursor(page[-1].id)) if len(found) > limit else None
    return await cacheable(request, encode({"reports": [described(one) for one in page], "next": following}))


async def one_report(request: Request, account: str, report: str) -> HTTPResponse:
    """Answer the report with an id, as long as it is kept."""
    question_of(request)
    newest = await context_of(request).store.reports(account, most=1, before=report + _BEHIND)
    if not newest or newest[0].id != report:
        raise not_found(f"There is no report {report[:40]!r}.", "GET .../reports lists what there is.")
    return await cacheable(request, encode(described(newest[0])), tag=report)


BLUEPRINT = Blueprint("v1_reports")
add_route(BLUEPRINT, "POST", "/reports", "write", post_reports)
add_route(BLUEPRINT, "GET", "/reports", "read", list_reports)
add_route(BLUEPRINT, "GET", "/reports/<report:str>", "read", one_report)
