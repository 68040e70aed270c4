"""Ways in which use may go on (pure): stretches of a limit's own past, drawn by how alike they were to now.

A future is put together from blocks of a day at most. The first is drawn from pasts that began at about this
hour, on a day of this kind, with as much use just before; the next goes on with the same past or draws anew.
"""

import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import accumulate
from math import ceil, exp, sqrt
from typing import TypeAlias

from msgspec import Struct

from shared.insight.forecast.trail import DAY, FULL, SLOT, Uses

__all__ = ["DAYS_BACK", "Path", "Question", "futures"]

Block: TypeAlias = tuple[list[int], list[float]]
"""Slots at which pasts begin, and their weights summed up."""

DAYS_BACK = 70
"""Days of the past that futures are drawn from."""

HALF_LIFE = 21.0
"""Days after which a past counts half."""

SHIFTS = (-6, -4, -2, 0, 2, 4, 6)
"""Slots by which a past may begin earlier or later on the clock than now."""

_SHIFTS = tuple((shift, exp(-0.5 * (shift / 3) ** 2)) for shift in SHIFTS)
LOOKED_BACK = (2, 12, 96)
"""Slots before a moment whose use tells how it went on."""

LEAST_ALIKE = 0.01
"""What a past counts at least that was not like now at all, against one that was just the same."""

SAME_KIND, OTHER_KIND = 0.35, 0.06
"""Weights of a day against the same day of the week: one that is a working day, too, or not; any other."""

FRIDAY = 4
"""The last working day, from Monday, 0."""

KNOWN_SHARE = 0.6
"""Share of a past stretch whose use must be known."""

PACE_WIDTH = 0.65
"""By how much roots of paces, against the usual one, differ where a past is still much like now."""

GOES_ON = 0.75
"""Chance that a future goes on with the next day of the same past instead of another's."""

DRAWS = 240
"""Futures of a question."""


class Question(Struct, frozen=True):
    """From `now` (seconds) with `level` per cent until the reset.

    `uses` are those of the limit, `busy` those that tell best how much is done just now.
    """

    now: int
    level: float
    reset: int
    uses: Uses
    busy: Uses
    zone: tzinfo


class Path(Struct, frozen=True, gc=False):
    """One future: points used until the reset, and the second at which 100 % is reached before, or None."""

    grown: float
    full: float | None


def futures(question: Question) -> tuple[list[Path], float]:
    """Return futures, all as likely, and on how many days like now they stand."""
    uses, now = question.uses, question.now
    length = _slots(min(DAY, question.reset - now))
    first = _pasts(question, now, length, _alike(question))
    if not first:
        return [], 0.0
    weights = [weight for _, weight in first]
    edges = list(accumulate(weights))
    support = edges[-1] ** 2 / sum(weight * weight for weight in weights) / len(SHIFTS)
    roll = random.Random(now)  # noqa: S311 - the same question has the same answer
    later = _later_blocks(question)
    ahead = (question.reset - now) / SLOT
    found = []
    for n in range(DRAWS):
        start = first[bisect_left(edges, (n + 0.5) / DRAWS * edges[-1])][0]
        found.append(_path(question, uses, _sewn(start, later, uses.slot(now), roll), ahead))
    return found, support


def _slots(seconds: float) -> int:
    return max(1, ceil(seconds / SLOT))


def _later_blocks(question: Question) -> list[Block]:
    """Return for each later block the pasts to draw from, with their summed weights."""
    blocks = []
    for begin in range(question.now + DAY, question.reset, DAY):
        pasts = _pasts(question, begin, _slots(min(DAY, question.reset - begin)), None)
        blocks.append(([start for start, _ in pasts], list(accumulate(weight for _, weight in pasts))))
    return blocks


def _sewn(start: int, later: Sequence[Block], now: int, roll: random.Random) -> list[int]:
    """Return the slots at which the blocks of one future begin in the past."""
    starts = [start]
    for pasts, edges in later:
        on = starts[-1] + DAY // SLOT
        if pasts and (on + DAY // SLOT > now or roll.random() > GOES_ON):
            on = pasts[min(bisect_left(edges, roll.random() * edges[-1]), len(pasts) - 1)]
        starts.append(on)
    return starts


def _path(question: Question, uses: Uses, starts: Sequence[int], ahead: float) -> Path:
    """Follow the blocks for `ahead` slots, and find where 100 % is reached."""
    used, seen, last = uses.used, uses.seen, len(uses.used) - 1
    grown, full, begin = 0.0, None, 0
    for at in starts:
        start, length = min(at, last), min(DAY / SLOT, ahead - begin)
        end = min(last, start + ceil(length))
        known = (seen[end] - seen[start]) / SLOT
        scale = length / known if known > KNOWN_SHARE * length else 1.0
        points = (used[end] - used[start]) * scale
        if full is None and points and question.level + grown + points >= FULL:
            needed = used[start] + (FULL - question.level - grown) / scale
            there = max(start + 1, bisect_left(used, needed, start, end))
            part = (needed - used[there - 1]) / max(1e-9, used[there] - used[there - 1])
            full = question.now + (begin + min(length, there - 1 + part - start)) * SLOT
        grown += points
        begin += DAY // SLOT
    return Path(grown, full)


def _pasts(
    question: Question, begin: int, length: int, alike: Callable[[int], float] | None
) -> list[tuple[int, float]]:
    """List the slots where stretches of the past begin that stand for one from `begin` on, and weights."""
    uses, seen = question.uses, question.uses.seen
    end = min(uses.slot(question.now), len(seen) - 1)
    wall = datetime.fromtimestamp(begin, question.zone)
    nearest = max(1, ceil((begin + length * SLOT - question.now) / DAY))
    found = []
    for back in range(nearest, nearest + DAYS_BACK):
        # The slot that begins nearest to that hour.
        then = uses.slot(int((wall - timedelta(days=back)).timestamp()) + SLOT // 2)
        if then < -(DAY // SLOT):
            break
        weight = 0.5 ** (back / HALF_LIFE) * _same_day(wall.weekday(), back)
        for shift, likeness in _SHIFTS:
            start = then + shift
            if start < 0 or start + length > end:
                continue
            if seen[start + length] - seen[start] >= KNOWN_SHARE * length * SLOT:
                alikeness = 1.0 if alike is None else alike(start)
                found.append((start, weight * likeness * alikeness))
    return found


def _same_day(weekday: int, back: int) -> float:
    if back % 7 == 0:
        return 1.0
    other = (weekday - back) % 7
    return SAME_KIND if (weekday > FRIDAY) == (other > FRIDAY) else OTHER_KIND


def _alike(question: Question) -> Callable[[int], float]:
    """Return how much a slot of the past was like now, by what was used just before it."""
    busy, uses = question.busy, question.uses
    used, seen, last = busy.used, busy.seen, len(busy.used) - 1
    apart = (uses.start - busy.start) // SLOT
    now = min(last, busy.slot(question.now))
    month = max(0, now - 28 * DAY // SLOT)
    mean = max((used[now] - used[month]) / max(SLOT, seen[now] - seen[month]), 0.05 / 3600)

    def before(slot: int) -> list[float]:
        looks = []
        for span in LOOKED_BACK:
            first = max(0, slot - span)
            looks.append(sqrt((used[slot] - used[first]) / max(SLOT, seen[slot] - seen[first]) / mean))
        return looks

    own = before(now)

    def alike(start: int) -> float:
        there = before(max(0, min(last, start + apart)))
        off = sum((one - other) ** 2 for one, other in zip(there, own, strict=True))
        return LEAST_ALIKE + exp(-0.5 * off / PACE_WIDTH**2)

    return alike
