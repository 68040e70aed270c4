"""The forecast of a limit as it is told (pure): what is expected, or why nothing is, and how good it was."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec.structs import replace

from shared.insight.asof import Known
from shared.insight.forecast.expecting import expected
from shared.insight.forecast.line import line, pace_of
from shared.insight.forecast.outlook import HOLDS, TOLD, Outlook
from shared.insight.forecast.paths import Question
from shared.insight.forecast.scores import Score, Scores, scored
from shared.insight.forecast.spread import Band
from shared.insight.forecast.trail import DAY, FULL, Trail, Uses
from shared.insight.forecast.tries import FRESH, NEEDED, Try, asked, known_seconds
from shared.insight.limits import SESSION
from shared.insight.told.forecasts import Accuracy, AtReset, HitAhead, Judgement, LimitForecast, Prospect

__all__ = ["TRIED", "foreseen"]

JUDGED = 28 * DAY
"""Seconds of the past whose forecasts are told as scored."""

TRIED = 2 * JUDGED
"""Seconds of the past whose forecasts are made again: from the older ones the first of the others learned."""

_MINUTE = timedelta(minutes=1)


def foreseen(
    limit: str,
    known: Known,
    trail: Trail,
    busy: Uses,
    now: datetime,
    *,
    zone: tzinfo,
    tries: Sequence[Try] = (),
    expecting: Callable[[Question, float], Outlook] = expected,
) -> LimitForecast:
    """Say what is expected of a limit at `now`.

    `known` is what is known then. `trail` may go on after `now`, nothing of that is looked at; `busy` are the
    uses that tell best how much is done just then (those of the session, where there is one). `expecting` may
    remember what it was asked.
    """
    second, is_session = int(now.timestamp()), limit == SESSION
    had = known_seconds(trail.uses, second)
    scores, shares = scored(limit, tries, second - JUDGED)
    told = LimitForecast(
        limit=limit,
        status="forecast",
        percentage=known.percentage,
        age_minutes=known.age // _MINUTE,
        version=known.version,
        resets_at=known.resets_at,
        doubtful=known.doubtful,
        known_hours=int(had // 3600),
        needed_hours=NEEDED[is_session] // 3600,
        judgement=_judgement(scores) if tries else None,
    )
    if (reason := _why_not(told, known, had, is_session=is_session)) is not None:
        return replace(told, status=reason[0], reason=reason[1])
    found = asked(trail, busy, second, zone)
    if found is None:
        return replace(told, status="unknown", reason="what was read last does not fit what was read before")
    question, edge = found
    pace, ahead = pace_of(edge, question.now), question.reset - question.now
    outlook = expecting(question, pace)
    return replace(
        told,
        hit=_hit_ahead(outlook, shares.of_time(ahead), second),
        at_reset=_at_reset(outlook.at_reset.band(shares.of_level(ahead))),
        straight_line=_points(line(question, pace)[0]),
        holds=HOLDS,
    )


def _why_not(
    told: LimitForecast, known: Known, had: float, *, is_session: bool
) -> tuple[Prospect, str] | None:
    if known.percentage is None:
        return "unknown", known.reason or "the percentage is unknown"
    if known.resets_at is None and not known.percentage and known.state in {"idle", "unused"}:
        return "idle", "no window is open: it begins with the next use"
    if known.percentage >= FULL:
        return "full", "100 % is reached"
    if known.resets_at is None:
        return "no_reset", "no reset is announced"
    if known.age > timedelta(seconds=FRESH[is_session]):
        return "stale", f"the newest reading is {told.age_minutes} minutes old"
    if had < NEEDED[is_session]:
        return "not_enough_data", f"{told.known_hours} hours of use are known, {told.needed_hours} are needed"
    return None


def _hit_ahead(outlook: Outlook, share: float, now: int) -> HitAhead:
    band, reset = outlook.full_at.band(share), outlook.full_at.most
    is_told = outlook.chance >= TOLD
    first, likely, last = (
        _moment(max(now, at)) if is_told and at < reset else None for at in (band.low, band.likely, band.high)
    )
    return HitAhead(chance=round(outlook.chance, 2), earliest=first, likely=likely, latest=last)


def _at_reset(band: Band) -> AtReset:
    return AtReset(low=_points(band.low), likely=_points(band.likely), high=_points(band.high))


def _points(value: float) -> float | int:
    rounded = round(value, 1)
    return int(rounded) if rounded.is_integer() else rounded


def _moment(second: float) -> datetime:
    return datetime.fromtimestamp(round(second / 60) * 60, UTC)


def _judgement(scores: Scores) -> Judgement:
    return Judgement(
        windows=scores.windows,
        at_reset=_accuracy(scores.at_reset, 1),
        hit_time=_accuracy(scores.full_at, 60),
        mean_chance=_rounded(scores.chance),
        hit_share=_rounded(scores.hit),
        untold_hits=scores.untimed_hits,
    )


def _accuracy(score: Score, unit: float) -> Accuracy:
    return Accuracy(
        forecasts=score.count,
        mean_error=_rounded(score.error, unit),
        straight_line_error=_rounded(score.line_error, unit),
        bands=score.bands,
        held=_rounded(score.held),
    )


def _rounded(value: float | None, unit: float = 1) -> float | None:
    return None if value is None else round(value / unit, 2)
