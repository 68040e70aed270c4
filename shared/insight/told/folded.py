"""A UTC day of the record, folded (pure): what it added, as rows, and where the folds stand after it."""

import hashlib
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from msgspec import Struct

from shared.insight.days import Readable, counting
from shared.insight.gaps import Gap
from shared.insight.readings import is_correction
from shared.insight.record import Findings, Record
from shared.insight.stretches import Sweep
from shared.insight.told.rows import HitTold, TurnTold, WindowTold
from shared.insight.told.telling import hit_told, turn_told, window_told
from shared.store.keys import stamp_of

__all__ = ["FoldedDay", "extended", "folded", "folding"]

_EARLIEST = "1970"
"""Days before it tell of a clock that was wrong, not of limits: their versions are kept, and not folded."""

_AT_ONCE = 64
"""Versions folded without a pause: about a millisecond."""


class FoldedDay(Struct, frozen=True):
    """What a day added: turns, windows and hits as rows; gaps as they ended, oldest first.

    `record` is where the folds stand after it. `first` and `last` are its first and last version that count,
    `tag` is another for other versions. `corrected` tells that there is a correction.
    """

    record: Record
    turns: Sequence[TurnTold] = ()
    windows: Sequence[WindowTold] = ()
    hits: Sequence[HitTold] = ()
    gaps: Sequence[Gap] = ()
    first: str | None = None
    last: str | None = None
    tag: bytes = b""
    corrected: bool = False


def folded(record: Record, versions: Sequence[Readable]) -> FoldedDay:
    """Fold all versions of a day, oldest first, from where the folds stood before it."""
    steps = folding(record, versions)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            day: FoldedDay = done.value
            return day


def folding(record: Record, versions: Sequence[Readable]) -> Generator[None, None, FoldedDay]:
    """Do what `folded` does, in pieces: whoever asks for the next has a pause before it."""
    corrected = has_correction(versions)
    counted = counting(versions) if corrected else versions
    sweep = Sweep(record)
    meant = counted if counted and counted[0][0] >= _EARLIEST else ()
    for place in range(0, len(meant), _AT_ONCE):
        sweep.take(meant[place : place + _AT_ONCE])
        yield
    ids = [version_id for version_id, _ in counted]
    return FoldedDay(
        record=sweep.record(),
        **_rows(sweep.found),
        first=ids[0] if ids else None,
        last=ids[-1] if ids else None,
        tag=_tag(b"", ids),
        corrected=corrected,
    )


def extended(day: FoldedDay, versions: Sequence[Readable]) -> FoldedDay | None:
    """Return a day with versions more, None when it has to be folded anew with them.

    That is so when they do not come after all others, and when a correction is among old or new.
    """
    more = folded(day.record, versions)
    if day.corrected or more.corrected:
        return None
    if day.last and more.first and stamp_of(more.first) <= stamp_of(day.last):
        return None
    return FoldedDay(
        record=more.record,
        turns=[*day.turns, *more.turns],
        windows=[*day.windows, *more.windows],
        hits=[*day.hits, *more.hits],
        gaps=[*day.gaps, *more.gaps],
        first=day.first or more.first,
        last=more.last or day.last,
        tag=_tag(day.tag, [version_id for version_id, _ in versions]),
    )


def has_correction(versions: Sequence[Readable]) -> bool:
    """Tell whether one of these versions corrects another."""
    return any(is_correction(document) for _, document in versions)


def _rows(found: Iterable[Findings]) -> dict[str, Any]:
    """Return what was found as rows of answers, by the field of a day that holds them."""
    turns: list[TurnTold] = []
    windows: list[WindowTold] = []
    hits: list[HitTold] = []
    gaps: list[Gap] = []
    for one in found:
        turns += map(turn_told, one.turns)
        windows += [window_told(limit, window) for limit, window in one.windows]
        hits += [hit_told(limit, hit) for limit, hit in one.hits]
        gaps += one.gaps
    return {"turns": turns, "windows": windows, "hits": hits, "gaps": gaps}


def _tag(tag: bytes, ids: Iterable[str]) -> bytes:
    """Go on from a tag with some versions: the same at the end, however many came at a time."""
    for version_id in ids:
        tag = hashlib.blake2b(tag + version_id.encode(), digest_size=16).digest()
    return tag
