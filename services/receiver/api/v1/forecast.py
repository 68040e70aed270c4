"""What is expected of each limit's window, and how good such forecasts were."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.asof import record_at
from services.receiver.api.v1.pieces import accepted, sent
from services.receiver.api.v1.record import folded_days, zone_of
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.asking.limits import read_limit
from services.receiver.asking.questions import bad_parameter
from services.receiver.context import Context, context_of
from services.receiver.forecasting.forecast_answers import cuts_of, newest_at, whole_minute
from services.receiver.giving.answers import STALE_AFTER
from services.receiver.record.record_forms import written
from services.receiver.record.record_question import FORMS
from services.receiver.refusing.refusals import PATIENCE_SECONDS, still_reading
from services.receiver.series.series_forms import CONTENT_TYPES
from shared.insight.asof import known_at
from shared.insight.days import Day
from shared.insight.forecast.foreseen import TRIED, foreseen
from shared.insight.forecast.paths import DAYS_BACK
from shared.insight.forecast.trail import joined
from shared.insight.limits import SESSION, in_order
from shared.insight.told.forecasts import ForecastsTold, LimitForecast

__all__ = ["BLUEPRINT"]

_FORM = "2"
"""Changes when the same question about the same versions is answered otherwise."""

_READ_BACK = timedelta(seconds=TRIED) + timedelta(days=DAYS_BACK)
"""Forecasts are made of so many days, and so are those that are made again to be scored."""


class _Asked(NamedTuple):
    limits: Sequence[str]
    at: datetime
    zone: str | None
    form: str


async def forecast(request: Request, account: str) -> HTTPResponse | None:
    """Answer what is expected now, or what would have been said at a moment of the past."""
    context = context_of(request)
    asked = _asked(request, context.clock.now())
    found = await context.store.as_of(account, asked.at)
    version = found.version if found else None
    moment = whole_minute(version.time, asked.at) if version else asked.at.replace(second=0, microsecond=0)
    days = await _days(context, account, moment)
    said = hashlib.sha256(repr((_FORM, account, asked._replace(at=moment), version and version.id)).encode())
    for day in days:
        said.update(day.tag)
    answer = ForecastsTold(
        account=account,
        as_of=moment,
        newest=newest_at(version, moment, STALE_AFTER) if version else None,
        zone=asked.zone or "UTC",
        limits=[],
    )
    rows = await _patiently(context, account, asked, moment, days) if version else []
    pieces = written(answer, rows, asked.form, LimitForecast)
    return await sent(request, pieces, kind=CONTENT_TYPES[asked.form], tag=said.hexdigest()[:32])


def _asked(request: Request, now: datetime) -> _Asked:
    question = question_of(request, "limit", "at", "tz", "format", repeatable=("limit",))
    zone_of(question.text("tz"))
    at = question.moment("at")
    if at is not None and at > now:
        raise bad_parameter("at", "at is ahead of now.", "Leave it out to be told what is expected now.")
    is_named = question.text("format") is not None
    form = question.choice("format", FORMS) if is_named else accepted(request)
    limits = tuple(dict.fromkeys(map(read_limit, question.texts("limit"))))
    return _Asked(limits, at or now, question.text("tz"), form)


async def _days(context: Context, account: str, moment: datetime) -> list[Day]:
    first = (moment - _READ_BACK).date().isoformat()
    calendar = await context.store.calendar(account, first, moment.date().isoformat())
    try:
        return await context.days.of(context.store, account, calendar.marks, PATIENCE_SECONDS)
    except TimeoutError as error:
        raise still_reading(PATIENCE_SECONDS) from error


async def _patiently(
    context: Context, account: str, asked: _Asked, moment: datetime, days: Sequence[Day]
) -> list[LimitForecast]:
    """Make the forecasts; what was made stays, so that whoever asks again later waits less."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _forecasts(context, account, asked, moment, days)
    except TimeoutError as error:
        raise still_reading(PATIENCE_SECONDS) from error


async def _forecasts(
    context: Context, account: str, asked: _Asked, moment: datetime, days: Sequence[Day]
) -> list[LimitForecast]:
    record = await record_at(context, account, moment)
    cuts = cuts_of(await folded_days(context, account), {day.date for day in days})
    trails = await context.forecasts.trails(account, days, cuts)
    tags = {day.date: day.tag for day in days}
    zone, until = zone_of(asked.zone), int(moment.timestamp())
    found = []
    for limit in in_order(set(record.limits)):
        if asked.limits and limit not in asked.limits:
            continue
        trail = trails.get(limit) or joined(())
        busy = trails.get(SESSION, trail).uses
        tries = await context.forecasts.tries(
            (account, limit), trail, busy, (asked.zone or "UTC", zone), (until - TRIED, until), tags
        )
        known = known_at(record.limits[limit].course, moment)
        expecting = partial(context.forecasts.expected, account, limit)
        found.append(foreseen(limit, known, trail, busy, moment, zone=zone, tries=tries, expecting=expecting))
    return found


BLUEPRINT = Blueprint("v1_forecast")
add_route(BLUEPRINT, "GET", "/forecast", "read", forecast)
