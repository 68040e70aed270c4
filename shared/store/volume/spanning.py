"""Questions that span history and archive. Blocking, except for `settles`.

The archive is looked into only when it can hold a better answer than the history: a moment inside the history
costs one `stat` more than without an archive.
"""

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from shared.store.base import Found, Part, Version
from shared.store.choosing import nearest_of, newest_of
from shared.store.keys import stamp, stamp_of
from shared.store.ranking import rank_of
from shared.store.volume.history import History, Place
from shared.store.volume.versionfile import DamagedVersionError

__all__ = [
    "as_of",
    "as_of_span",
    "by_id",
    "months_in",
    "nearest",
    "nearest_span",
    "of_month",
    "settles",
    "stream",
]

Span = tuple[str, str]
"""The first and the last stamp between which an archived version would be the better answer."""

_FIRST, _LAST = "0001-01-01T00-00-00", "9999-12-31T23-59-59"


def as_of_span(found: Found | None, moment: datetime) -> Span:
    """Return where a better answer to `as_of` than the history's could lie."""
    return (stamp_of(found.version.id) if found else _FIRST), stamp(moment)


def nearest_span(found: Found | None, moment: datetime) -> Span:
    """Return where a better answer to `nearest` than the history's could lie."""
    if found is None:
        return _FIRST, _LAST
    away = abs(found.version.time - moment)
    try:
        return stamp(moment - away), stamp(moment + away + timedelta(seconds=1))
    except OverflowError:
        return _FIRST, _LAST


def settles(history: History, span: Callable[[], Span], asked_at: float = math.inf) -> bool:
    """Tell, without waiting for the disk, that the archive holds no better answer than the history's.

    `asked_at` as `History.peek` takes it; `span` is only asked for when anything is archived.
    """
    catalogue = history.archive.catalogue
    return catalogue.is_current(asked_at) and (catalogue.is_empty() or not catalogue.may_hold(*span()))


def by_id(history: History, version_id: str) -> Found | None:
    """Return a version from the history or else from the archive. Raises OSError."""
    found = history.find(lambda index: version_id if version_id in index else None)
    return found or _archived(history, history.archive.get(version_id))


def as_of(history: History, moment: datetime, place: Place | None = None) -> Found | None:
    """Return the newest version at or before a moment; `place` as `find` takes it. Raises OSError."""
    found = history.find(lambda index: index.as_of(moment), place=place)
    if not _may_hold(history, as_of_span(found, moment)):
        return found
    return newest_of([found, _archived(history, history.archive.newest_until(stamp(moment)))])


def nearest(history: History, moment: datetime, place: Place | None = None) -> Found | None:
    """Return the version nearest to a moment; `place` as `find` takes it. Raises OSError."""
    found = history.find(lambda index: index.nearest(moment), place=place)
    if not _may_hold(history, nearest_span(found, moment)):
        return found
    before, after = history.archive.newest_until(stamp(moment)), history.archive.oldest_after(stamp(moment))
    return nearest_of([found, _archived(history, before), _archived(history, after)], moment)


def _may_hold(history: History, span: Span) -> bool:
    history.archive.catalogue.names()
    return history.archive.catalogue.may_hold(*span)


def _archived(history: History, version: Version | None) -> Found | None:
    return Found(version, None, history.look(len)) if version else None


def stream(
    history: History, start: datetime | None, end: datetime | None, part: Part | None = None
) -> Iterator[Version]:
    """Yield all versions of a range, each once, oldest first. Raises OSError.

    It goes from month to month, so the history may change meanwhile without anybody waiting for anybody.
    """
    for month, first, last in months_in(history, start, end):
        yield from of_month(history, month, first, last, part)


def months_in(
    history: History, start: datetime | None, end: datetime | None
) -> Iterator[tuple[str, str, str]]:
    """Yield the months of a range that hold something, each with the stamps first <= stamp < last in it."""
    first, last = (stamp(start) if start else _FIRST), (stamp(end) if end else _LAST + "~")
    done = ""
    while month := _next_month(history, max(first[:7], done)):
        if month > last[:7]:
            return
        yield month, max(first, month), min(last, month + "~")
        done = month + "~"


def _next_month(history: History, since: str) -> str | None:
    months = {*history.look(lambda index: index.months()), *history.archive.catalogue.names()}
    return min((month for month in months if month >= since), default=None)


def of_month(
    history: History, month: str, first: str, last: str, part: Part | None = None
) -> Iterator[Version]:
    """Merge what the history and the archive hold between two stamps of a month, second by second."""
    ids = [] if part == "archive" else history.look(lambda index: index.between_stamps(first, last))
    archived = iter(()) if part == "history" else history.archive.between(month, first, last)
    waiting = next(archived, None)
    place = 0
    while place < len(ids) or waiting:
        second = min(
            stamp_of(one) for one in (ids[place] if place < len(ids) else None, waiting and waiting.id) if one
        )
        members: dict[str, Version] = {}
        while waiting and stamp_of(waiting.id) == second:
            members[waiting.id] = waiting
            waiting = next(archived, None)
        while place < len(ids) and stamp_of(ids[place]) == second:
            if there := _read(history, ids[place]):
                members[there.id] = there
            place += 1
        yield from _in_order(members)


def _in_order(members: dict[str, Version]) -> list[Version]:
    """Sort the versions of one second, mostly one."""
    if len(members) < 2:  # noqa: PLR2004 - nothing to sort
        return list(members.values())
    return sorted(members.values(), key=lambda version: rank_of(version.id, version.document))


def _read(history: History, version_id: str) -> Version | None:
    """Read a version that was in the history a moment ago; it may have moved to the archive since."""
    try:
        return history.read(version_id)
    except FileNotFoundError:
        pass
    except DamagedVersionError as error:
        history.set_aside(version_id, str(error))
    return history.archive.get(version_id)
