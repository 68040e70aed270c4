"""What the record says: windows, hits, resets, gaps, and what expired unused."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.pieces import accepted, sent
from services.receiver.api.v1.routes import Handler, add_route, question_of
from services.receiver.context import Context, context_of
from services.receiver.record import record_answers
from services.receiver.record.record_answers import Told, told_of
from services.receiver.record.record_forms import written
from services.receiver.record.record_question import FORMS, PARAMETERS, Asked, bad_zone, read_record_question
from services.receiver.record.record_report import PAGE_HEADERS, REPORT_TYPES, report_of
from services.receiver.record.record_reports import complete_since
from services.receiver.refusing.refusals import PATIENCE_SECONDS, still_reading
from services.receiver.series.series_forms import CONTENT_TYPES
from shared.insight.told.answers import About
from shared.insight.told.folded import FoldedDay
from shared.insight.told.rows import GapTold, HitTold, TurnTold, UnusedWindow, WindowTold
from shared.store.reports import KEPT_COUNT

__all__ = ["BLUEPRINT", "folded_days", "zone_of"]

_FORM = "1"
"""Changes when the same question about the same versions is answered otherwise."""

Answering = Callable[[Told, Asked], tuple[About, Sequence[Struct]]]


async def folded_days(context: Context, account: str) -> list[FoldedDay]:
    """Return an account's days as they are folded now; raises Refusal (503) when that takes too long."""
    try:
        return await context.records.of(context.store, account, PATIENCE_SECONDS)
    except TimeoutError as error:
        raise still_reading(PATIENCE_SECONDS) from error


def _handler(
    name: str,
    answering: Answering,
    kind: type[Struct],
    *,
    zoned: bool = False,
    explained: bool = False,
    printable: bool = False,
) -> Handler:
    """Make the handler of one resource: its rows are of a kind; `explained` by reports of failed scrapes.

    What is `printable` can be had as a report, too.
    """
    forms = (*FORMS, *REPORT_TYPES) if printable else FORMS

    async def handle(request: Request, account: str) -> HTTPResponse | None:
        context = context_of(request)
        known = (*PARAMETERS, "tz") if zoned else PARAMETERS
        question = question_of(request, *known, repeatable=("limit",))
        zone = zone_of(question.text("tz"))
        asked = read_record_question(question, accepted(request), forms, zone)
        days = await folded_days(context, account)
        reports = await context.store.reports(account, most=KEPT_COUNT) if explained else ()
        now = context.clock.now()
        told = told_of(account, days, now, [one.document for one in reports], complete_since(reports, now))
        said = hashlib.sha256(repr((_FORM, name, account, asked)).encode() + told.tag)
        tag = said.hexdigest()[:32]
        if asked.form in REPORT_TYPES:
            page = iter([report_of(told, asked)])
            more = PAGE_HEADERS if asked.form == "html" else {}
            return await sent(request, page, kind=REPORT_TYPES[asked.form], tag=tag, more=more)
        answer, rows = answering(told, asked)
        pieces = written(answer, rows, asked.form, kind)
        return await sent(request, pieces, kind=CONTENT_TYPES[asked.form], tag=tag)

    handle.__name__ = name
    return handle


def zone_of(name: str | None) -> tzinfo:
    """Return the time zone of a name, UTC without one; raises Refusal (400)."""
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise bad_zone(name) from error


BLUEPRINT = Blueprint("v1_record")

_RESOURCES = (
    ("windows", _handler("windows", record_answers.windows, WindowTold)),
    ("hits", _handler("hits", record_answers.hits, HitTold, zoned=True)),
    (
        "resets",
        _handler("resets", record_answers.resets, TurnTold, zoned=True, explained=True, printable=True),
    ),
    ("gaps", _handler("gaps", record_answers.gaps, GapTold, zoned=True, explained=True)),
    ("unused", _handler("unused", record_answers.unused, UnusedWindow)),
)
for _name, _answered in _RESOURCES:
    add_route(BLUEPRINT, "GET", f"/{_name}", "read", _answered)
