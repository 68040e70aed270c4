"""The printable report of resets, made of an account's folded days (pure)."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import structs

from services.receiver.giving.headers import of_page
from services.receiver.record import record_answers
from services.receiver.record.record_answers import Told
from services.receiver.record.record_question import Asked
from shared.insight import report
from shared.insight.limits import in_order
from shared.store.keys import time_of

__all__ = ["PAGE_HEADERS", "REPORT_TYPES", "report_of"]

REPORT_TYPES = {"text": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8"}

_POLICY = of_page(f"style-src {report.STYLE_SOURCE}")
PAGE_HEADERS: Mapping[str, str] = {name: value for name, value in _POLICY.items() if name != "Cache-Control"}


def report_of(told: Told, asked: Asked) -> bytes:
    """Write the report in the form that is asked for; a range that is open ends where the record does."""
    read = _read(told)
    start = asked.start or min(read[0] if read else told.as_of, asked.end or told.as_of)
    end = asked.end or max(told.as_of, start)
    answer, turns = record_answers.resets(told, asked)
    _, gaps = record_answers.gaps(told, structs.replace(asked, start=start, end=end))
    material = report.gathered(
        report.Asked(
            account=told.account,
            start=start,
            end=end,
            made=told.as_of,
            zone=asked.zone,
            zone_name=asked.zone_name,
            limits=in_order({limit for limit in told.record.limits if asked.wants(limit)}),
        ),
        turns,
        gaps,
        read,
        is_whole=answer.is_whole,
    )
    written = report.as_page if asked.form == "html" else report.as_text
    return written(material).encode()


def _read(told: Told) -> tuple[datetime, datetime] | None:
    """Return when the account was first and last read."""
    first = next((day.first for day in told.days if day.first), None)
    return (time_of(first), told.newest.time) if first and told.newest else None
