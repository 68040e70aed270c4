"""One account's archive: what is in it by id, by time and by range, and how versions are added. Blocking.

A month's file holds gzipped lines of JSON. Lines and members that cannot be believed are never answered, and
told of once; the rest of the file is read all the same.
"""

import contextlib
import errno
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from shared.files import sync_folder
from shared.schemas.codec import digest
from shared.store.base import Archived, ArchivedMonth, Version
from shared.store.keys import month_of, stamp_of, time_of
from shared.store.volume.archive.bydays import MonthsByDays
from shared.store.volume.archive.catalogue import Catalogue, open_month
from shared.store.volume.archive.lines import DamagedLineError, version_in
from shared.store.volume.archive.reading import OpenMonth
from shared.store.volume.archive.writing import added, rewritten
from shared.store.volume.layout import Layout
from shared.store.volume.quarantine import copy_aside

__all__ = ["Archive"]


class Archive:
    """The archive of one account. Safe for threads; `add` and `mend` under its lock. Raises OSError."""

    def __init__(self, account: str, layout: Layout, told: Callable[[str, str], None]) -> None:
        """Look at nothing yet; `told` hears of each damaged file: its name and what is wrong with it."""
        self._account = account
        self._layout = layout
        self.catalogue = Catalogue(layout.archive, layout.archive_index, told)
        self.days = MonthsByDays()

    @contextlib.contextmanager
    def open(self, month: str, *, anew: bool = False) -> Iterator[OpenMonth | None]:
        """Open a month for reading, None when it has no file; others may replace it meanwhile.

        `anew` reads it through first, whatever is known of it.
        """
        if month not in self.catalogue.names():  # nor is a link in the place of folder or file followed
            yield None
            return
        try:
            descriptor = open_month(self._layout.month(month))
        except FileNotFoundError:
            yield None
            return
        try:
            known = self.catalogue.month(month, descriptor, anew=anew)
            yield OpenMonth(self._account, descriptor, known)
        finally:
            os.close(descriptor)

    def months(self) -> Iterator[ArchivedMonth]:
        """Describe each month's file, oldest first."""
        for name in self.catalogue.names():
            with self.open(name) as month:
                if month is not None:
                    known = month.known
                    yield ArchivedMonth(
                        month=name,
                        count=known.count,
                        oldest=time_of(known.oldest) if known.oldest else None,
                        newest=time_of(known.newest) if known.newest else None,
                        damage=known.damage,
                    )

    def learn(self) -> None:
        """Read every month through, whatever is known of it, and keep what is found."""
        for name in self.catalogue.names():
            with self.open(name, anew=True) as month:
                if month is not None:
                    self.catalogue.announce(month.known)

    def get(self, version_id: str) -> Version | None:
        """Return the version with an id."""
        with self.open(month_of(version_id)) as month:
            return month.get(version_id) if month else None

    def holds(self, version_id: str) -> Version | None:
        """Return a version if it is archived; one that is newer than the archive costs one `stat`."""
        self.catalogue.names()
        second = stamp_of(version_id)
        return self.get(version_id) if self.catalogue.may_hold(second, second) else None

    def newest_stamp(self) -> str:
        """Return the stamp of the newest archived version, "" when there is none."""
        for name in reversed(self.catalogue.names()):
            with self.open(name) as month:
                if month and month.known.newest:
                    return stamp_of(month.known.newest)
        return ""

    def present(self, ids: Iterable[str]) -> Generator[Version, None, None]:
        """Yield those of some versions that are archived, month by month, each once."""
        for name, some in groupby(sorted(set(ids)), key=month_of):
            with self.open(name) as month:
                if month is not None:
                    yield from month.among(list(some))

    def count_without(self, ids: Iterable[str], enough: int = 0) -> int:
        """Count the archived versions, each once, that are not among `ids`; no further down than `enough`."""
        count = sum(month.count for month in self.months())
        with contextlib.closing(self.present(ids)) as present:
            while count > enough and next(present, None):
                count -= 1
        return count

    def newest_until(self, stamp: str) -> Version | None:
        """Return the newest version whose time is not after a stamp."""
        for name in reversed(self.catalogue.names()):
            if name <= month_of(stamp):
                with self.open(name) as month:
                    if month and (found := month.newest_until(stamp)):
                        return found
        return None

    def oldest_after(self, stamp: str) -> Version | None:
        """Return the oldest version whose time is after a stamp."""
        for name in self.catalogue.names():
            if name >= month_of(stamp):
                with self.open(name) as month:
                    if month and (found := month.oldest_after(stamp)):
                        return found
        return None

    def between(self, name: str, start: str, end: str) -> Iterator[Version]:
        """Yield a month's versions with start <= id < end, each once, oldest first."""
        last = ""
        with self.open(name) as month:
            for version_id, line in month.between(start, end) if month else ():
                if version_id != last:
                    with contextlib.suppress(DamagedLineError):
                        version = version_in(line, self._account)
                        last = version_id
                        yield version

    def add(self, versions: Iterable[Version]) -> Archived:
        """Put versions into their months' files, durably; nothing that is there is written over.

        Raises StoreDamagedError when the archive is a link.
        """
        ordered = sorted({version.id: version for version in versions}.values(), key=lambda found: found.id)
        if ordered:
            self._layout.made(self._layout.archive)
        new: list[str] = []
        taken: list[str] = []
        for name, members in groupby(ordered, key=lambda version: month_of(version.id)):
            some = list(members)
            there = self._add(name, some)
            new += [version.id for version in some if version.id not in there]
            taken += [version.id for version in some if _is_other(there.get(version.id), version)]
        ids = [version.id for version in ordered if version.id not in taken]
        return Archived(added=len(new), ids=ids, taken=taken)

    def _add(self, name: str, versions: Sequence[Version], *, anew: bool = False) -> dict[str, Version]:
        """Add a month's versions, sorted by id; return those that were there before, by id."""
        path = self._layout.month(name)
        with self.open(name, anew=anew) as month:
            ids = [version.id for version in versions]
            there = {found.id: found for found in month.among(ids)} if month else {}
            new = [version for version in versions if version.id not in there]
            if not new:
                sync_folder(path.parent)  # whoever put them there may have failed or died before its sync
            elif month and not anew and not month.is_known_to_its_end():
                return self._add(name, versions, anew=True)  # it was damaged since it was read through
            elif month and month.known.damage:
                self._set_aside(path, month)
                self.catalogue.put(rewritten(path, name, month, new, self.catalogue.announce))
            else:
                self.catalogue.put(added(path, name, month, new, self.catalogue.announce))
        return there

    def damage(self, name: str) -> Sequence[str]:
        """Read a month's file to its end; say what in it is damaged. Raises FileNotFoundError."""
        with self.open(name, anew=True) as month:
            if month is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
            return month.known.damage

    def mend(self, name: str) -> int:
        """Write a month anew from what is whole in it, durably; return how many versions that is.

        The caller has kept the damaged file; with nothing whole in it, it is removed.
        """
        path = self._layout.month(name)
        with self.open(name) as month:
            if month and month.known.count:
                self.catalogue.put(rewritten(path, name, month, [], self.catalogue.announce))
                return month.known.count
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
        self.catalogue.forget(name)
        return 0

    def _set_aside(self, path: Path, month: OpenMonth) -> None:
        copy_aside(self._layout, path, "; ".join(month.known.damage), datetime.now(UTC))


def _is_other(there: Version | None, version: Version) -> bool:
    """Tell whether another snapshot has a version's name; the same one may have arrived another time."""
    return there is not None and digest(there.document) != digest(version.document)
