"""From a stored snapshot to its readings, limit by limit (pure): the one place that knows where they stand.

A limit that the snapshot says it could not read is there without a percentage, with the reason; a limit of
which it says nothing is not there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from shared.insight.limits import CREDITS, SESSION, SONNET, WEEKLY, limit_of
from shared.schemas.figures import Figures, Shown, Spent, figures_of

__all__ = ["LimitReading", "in_utc", "is_correction", "moment_of", "readings_of"]

Fields = Mapping[str, Any]

_NO_SHARE = "the page gives no limit to the credits, so there is no percentage"
_MOST = 1e12
"""A percentage of credits beyond it, as of a limit of almost nothing, is none."""

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""No reset is told outside: what is reckoned with one stays among the times there are."""


class LimitReading(Struct, frozen=True, gc=False):
    """One limit at one moment. `percentage` is None when it is unknown; `reason` may say why.

    `resets_at` is UTC, `state` is `open`, `idle`, `unused` or another word of the scraper's.
    """

    percentage: float | None
    resets_at: datetime | None = None
    state: str | None = None
    reason: str | None = None


def readings_of(document: Fields | Figures) -> dict[str, LimitReading]:
    """Return what a valid snapshot's document, or its figures, say of each limit, by the limit's name."""
    figures = figures_of(document)
    reasons = _reasons_of(figures.extraction_errors) if figures.extraction_errors else {}
    found: dict[str, LimitReading] = {}
    is_partial = figures.is_partial
    for limit, shown in _sections_of(figures):
        if (is_partial or limit in reasons) and _is_filler(shown):
            continue
        found[limit] = LimitReading(shown.percentage_used, _moment(shown.resets_at), shown.state)
    if figures.credits is not None:
        found[CREDITS] = _credits(figures.credits)
    if figures.is_partial and not reasons:
        reasons = dict.fromkeys((SESSION, WEEKLY, SONNET))
    for limit, reason in reasons.items():
        if limit not in found:
            found[limit] = LimitReading(None, reason=reason)
    return found


def _sections_of(figures: Figures) -> list[tuple[str, Shown]]:
    found: list[tuple[str, Shown]] = []
    weekly = figures.weekly_limits
    if weekly is not None and weekly.scoped:
        found = [(f"{WEEKLY}:{name}", shown) for name, shown in weekly.scoped.items()]
    if figures.current_session is not None:
        found.append((SESSION, figures.current_session))
    if weekly is not None and weekly.all_models is not None:
        found.append((WEEKLY, weekly.all_models))
    if weekly is not None and weekly.sonnet_only is not None:
        found.append((SONNET, weekly.sonnet_only))
    return found


def _reasons_of(errors: Mapping[str, str]) -> dict[str, str | None]:
    return {limit: reason for section, reason in errors.items() if (limit := limit_of(section))}


def _is_filler(shown: Shown) -> bool:
    """Tell whether a section only fills its place: the origin sent 0 % without words for the unread."""
    return not (shown.percentage_used or shown.resets_in or shown.resets_at or shown.state)


def _credits(spent: Spent) -> LimitReading:
    percentage = spent.percentage_used
    if percentage is None and spent.limit:
        percentage = round(spent.used / spent.limit * 100, 2)
        percentage = percentage if percentage <= _MOST else None
    reason = _NO_SHARE if percentage is None else None
    return LimitReading(percentage, _moment(spent.resets_at), reason=reason)


def _moment(shown: datetime | None) -> datetime | None:
    if shown is None or not _EARLIEST <= shown < _LATEST:
        return None
    return in_utc(shown)


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC."""
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def moment_of(document: Fields | Figures) -> datetime:
    """Return when a snapshot's readings were true, to the microsecond, in UTC."""
    moment = figures_of(document).last_updated
    if moment is None:
        raise ValueError("a snapshot without lastUpdated")
    return in_utc(moment)


def is_correction(document: Fields | Figures) -> bool:
    """Tell whether a snapshot corrects what an earlier parser read of the same page at the same moment."""
    reparsed = document.reparsed_from if isinstance(document, Figures) else document.get("reparsedFrom")
    return bool(reparsed)
