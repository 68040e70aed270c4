"""What came into one account on the volume, in the order it came. Blocking.

A file's ctime is when it got its name here: no sender sets it, no copy from a backup sets it back, and as all
that is stored for an account is named under its lock, the order of these times is the order of arrival.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from shared.schemas.codec import RECEIVED_AT
from shared.store.arrivals import ArrivalKind, Arrived, Tail
from shared.store.base import Version
from shared.store.keys import id_of_file
from shared.store.volume.history import History
from shared.store.volume.noticed import Notice, Noticed

__all__ = ["Arriving"]

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RACY_SECONDS = 2.0
"""A folder that changed so lately may change again without its time telling."""


class Arriving:
    """One account's news. Safe for threads; raises OSError."""

    def __init__(self, history: History) -> None:
        """Look at nothing yet."""
        self._history = history
        self._guard = threading.Lock()
        self._reports: set[str] | None = None
        self._reports_changed = 0.0

    def tail(self, mark: int | None) -> Tail:
        """See Arrivals.tail."""
        now, notices = self._news(lambda noticed: (noticed.mark, [] if mark is None else noticed.after(mark)))
        at = _moment(time.time_ns())
        return Tail(now, at, None if notices is None else sorted(self._dated(notices)))

    def since(self, moment: datetime) -> list[Arrived]:
        """See Arrivals.arrivals."""
        notices = self._news(lambda noticed: noticed.since(moment.timestamp()))
        found = self._listed(moment) if notices is None else set(self._dated(notices))
        return sorted(one for one in found if one.at >= moment)

    def _news(self, ask: Callable[[Noticed], T]) -> T:
        """Ask what was noticed, reports included: no log tells of those."""
        with self._guard:
            changed, reports = self._reports_now()
            came = [] if self._reports is None else sorted(reports - self._reports)

            def look(_index: object, noticed: Noticed) -> T:
                noticed.add(came, "report", time.time())
                return ask(noticed)

            answer = self._history.look_at_news(look)
            self._reports, self._reports_changed = reports, changed
            return answer

    def _reports_now(self) -> tuple[float, set[str]]:
        """Return when the folder of reports changed, and which there are; listed when they may differ."""
        folder = self._history.layout.reports
        changed = _changed(folder)
        if self._reports is not None and changed == self._reports_changed < time.time() - _RACY_SECONDS:
            return changed, self._reports
        return changed, {one.id for one in _files(folder, "report", _EPOCH)}

    def _dated(self, notices: Iterable[Notice]) -> Iterator[Arrived]:
        """Say of each when it came; what is gone for good is left out."""
        layout = self._history.layout
        for one in notices:
            path = layout.version(one.id) if one.kind == "version" else layout.report(one.id)
            try:
                yield Arrived(_moment(path.lstat().st_ctime_ns), one.id, one.kind)
            except FileNotFoundError:
                if one.kind == "version" and (version := self._history.archive.holds(one.id)):
                    yield from _archived([version])

    def _listed(self, moment: datetime) -> set[Arrived]:
        """Find what came by looking through the folders, and the archives that were written since."""
        layout = self._history.layout
        files = list(_files(layout.history, "version", moment))
        there = self._history.look(lambda index: {one.id for one in files if one.id in index})
        found = {one for one in files if one.id in there}
        found.update(_files(layout.reports, "report", moment))
        for month in self._history.archive.catalogue.names():
            if _changed(layout.month(month)) >= moment.timestamp():
                archived = self._history.archive.between(month, month, month + "~")
                found.update(one for one in _archived(archived) if one.id not in there)
        return found


def _files(folder: Path, kind: ArrivalKind, since: datetime) -> Iterator[Arrived]:
    """Yield the files named by an id that came at or after a moment; no link is followed."""
    if folder.is_symlink() or not folder.is_dir():
        return
    earliest = (since - _EPOCH) // timedelta(microseconds=1) * 1000
    with os.scandir(folder) as entries:
        for entry in entries:
            found = id_of_file(entry.name)
            if found is None or not entry.is_file(follow_symlinks=False):
                continue
            try:
                changed = entry.stat(follow_symlinks=False).st_ctime_ns
            except FileNotFoundError:
                continue
            if changed >= earliest:
                yield Arrived(_moment(changed), found, kind)


def _archived(versions: Iterable[Version]) -> Iterator[Arrived]:
    """Say when archived versions came, as they themselves tell it; the origin's own do not tell."""
    for version in versions:
        if RECEIVED_AT in version.document:
            yield Arrived(datetime.fromisoformat(version.document[RECEIVED_AT]), version.id)


def _changed(path: Path) -> float:
    """Return when a file or folder changed, in seconds since 1970; 0 when it is not there."""
    try:
        return path.lstat().st_ctime_ns / 1e9
    except FileNotFoundError:
        return 0.0


def _moment(nanoseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)
