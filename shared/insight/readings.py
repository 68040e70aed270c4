"""From a stored snapshot to its readings, limit by limit (pure): the one place that knows where they stand.

A limit that the snapshot says it could not read is there without a percentage, with the reason; a limit of
which it says nothing is not there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, convert

from shared.insight.limits import CREDITS, SESSION, SONNET, WEEKLY, limit_of

__all__ = ["LimitReading", "is_correction", "moment_of", "readings_of"]

Fields = Mapping[str, Any]

_NO_SHARE = "the page gives no limit to the credits, so there is no percentage"


class LimitReading(Struct, frozen=True):
    """One limit at one moment. `percentage` is None when it is unknown; `reason` may say why.

    `resets_at` is UTC, `state` is `open`, `idle`, `unused` or another word of the scraper's.
    """

    percentage: float | None
    resets_at: datetime | None = None
    state: str | None = None
    reason: str | None = None


def readings_of(document: Fields) -> dict[str, LimitReading]:
    """Return what a valid snapshot's document says of each limit, by the limit's name."""
    reasons = _reasons_of(document)
    found = {
        limit: _reading(fields)
        for limit, fields in _sections_of(document)
        if not (_is_filler(fields) and (limit in reasons or document.get("isPartial")))
    }
    if spent := document.get("credits"):
        found[CREDITS] = _credits(spent)
    if document.get("isPartial") and not reasons:
        reasons = dict.fromkeys((SESSION, WEEKLY, SONNET))
    for limit, reason in reasons.items():
        if limit not in found:
            found[limit] = LimitReading(None, reason=reason)
    return found


def _sections_of(document: Fields) -> list[tuple[str, Fields]]:
    weekly = document.get("weeklyLimits") or {}
    scoped = [(f"{WEEKLY}:{name}", fields) for name, fields in (weekly.get("scoped") or {}).items()]
    named = [
        (SESSION, document.get("currentSession")),
        (WEEKLY, weekly.get("allModels")),
        (SONNET, weekly.get("sonnetOnly")),
    ]
    return scoped + [(limit, fields) for limit, fields in named if fields]


def _reasons_of(document: Fields) -> dict[str, str | None]:
    reasons = document.get("extractionErrors") or {}
    return {limit: reason for section, reason in reasons.items() if (limit := limit_of(section))}


def _is_filler(fields: Fields) -> bool:
    """Tell whether a section only fills its place: the origin sent 0 % without words for the unread."""
    return not (
        fields["percentageUsed"] or fields.get("resetsIn") or fields.get("resetsAt") or fields.get("state")
    )


def _reading(fields: Fields) -> LimitReading:
    return LimitReading(fields["percentageUsed"], _moment(fields.get("resetsAt")), fields.get("state"))


def _credits(fields: Fields) -> LimitReading:
    percentage = fields.get("percentageUsed")
    if percentage is None and fields.get("limit"):
        percentage = round(fields["used"] / fields["limit"] * 100, 2)
    reason = _NO_SHARE if percentage is None else None
    return LimitReading(percentage, _moment(fields.get("resetsAt")), reason=reason)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return convert(text, datetime).astimezone(UTC)  # as it was checked: more spellings than Python's
    except OverflowError:  # within hours of the year 1 or 10000: no reset is there
        return None


def moment_of(document: Fields) -> datetime:
    """Return when a snapshot's readings were true, to the microsecond, in UTC."""
    return convert(document["lastUpdated"], datetime).astimezone(UTC)


def is_correction(document: Fields) -> bool:
    """Tell whether a snapshot corrects what an earlier parser read of the same page at the same moment."""
    return bool(document.get("reparsedFrom"))
