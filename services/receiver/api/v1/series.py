"""The course of the limits over time: every reading of a range, or a summary of each step."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from msgspec import Struct
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.v1.pieces import accepted, sent
from services.receiver.api.v1.routes import add_route, question_of
from services.receiver.context import Context, context_of
from services.receiver.refusing.refusals import PATIENCE_SECONDS, Refusal, still_reading
from services.receiver.series.series_forms import CONTENT_TYPES, piece, written
from services.receiver.series.series_question import PARAMETERS, Asked, read_series_question
from shared.insight.days import Day
from shared.insight.limits import in_order
from shared.insight.readings import readings_of
from shared.insight.series import DAY, Span, buckets, count_of_buckets, limits_in, parts_of, points

__all__ = ["BLUEPRINT"]

_MOST_VERSIONS = 250_000
_MOST_ROWS = 1_000_000
_FORM = b"1"
"""Changes when the same question about the same versions is answered otherwise."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Found(Struct, frozen=True):
    """A question, and what it is answered from."""

    account: str
    asked: Asked
    limits: Sequence[str]
    days: Sequence[Day]

    @property
    def tag(self) -> str:
        """Another for any other answer."""
        said = hashlib.sha256(_FORM + repr((self.account, self.asked, self.limits)).encode())
        for day in self.days:
            said.update(day.tag)
        return said.hexdigest()[:32]


async def series(request: Request, account: str) -> HTTPResponse | None:
    """Answer the course of some or all limits; a long answer is streamed."""
    context = context_of(request)
    question = question_of(request, *PARAMETERS, repeatable=("limit",))
    asked = read_series_question(question, context.clock.now(), accepted(request))
    days = await _days(context, account, asked)
    limits = asked.limits or in_order(limits_in(days) or await _latest_limits(context, account))
    found = _Found(account, asked, limits, days)
    _check_rows(found)
    return await sent(request, _pieces(context, found), kind=CONTENT_TYPES[asked.form], tag=found.tag)


async def _days(context: Context, account: str, asked: Asked) -> Sequence[Day]:
    first, last = _date(asked.span.start), _date(asked.span.end - 1)
    calendar = await context.store.calendar(account, first, last)
    if calendar.at_most > _MOST_VERSIONS:
        raise _too_much(
            f"The range holds up to {calendar.at_most} versions; one answer is made of {_MOST_VERSIONS}."
        )
    try:
        return await context.days.of(context.store, account, calendar.marks, PATIENCE_SECONDS)
    except TimeoutError as error:
        raise still_reading(PATIENCE_SECONDS) from error


async def _latest_limits(context: Context, account: str) -> set[str]:
    """Return the limits of the newest version: a time without any reading is a gap in these."""
    found = await context.store.latest(account)
    readings = readings_of(found.version.document) if found else {}
    return {limit for limit, reading in readings.items() if reading.percentage is not None}


def _check_rows(found: _Found) -> None:
    """Raise Refusal when an answer would have too many rows."""
    asked = found.asked
    if asked.step is None:
        rows = sum(_rows_of(day, found.limits) for day in found.days)
    else:
        rows = count_of_buckets(asked.span, asked.step) * len(found.limits)
    if rows > _MOST_ROWS:
        raise _too_much(
            f"This would be {rows} rows for {len(found.limits)} limits; one answer has {_MOST_ROWS}."
        )


def _rows_of(day: Day, limits: Sequence[str]) -> int:
    columns = [day.columns[limit] for limit in limits if limit in day.columns]
    return sum(len(column.places) + len(column.unread) for column in columns)


def _too_much(message: str) -> Refusal:
    return Refusal(
        400,
        "VALIDATION_OUT_OF_RANGE",
        message,
        "Ask for a shorter range, a longer step or fewer limits.",
        field="from",
    )


def _pieces(context: Context, found: _Found) -> Iterator[bytes]:
    shown = (_shown(found.asked.span.start), _shown(found.asked.span.end))
    parts = ((limit, _parts(context, found, limit)) for limit in found.limits)
    return written(found.account, found.asked, shown, parts)


def _parts(context: Context, found: _Found, limit: str) -> Iterator[bytes]:
    """Yield the rows of a limit piece by piece; whole days that were written before are at hand."""
    asked, days = found.asked, found.days
    starts = [day.start for day in days]
    for part in _spans(asked, days):
        own = days[max(0, bisect_left(starts, part.start - DAY + 1)) : bisect_left(starts, part.end)]
        if part.end - part.start == DAY and part.start % DAY == 0:
            tag = own[0].tag if own else str(part.start).encode()
            name = (found.account, limit, tag, asked.step, asked.form)
            yield context.pieces.of(name, partial(_piece, asked, limit, own, part))
        else:
            yield _piece(asked, limit, own, part)


def _spans(asked: Asked, days: Sequence[Day]) -> Iterator[Span]:
    """Cut the range into pieces; without a step only where there is something."""
    if asked.step is not None:
        yield from parts_of(asked.span, asked.step)
        return
    for day in days:
        yield Span(max(asked.span.start, day.start), min(asked.span.end, day.start + DAY))


def _piece(asked: Asked, limit: str, days: Sequence[Day], part: Span) -> bytes:
    if asked.step is None:
        return piece(asked.form, limit, [point for day in days for point in points(day, limit, part)])
    return piece(asked.form, limit, buckets(days, limit, part, asked.step))


def _date(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).date().isoformat()


def _shown(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


BLUEPRINT = Blueprint("v1_series")
add_route(BLUEPRINT, "GET", "/series", "read", series)
