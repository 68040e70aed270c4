"""All that an account's versions say (pure): one fold that takes version after version in order of time.

A record is small and frozen. Whoever keeps the one at the end of each day begins again from there when a
version of that day or later arrives late or is corrected, and keeps the findings of the days before.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from shared.insight.course import begun, believed, followed
from shared.insight.days import Readable
from shared.insight.gaps import Gap, Gaps, watched
from shared.insight.hits import Hit, Hits, followed_hit
from shared.insight.sightings import Look, Sighting, looked_at, seen_in
from shared.insight.standing import Course, Step
from shared.insight.turns import Turn
from shared.insight.windows import Window, Windows, windowed

__all__ = ["Findings", "LimitRecord", "Record", "taken", "taken_all", "taken_look", "unsettled"]


class LimitRecord(Struct, frozen=True):
    """Where the folds of one limit stand."""

    course: Course
    windows: Windows
    hits: Hits


class Findings(Struct, frozen=True):
    """What is over and known: turns, and by limit windows and hits, oldest first; gaps as they ended."""

    turns: tuple[Turn, ...] = ()
    windows: tuple[tuple[str, Window], ...] = ()
    hits: tuple[tuple[str, Hit], ...] = ()
    gaps: tuple[Gap, ...] = ()


class Record(Struct, frozen=True):
    """Where the folds of an account stand."""

    limits: Mapping[str, LimitRecord] = {}
    gaps: Gaps = Gaps()


def taken(record: Record, version: Readable) -> tuple[Record, Findings]:
    """Take the next version in order of time; of one moment only what counts (`days.counting`)."""
    return taken_look(record, looked_at(version))


def taken_look(record: Record, look: Look) -> tuple[Record, Findings]:
    """Take the next version as it was read."""
    seen = seen_in(look)
    limits = dict(record.limits)
    turns: list[Turn] = []
    windows: list[tuple[str, Window]] = []
    hits: list[tuple[str, Hit]] = []
    for limit, sighting in seen.sightings.items():
        limits[limit], found = _limit_taken(limits.get(limit), limit, sighting)
        turns += found.turns
        windows += found.windows
        hits += found.hits
    gaps, over = watched(record.gaps, seen)
    return Record(limits, gaps), Findings(tuple(turns), tuple(windows), tuple(hits), over)


def taken_all(record: Record, versions: Iterable[Readable]) -> tuple[Record, list[Findings]]:
    """Take versions, oldest first; returns what each of them added."""
    every = []
    for version in versions:
        record, found = taken(record, version)
        every.append(found)
    return record, every


def unsettled(record: Record) -> tuple[Record, Findings]:
    """Return how things would stand if the newest readings, where they are in doubt, were right."""
    limits = dict(record.limits)
    found = []
    for limit, known in record.limits.items():
        limits[limit], more = _stepped(limit, known, known.course, believed(known.course))
        found.append(more)
    joined = Findings(
        tuple(turn for one in found for turn in one.turns),
        tuple(window for one in found for window in one.windows),
        tuple(hit for one in found for hit in one.hits),
    )
    return Record(limits, record.gaps), joined


def _limit_taken(known: LimitRecord | None, limit: str, sighting: Sighting) -> tuple[LimitRecord, Findings]:
    if known is None:
        fresh = LimitRecord(begun(limit, sighting), Windows(), Hits())
        return _stepped(limit, fresh, fresh.course, (Step(sighting),))
    course, steps = followed(known.course, sighting)
    return _stepped(limit, known, course, steps)


def _stepped(
    limit: str, known: LimitRecord, course: Course, steps: Iterable[Step]
) -> tuple[LimitRecord, Findings]:
    windows, hits = known.windows, known.hits
    turns: list[Turn] = []
    over: list[tuple[str, Window]] = []
    hit_over: list[tuple[str, Hit]] = []
    for step in steps:
        windows, window = windowed(windows, step)
        hits, hit = followed_hit(hits, step)
        turns += [step.turn] if step.turn else []
        over += [(limit, window)] if window else []
        hit_over += [(limit, hit)] if hit else []
    return LimitRecord(course, windows, hits), Findings(tuple(turns), tuple(over), tuple(hit_over))
