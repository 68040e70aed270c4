"""The figures of a range, history and archive as one: what is folded over a year. Blocking.

Members of the archive that stand alone in time are taken whole (`archive/figuring.py`); what lies between
them, and whatever is not as it should be, is read with all care.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice, zip_longest

from shared.schemas.figures import figures_of
from shared.store.keys import stamp_of
from shared.store.volume.archive.figuring import Pair
from shared.store.volume.archive.months import Member
from shared.store.volume.history import History
from shared.store.volume.spanning import months_in, of_month

__all__ = ["figures"]

_PIECE = 256
"""Versions given at a time, at least, unless there are no more."""

_BEHIND = "~"
"""Sorts behind whatever may follow a second in an id."""


def figures(history: History, start: datetime | None, end: datetime | None) -> Iterator[Sequence[Pair]]:
    """Yield the figures of a range, each version once, oldest first, some at a time. Raises OSError."""
    piece: list[Pair] = []
    for month, first, last in months_in(history, start, end):
        for some in _of_month(history, month, first, last):
            piece += some
            if len(piece) >= _PIECE:
                yield piece
                piece = []
    if piece:
        yield piece


def _of_month(history: History, month: str, first: str, last: str) -> Iterator[Sequence[Pair]]:
    """Yield what lies between two stamps of a month. `done` is up to where that has been told.

    The history is looked at before the archive: what moves meanwhile is found in one of them.
    """
    ids = history.look(lambda index: index.between_stamps(first, last))
    done, is_left = first, False
    with history.archive.open(month) as archived:
        members = _in_range(archived.known.members if archived else (), first, last)
        for member, is_alone in _told_apart(members):
            low, high = stamp_of(member.first), stamp_of(member.last) + _BEHIND
            may_be_whole = is_alone and first <= low and high <= last and _is_empty(ids, low, high)
            found = archived.figures(member) if archived and may_be_whole else None
            if found is None:
                is_left = True
                continue
            if is_left or not _is_empty(ids, done, low):
                yield from _with_care(history, month, done, low)
            yield found
            done, is_left = high, False
    if is_left or not _is_empty(ids, done, last):
        yield from _with_care(history, month, done, last)


def _in_range(members: Sequence[Member], first: str, last: str) -> list[Member]:
    return sorted(
        (one for one in members if stamp_of(one.first) < last and stamp_of(one.last) >= first),
        key=lambda one: one.first,
    )


def _told_apart(members: Sequence[Member]) -> Iterator[tuple[Member, bool]]:
    """Yield members, and whether no other may hold versions between the first and last second of each."""
    before = ""
    for member, following in zip_longest(members, members[1:]):
        begins_alone = before < stamp_of(member.first)
        before = max(before, stamp_of(member.last))
        yield member, begins_alone and (following is None or before < stamp_of(following.first))


def _is_empty(ids: Sequence[str], first: str, last: str) -> bool:
    """Tell whether none of some sorted ids lies between two stamps."""
    place = bisect_left(ids, first)
    return place == len(ids) or ids[place] >= last


def _with_care(history: History, month: str, first: str, last: str) -> Iterator[Sequence[Pair]]:
    versions = of_month(history, month, first, last)
    while some := [(one.id, figures_of(one.document)) for one in islice(versions, _PIECE)]:
        yield some
