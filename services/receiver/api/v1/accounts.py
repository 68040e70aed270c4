"""The accounts that a key may read, each with how much is kept of it and how old its newest reading is."""

from datetime import datetime
from typing import Any

import structlog
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.answers import cacheable
from services.receiver.api.v1.routes import ACCOUNTS, add_route, drop_body, question_of
from services.receiver.context import Context, context_of, identify
from services.receiver.giving.answers import age_minutes, read_at
from services.receiver.live.silence import Reason, reason_of
from services.receiver.minding.watching import silence_in
from services.receiver.refusing.refusals import not_found
from shared.schemas.codec import encode
from shared.store.errors import StoreDamagedError
from shared.timestamps import to_iso

__all__ = ["BLUEPRINT"]

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def list_accounts(request: Request) -> HTTPResponse:
    """Describe every account that has something stored and that the key may read."""
    key = identify(request)
    await drop_body(request)
    question_of(request)
    context = context_of(request)
    names = [name for name in await context.store.accounts() if key.allows("read", name)]
    accounts, damaged = list[dict[str, Any]](), list[str]()
    for name in names:
        try:
            accounts.append(await _described(context, name))
        except StoreDamagedError as error:  # the others are listed all the same
            _log.error("an account cannot be described", account=name, error=str(error))
            damaged.append(name)
    told = {"accounts": accounts, "damaged": damaged} if damaged else {"accounts": accounts}
    return await cacheable(request, encode(told))


async def one_account(request: Request, account: str) -> HTTPResponse:
    """Describe one account that has something stored."""
    question_of(request)
    context = context_of(request)
    if account not in await context.store.accounts():
        raise not_found(
            f"Nothing is stored of {account!r}.", "The first snapshot or report makes an account."
        )
    return await cacheable(request, encode(await _described(context, account)))


async def _described(context: Context, account: str) -> dict[str, Any]:
    """Return how much is kept of an account (history and archive) and how old the newest is."""
    newest = await context.store.latest(account)
    oldest = await context.store.by_number(account, 1)
    months = await context.store.archives(account)
    times = [found.version.time for found in (oldest, newest) if found]
    times += [time for month in months for time in (month.oldest, month.newest) if time]
    return {
        "account": account,
        "versions": newest.total if newest else 0,
        "archived": sum(month.count for month in months),
        "oldest": to_iso(min(times)) if times else None,
        "newest": to_iso(max(times)) if times else None,
        "ageMinutes": (
            age_minutes(read_at(newest.version.document), context.clock.now()) if newest else None
        ),
        "silent": (await silence_in(context, account)).silent,
        "reason": await _reason(context, account, newest.version.time if newest else None),
    }


async def _reason(context: Context, account: str, read: datetime | None) -> Reason | None:
    """Return what the newest report says, if it is newer than the newest reading."""
    reports = await context.store.reports(account, most=1)
    if not reports or (read is not None and reports[0].time <= read):
        return None
    return reason_of(reports[0].time, reports[0].document)


BLUEPRINT = Blueprint("v1_accounts")
BLUEPRINT.add_route(list_accounts, ACCOUNTS, methods=["GET", "HEAD"], stream=True)
add_route(BLUEPRINT, "GET", "", "read", one_account)
