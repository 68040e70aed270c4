"""What forecasts stand on, kept: each limit's trail by day, and forecasts made again for scoring.

Both follow from versions alone. A day that has other versions is followed again, and those after it; then
forecasts of the past are made again, too.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from msgspec import Struct, field

from shared.insight.days import Day
from shared.insight.forecast.expecting import expected
from shared.insight.forecast.outlook import Outlook
from shared.insight.forecast.paths import Question
from shared.insight.forecast.trail import Cut, Edge, Trail, TrailDay, Uses, day_trailed, joined
from shared.insight.forecast.tries import Try, tried

__all__ = ["Cuts", "KeptForecasts"]

_MOST_ACCOUNTS = 32
_MOST_ZONES = 4

Cuts = Mapping[str, Mapping[str, tuple[Cut, ...]]]
"""Turns by limit and UTC date."""


class _KeptDay(Struct, frozen=True):
    tag: bytes
    cuts: tuple[Cut, ...]
    before: Edge | None
    day: TrailDay


class _Made(Struct):
    """Forecasts made again, by moment, and the tags of the days that they were made of."""

    tags: dict[str, bytes] = field(default_factory=dict)
    tries: dict[int, Try] = field(default_factory=dict)


class _Account(Struct):
    days: dict[tuple[str, str], _KeptDay] = field(default_factory=dict)
    joined: dict[str, tuple[list[TrailDay], Trail]] = field(default_factory=dict)
    made: dict[tuple[str, str], _Made] = field(default_factory=dict)
    outlooks: dict[tuple[str, tzinfo], tuple[Question, float, Outlook]] = field(default_factory=dict)


class KeptForecasts:
    """Trails and forecasts by account; those that were not asked for the longest make room."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[str, _Account] = {}

    async def trails(self, account: str, days: Sequence[Day], cuts: Cuts) -> dict[str, Trail]:
        """Return the trail of each limit through some days, oldest first."""
        kept = self._of(account)
        trails = {}
        for limit in {limit for day in days for limit in day.columns}:
            followed: list[TrailDay] = []
            edge: Edge | None = None
            for day in days:
                if (column := day.columns.get(limit)) is None:
                    continue
                turned = cuts.get(limit, {}).get(day.date, ())
                known = kept.days.get((limit, day.date))
                if known is None or (known.tag, known.cuts, known.before) != (day.tag, turned, edge):
                    known = _KeptDay(day.tag, turned, edge, day_trailed(edge, day.start, column, turned))
                    kept.days[limit, day.date] = known
                    await asyncio.sleep(0)  # others have their turn
                followed.append(known.day)
                edge = known.day.edges[-1] if known.day.edges else edge
            trails[limit] = _joined(kept, limit, followed)
        _make_room(kept.days, {day.date for day in days})
        return trails

    async def tries(
        self,
        of: tuple[str, str],
        trail: Trail,
        busy: Uses,
        zone: tuple[str, tzinfo],
        span: tuple[int, int],
        tags: Mapping[str, bytes],
    ) -> list[Try]:
        """Return the forecasts of a span of seconds, made again where they are not kept.

        They are `of` an account's limit. `tags` are those of the days by date: forecasts stay while those
        before the newest do.
        """
        account, limit = of
        made = self._of(account).made
        kept = made.pop((limit, zone[0]), None)
        if kept is None or not _still_true(kept.tags, tags):
            kept = _Made()
        made[limit, zone[0]] = kept
        while len(made) > _MOST_ZONES * max(1, len({name for name, _ in made})):
            made.pop(next(iter(made)))
        found = []
        for moment, one in tried(limit, trail, busy, zone[1], span, kept.tries):
            if moment not in kept.tries:
                kept.tries[moment] = one
                await asyncio.sleep(0)  # each takes some milliseconds
            found.append(one)
        kept.tags = dict(tags)
        for moment in [moment for moment in kept.tries if moment < span[0]]:
            del kept.tries[moment]
        return found

    def expected(self, account: str, limit: str, question: Question, pace: float) -> Outlook:
        """Return what is expected of a limit; the same as before while nothing else was read."""
        kept = self._of(account).outlooks
        before = kept.pop((limit, question.zone), None)
        if before is None or before[1] != pace or not _is_same(before[0], question):
            before = (question, pace, expected(question, pace))
        kept[limit, question.zone] = before
        while len(kept) > _MOST_ZONES * len({name for name, _ in kept}):
            kept.pop(next(iter(kept)))
        return before[2]

    def _of(self, account: str) -> _Account:
        kept = self._kept.pop(account) if account in self._kept else _Account()
        self._kept[account] = kept
        while len(self._kept) > _MOST_ACCOUNTS:
            self._kept.pop(next(iter(self._kept)))
        return kept


def _joined(kept: _Account, limit: str, days: list[TrailDay]) -> Trail:
    """Join the days of a limit, unless they are the very same as before."""
    before = kept.joined.get(limit)
    if before is None or [id(day) for day in before[0]] != [id(day) for day in days]:
        before = kept.joined[limit] = (days, joined(days))
    return before[1]


def _is_same(one: Question, other: Question) -> bool:
    moments = (one.now, one.level, one.reset) == (other.now, other.level, other.reset)
    return moments and one.uses is other.uses and one.busy is other.busy


def _still_true(before: Mapping[str, bytes], now: Mapping[str, bytes]) -> bool:
    """Tell whether days are as they were; of the newest only more was read."""
    newest = max(before, default="")
    return all(now.get(date, tag) == tag for date, tag in before.items() if date != newest)


def _make_room(days: dict[tuple[str, str], _KeptDay], wanted: set[str]) -> None:
    """Forget days older than those asked for last, when there are many."""
    if len(days) > 10 * max(1, len(wanted)) * max(1, len({limit for limit, _ in days})):
        for key in [key for key in days if key[1] not in wanted]:
            del days[key]
