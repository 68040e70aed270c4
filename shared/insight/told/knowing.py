"""What is known of each limit at a moment, how much of each day is known and how many hits it had (pure)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from msgspec import Struct

from shared.insight.asof import known_at
from shared.insight.hits import Unit, beginning
from shared.insight.limits import in_order
from shared.insight.record import Record
from shared.insight.told.answers import HitCount, KnownDay, KnownTold
from shared.insight.told.rows import HitTold

__all__ = ["Knowledge", "hit_counts", "known_days", "limits_known"]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class Knowledge(Struct, frozen=True):
    """When the record began and up to when it is asked, and the account's gaps within, oldest first."""

    begin: datetime
    end: datetime
    gaps: Sequence[tuple[datetime, datetime]]

    def known_of(self, start: datetime, end: datetime) -> tuple[timedelta, float]:
        """Return how long a range is within the record, and which share of that is known."""
        start, end = max(start, self.begin), min(end, self.end)
        if start >= end:
            return timedelta(0), 0.0
        place = bisect_right(self.gaps, start, key=lambda gap: gap[1])
        missed = timedelta(0)
        while place < len(self.gaps) and self.gaps[place][0] < end:
            missed += min(end, self.gaps[place][1]) - max(start, self.gaps[place][0])
            place += 1
        return end - start, round(1 - missed / (end - start), 4)


def limits_known(record: Record, moment: datetime) -> list[KnownTold]:
    """Tell what is known of each limit at a moment, by a record that was followed up to it."""
    told = []
    for limit in in_order(set(record.limits)):
        known = known_at(record.limits[limit].course, moment)
        told.append(
            KnownTold(
                limit=limit,
                percentage=known.percentage,
                age_minutes=known.age // _MINUTE,
                version=known.version,
                resets_at=known.resets_at,
                state=known.state,
                doubtful=known.doubtful,
                reason=known.reason,
            )
        )
    return told


def known_days(knowledge: Knowledge, zone: tzinfo) -> list[KnownDay]:
    """Return each day of the record with how much of it is known."""
    return [
        KnownDay(day=day, minutes=round(length / _MINUTE, 2), known_share=share)
        for day, length, share in _periods(knowledge, "day", zone)
    ]


def hit_counts(
    hits: Iterable[HitTold],
    unit: Unit,
    knowledge: Knowledge,
    of_limits: Mapping[str, Knowledge],
    zone: tzinfo,
) -> list[HitCount]:
    """Count hits by limit in each day, week or month of the record; `of_limits` is what is known of each."""
    shares: dict[date, dict[str, float]] = {}
    for limit, known in of_limits.items():
        for day, _, share in _periods(known, unit, zone):
            shares.setdefault(day, {})[limit] = share
    counted: dict[tuple[date, bool], Counter[str]] = {}
    for hit in hits:
        day = beginning(hit.first.time.astimezone(zone).date(), unit)
        counted.setdefault((day, hit.doubtful), Counter())[hit.limit] += 1
    return [
        HitCount(
            start=day,
            hits=dict(counted.get((day, False), {})),
            known_share=share,
            doubtful=dict(counted.get((day, True), {})),
            known_shares=shares.get(day, {}),
        )
        for day, _, share in _periods(knowledge, unit, zone)
    ]


def _periods(knowledge: Knowledge, unit: Unit, zone: tzinfo) -> Iterator[tuple[date, timedelta, float]]:
    """Yield each day, week or month of the record: its first day, its length within it, the share known."""
    day = beginning(knowledge.begin.astimezone(zone).date(), unit)
    while (start := _midnight(day, zone)) < knowledge.end:
        following = _next(day, unit)
        length, share = knowledge.known_of(start, _midnight(following, zone))
        if length:
            yield day, length, share
        day = following


def _next(day: date, unit: Unit) -> date:
    if unit == "week":
        return day + 7 * _DAY
    return (day.replace(day=1) + 31 * _DAY).replace(day=1) if unit == "month" else day + _DAY


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins, in UTC: days of 23 and 25 hours are as long as they are."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
