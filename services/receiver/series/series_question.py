"""What is asked of a series (pure): which limits, from when to when, in which steps, in which form."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from services.receiver.asking.limits import read_limit
from services.receiver.asking.questions import Question, bad_parameter
from shared.insight.series import Span, count_of_buckets, edge_before

__all__ = ["FORMS", "MOST_BUCKETS", "PARAMETERS", "Asked", "read_series_question"]

PARAMETERS = ("limit", "from", "to", "step", "format")

FORMS = ("json", "csv", "ndjson")

MOST_BUCKETS = 120_000
"""Steps of one limit in one answer: a year of five minutes."""

_USUAL = timedelta(days=7)
_MINUTE = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_STEP = re.compile(r"([0-9]{1,9})(s|m|h|d|w)?")
_SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LONGEST_STEP = 3660 * 86400
_SHOWN = 40


class Asked(Struct, frozen=True):
    """A question: `limits` are empty for all, `step` is in seconds, None for every reading."""

    limits: Sequence[str]
    span: Span
    step: int | None
    form: str


def read_series_question(question: Question, now: datetime, accepted: str) -> Asked:
    """Read the parameters; raises Refusal (400). `accepted` is the form to answer in when none is named.

    Left out, the range ends with the step (or the minute) that runs at `now`, and is a week long.
    """
    step = _read_step(question.text("step"))
    span = _read_span(question, step, now)
    if step is not None:
        _check_steps(span, step)
    form = question.choice("format", FORMS) if question.text("format") is not None else accepted
    return Asked(tuple(dict.fromkeys(map(read_limit, question.texts("limit")))), span, step, form)


def _read_step(text: str | None) -> int | None:
    if text is None:
        return None
    found = _STEP.fullmatch(text.strip())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST_STEP:
        raise bad_parameter(
            "step",
            f"step is {text[:_SHOWN]!r}, not a length of time of a second to ten years.",
            "Write it like 5m, 1h, 1d or 1w, or as seconds; leave it out for every reading.",
        )
    return seconds


def _read_span(question: Question, step: int | None, now: datetime) -> Span:
    start, end = question.moment("from"), question.moment("to")
    if end is None:
        running = _EPOCH + timedelta(seconds=edge_before(_second(now), step or _MINUTE))
        end = _moved(running, timedelta(seconds=step or _MINUTE))
    if start is None:
        start = _moved(end, -_USUAL)
    if start >= end:
        raise bad_parameter(
            "from",
            f"from ({_shown(start)}) is not before to ({_shown(end)}).",
            "The range begins with from and ends just before to; left out, to is now and from a week before.",
        )
    return Span(-(-_micros(start) // 1_000_000), -(-_micros(end) // 1_000_000))


def _check_steps(span: Span, step: int) -> None:
    count = count_of_buckets(span, step)
    if count > MOST_BUCKETS:
        least = -(-(span.end - span.start) // (MOST_BUCKETS - 1))
        raise bad_parameter(
            "step",
            f"These are {count} steps; one answer has {MOST_BUCKETS} at most.",
            f"Take a step of {least} seconds or more, or a shorter range.",
        )
    if edge_before(span.start, step) < _second(_FIRST):
        raise bad_parameter("from", "The first step would begin before the year 1.", "Take a later from.")


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return _LAST if by > timedelta(0) else _FIRST


def _second(moment: datetime) -> int:
    return _micros(moment) // 1_000_000


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _shown(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
