"""Asking for a scrape now: a key that may write asks, a collector waits for that, who asked looks on.

The receiver never reaches out to a collector: that may stand behind a router, and stays out of reach.
"""

import re
from typing import Any

import structlog
from msgspec import ValidationError
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.admission.auth import Key, Scope
from services.receiver.admission.hiding import holds_key
from services.receiver.api.v1.routes import add_route, drop_body, key_of, question_of
from services.receiver.asking.questions import bad_parameter
from services.receiver.context import Context, authorise, context_of, json_answer
from services.receiver.live.requests import MOST_WAITING, ScrapeRequests
from services.receiver.live.trigger import Asked, LastFailure, described, last_failure_in
from services.receiver.refusing.problems import ROOT
from services.receiver.refusing.refusals import Refusal, key_ended
from shared.errors import MarigraphError
from shared.schemas.codec import decode_report
from shared.schemas.usage import DEFAULT_ACCOUNT
from shared.timestamps import to_iso_millis

__all__ = ["BLUEPRINT"]

LONGEST_WAIT = 25
"""Seconds; under what servers and proxies cut silent requests off after."""

_COLLECTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_AGAIN_SECONDS = 30

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def ask_scrape(request: Request, account: str) -> HTTPResponse:
    """Ask for a scrape; 202 with where to see what comes of it."""
    question_of(request)
    await drop_body(request)
    asked, is_new = await _asked(request, account, key_of(request).shown)
    body = described(account, asked, context_of(request).clock.now())
    body |= {
        "alreadyAsked": not is_new,
        "lastFailure": await _last_failure(request, key_of(request), account),
    }
    answer = json_answer({**body, **_where(account, asked)}, 202)
    answer.headers["Location"] = _path(account)
    return answer


def _fetches(request: Request) -> bool:
    """Tell whether a collector asks, who takes the request away; to a HEAD nothing is given."""
    return request.method == "GET" and "collector" in request.get_args(keep_blank_values=True)


def _scope_of(request: Request) -> Scope:
    return "write" if _fetches(request) else "read"


async def look_or_fetch(request: Request, account: str) -> HTTPResponse:
    """Say how the last request stands; with `?collector=` wait for one and take it: 200, or 204 for none."""
    question = question_of(request, "wait", "collector")
    collector = question.text("collector")
    seconds = question.whole("wait", default=0, least=0, most=LONGEST_WAIT)
    if collector is not None and _fetches(request):
        return await _fetch(request, account, collector, seconds)
    asked = await _requests(request).look(account)
    answer = json_answer(described(account, asked, context_of(request).clock.now()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _fetch(request: Request, account: str, collector: str, seconds: int) -> HTTPResponse:
    key, context, requests = key_of(request), context_of(request), _requests(request)
    if not _COLLECTOR.fullmatch(collector) or holds_key(request, collector):  # it is kept and told
        raise bad_parameter(
            "collector", "collector is not a name.", "Use letters, digits, dots and dashes, 64 at most."
        )
    if requests.waiting >= MOST_WAITING:
        raise _full()

    def may_wait() -> bool:
        return not context.stopping and context.keys.still_allows(key, "write", account)

    taken = await requests.fetch(account, collector, seconds, may_wait)
    if not context.keys.still_allows(key, "write", account):
        raise key_ended()
    if taken is None:
        return HTTPResponse(status=204, headers={"Cache-Control": "no-store"})
    context.metrics.scrape_requests.labels("fetched").inc()
    _log.info("scrape request fetched", account=account, asked_by=taken.by, collector=collector)
    answer = json_answer(described(account, taken, context.clock.now()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def trigger(request: Request) -> HTTPResponse:
    """Ask for a scrape of `default` as the origin's consumers do."""
    key = authorise(request, "write", DEFAULT_ACCOUNT)
    await drop_body(request)
    asked, is_new = await _asked(request, DEFAULT_ACCOUNT, key.shown)
    now = context_of(request).clock.now()
    return json_answer(
        {
            "success": True,
            "message": "A scrape is asked for." if is_new else "A scrape was asked for before, and waits.",
            "timestamp": to_iso_millis(now),
            "alreadyAsked": not is_new,
            **described(DEFAULT_ACCOUNT, asked, now),
            "lastFailure": await _last_failure(request, key, DEFAULT_ACCOUNT),
            **_where(DEFAULT_ACCOUNT, asked),
        },
        202,
    )


async def _asked(request: Request, account: str, by: str) -> tuple[Asked, bool]:
    context: Context = context_of(request)
    asked, is_new = await _requests(request).ask(account, by)
    context.metrics.scrape_requests.labels("asked" if is_new else "repeated").inc()
    if is_new:
        _log.info("scrape asked for", account=account, by=by)
    return asked, is_new


async def _last_failure(request: Request, key: Key, account: str) -> LastFailure | None:
    """Return what may keep the scraper from fetching, if it can be told: the asking has succeeded anyhow."""
    if not key.allows("read", account):
        return None
    context = context_of(request)
    now = context.clock.now()
    try:
        reports = await context.store.reports(account, most=1)
        if not reports:
            return None
        found = await context.store.as_of(account, now)
        report = decode_report(reports[0].document)
    except (MarigraphError, ValidationError):
        return None
    return last_failure_in(report, found.version.time if found else None, now)


def _where(account: str, asked: Asked) -> dict[str, Any]:
    """Say where what comes of it will be seen."""
    base = f"{ROOT}/accounts/{account}"
    return {
        "status": _path(account),
        "events": f"{base}/events?after={to_iso_millis(asked.at)}",
        "latest": f"{base}/snapshots?order=desc&limit=1",
    }


def _path(account: str) -> str:
    return f"{ROOT}/accounts/{account}/scrape"


def _requests(request: Request) -> ScrapeRequests:
    requests: ScrapeRequests = request.app.ctx.scrape_requests
    return requests


def _full() -> Refusal:
    refusal = Refusal(503, "INTERNAL_ERROR", "As many collectors wait as may at a time.", "Try again later.")
    refusal.headers["Retry-After"] = str(_AGAIN_SECONDS)
    return refusal


BLUEPRINT = Blueprint("v1_scrape")
add_route(BLUEPRINT, "POST", "/scrape", "write", ask_scrape)
add_route(BLUEPRINT, "GET", "/scrape", _scope_of, look_or_fetch)
BLUEPRINT.add_route(trigger, "/api/claude/console-usage/trigger", methods=["POST"], stream=True)
