"""What is told of a whole made-up life, held against its truth."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from shared.insight.hits import Hit, blocked
from shared.insight.record import Findings, Record, taken_all, unsettled
from shared.insight.sightings import Between, Sighting
from shared.insight.turns import ENDS, Turn
from shared.insight.windows import Window
from shared.store.keys import time_of
from tests.insight.stories import sightings
from tests.insight.tide import Truth
from tests.insight.tides import DAYS, full_times, lives, recorded

TRUE_OF = {
    "opened": {"opened", "ended", "early", "late"},  # a week's model that was not used: since the reset
    "on_time": {"ended"},
    "late": {"late", "ended"},  # a page that was read just past the reset shows it as it was
    "early": {"early"},
    "unseen": {"ended", "early", "late"},
    "moved": {"moved", "early", "late"},  # without a lower percentage an early reset looks like a moved one
    "counter_fell": {"fell"},
    "unannounced": set[str](),
}
OVER = {"ended", "early", "late"}
INSTANT = timedelta(seconds=2)
HOURS = timedelta(hours=3)


def faults(seed: int) -> tuple[int, list[str]]:
    """Return how many turns were told of a life, and what is wrong with them; nothing should be."""
    begin, every = lives(seed)
    versions = recorded(begin, every, seed)
    record, found = taken_all(Record(), versions)
    settled, last = unsettled(record)
    found.append(last)
    wrong: list[str] = []
    for limit, truth in every.items():
        seen = sightings(versions, limit)
        turns = [turn for one in found for turn in one.turns if turn.limit == limit]
        wrong += [f"{limit}: {turn}" for turn in turns if not is_true(turn, truth)]
        wrong += [f"{limit}: missed {moment}" for moment in missed(turns, truth, seen)]
        windows = [window for one in found for name, window in one.windows if name == limit]
        wrong += [f"{limit}: {window}" for window in windows if not bounds_true(window, truth)]
        windows += [running] if (running := settled.limits[limit].windows.window) else []
        wrong += [
            f"{limit}: odd peak {window}"
            for window in windows
            if is_odd(window.peak, truth) and is_contradicted(window.peak, seen)
        ]
        hits = [hit for one in found for name, hit in one.hits if name == limit]
        lasting = settled.limits[limit].hits.hit
        full = full_times(truth, begin + timedelta(days=DAYS + 40))
        wrong += [
            f"{limit}: {fault}"
            for fault in hit_faults([*hits, *([lasting] if lasting else [])], full, truth, seen)
        ]
        wrong += [f"{limit}: no hit {one}" for one in unseen_hits([*hits, lasting], full, seen)]
    wrong += unnamed_gaps(found, [time_of(version_id) for version_id, _ in versions])
    return sum(len(one.turns) for one in found), wrong


def within(between: Between, moments: list) -> bool:
    return any(between.earliest <= moment <= between.latest for moment in moments)


def is_odd(sighting: Sighting, truth: Truth) -> bool:
    return sighting.percentage > truth.percentage(sighting.time) + 1


def is_contradicted(odd: Sighting, seen: list[Sighting]) -> bool:
    """Tell whether the next sightings are of the same window: those of another say nothing against it."""
    after = [one for one in seen if one.time > odd.time][:2]
    return len(after) == 2 and all(is_announced_alike(odd, one) for one in after)


def is_announced_alike(one: Sighting, other: Sighting) -> bool:
    return bool(
        one.resets_at and other.resets_at and abs(one.resets_at - other.resets_at) < timedelta(minutes=3)
    )


def is_true(turn: Turn, truth: Truth) -> bool:
    """Whoever slept while a reset was moved ahead, and came, saw it come before what was announced."""
    if turn.doubtful and is_odd(turn.before, truth):
        return True
    if turn.kind == "counter_fell" and not is_announced_alike(turn.before, turn.after):
        return within(turn.at, truth.of("fell", *OVER))  # a reset whose first page was an odd one
    ahead = turn.kind == "early" and within(turn.at, truth.of("moved")) and within(turn.at, truth.of("ended"))
    return ahead or within(turn.at, truth.of(*TRUE_OF[turn.kind]))


def missed(turns: list[Turn], truth: Truth, seen: list[Sighting]) -> Iterator[object]:
    """Yield the ends between two readings that are not told."""
    told = [turn.at for turn in turns if turn.kind in {*ENDS, "moved"}]
    for moment in truth.of(*OVER):
        before = [one for one in seen if one.latest < moment]
        after = [one for one in seen if one.earliest > moment]
        if not before or not after or truth.at(before[-1].time).reset is None:
            continue
        last, first = truth.at(before[-1].latest).window, truth.at(after[0].time).window
        if last > 0 and last != first and not any(at.earliest <= moment <= at.latest for at in told):
            yield moment


def bounds_true(window: Window, truth: Truth) -> bool:
    opened = window.opened is None or within(window.opened, truth.of("opened", *OVER))
    return opened and (window.ended is None or within(window.ended, truth.of(*OVER)))


def hit_faults(hits: list[Hit], full: list, truth: Truth, seen: list[Sighting]) -> Iterator[str]:
    for hit in hits:
        sure = is_contradicted(hit.first, seen) and not hit.doubtful
        if is_odd(hit.first, truth) and hit.first == hit.last and not sure:
            continue
        pieces = pieces_of(hit)
        spanned = [
            one for one in full if any(one[0] <= max(piece) and one[1] >= min(piece) for piece in pieces)
        ]
        if not spanned or not all(
            any(one[0] <= start and one[1] >= end for one in full) for start, end in pieces
        ):
            yield f"not full all the time: {hit}"
        elif hit.reached and not within(hit.reached, [spanned[0][0]]):
            yield f"reached at {spanned[0][0]}: {hit}"
        elif hit.left and not hit.left.earliest - INSTANT <= spanned[-1][1] <= hit.left.latest + INSTANT:
            yield f"left at {spanned[-1][1]}: {hit}"
        elif hit.reached and hit.left and not is_long(hit, sum((b - a for a, b in spanned), timedelta(0))):
            yield f"blocked for another time: {hit}"


def pieces_of(hit: Hit) -> list[tuple[datetime, datetime]]:
    """Return from when to when a hit is said to have lasted without a break."""
    starts = [hit.first.latest, *(lapse.latest for lapse in hit.lapses)]
    last = min(hit.last.earliest, hit.left.earliest if hit.left else hit.last.earliest)
    ends = [*(lapse.earliest for lapse in hit.lapses), last]
    return [(start, end) for start, end in zip(starts, ends, strict=True)]


def is_long(hit: Hit, length: timedelta) -> bool:
    least, most = blocked(hit)
    return least - INSTANT <= length and (most is None or length <= most + INSTANT)


def unseen_hits(hits: list[Hit | None], full: list, seen: list[Sighting]) -> Iterator[object]:
    """Yield the times at 100 % of which a reading was taken that lies in no hit."""
    for start, end in full:
        proofs = [one for one in seen if start < one.earliest and one.latest < end]
        spans = [(hit.first.time, hit.last.time) for hit in hits if hit]
        if not all(any(first <= one.time <= last for first, last in spans) for one in proofs):
            yield start


def unnamed_gaps(found: list[Findings], times: list[datetime]) -> Iterator[str]:
    """Yield turns over hours in which nobody looked, of which no gap is named.

    Where three of the last nine readings came late, that is usual, and no gap: such are left out.
    """
    gaps = [gap for one in found for gap in one.gaps]
    for turn in (turn for one in found for turn in one.turns):
        place = bisect_left(times, turn.after.time)
        recent = sorted(later - earlier for earlier, later in pairwise(times[max(0, place - 10) : place]))
        if turn.kind == "moved" or times[place] - times[place - 1] < HOURS or recent[-3:][0] > HOURS / 4:
            continue
        if not any(gap.start < turn.after.time and gap.end and gap.end > turn.before.time for gap in gaps):
            yield f"no gap is named over {turn}"
