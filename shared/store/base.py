"""The store's contract: what every backend does, and the records it answers with.

One suite of tests (tests/store) holds each backend to it.
"""

import math
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from shared.schemas.codec import Document
from shared.schemas.figures import Figures
from shared.store.arrivals import Arrivals
from shared.store.keys import time_of
from shared.store.metadata import Lifetime, Metadata
from shared.store.reports import Reports
from shared.store.upkeep import Upkeep

__all__ = [
    "Appended",
    "Archived",
    "ArchivedMonth",
    "Calendar",
    "DayMark",
    "Found",
    "Metadata",
    "Part",
    "Store",
    "Version",
]


class Version(Struct, frozen=True):
    """A snapshot as stored: the document it came as, with `receivedAt` added."""

    account: str
    id: str
    document: Document

    @property
    def time(self) -> datetime:
        """The version time: the earlier of reading and arrival, in UTC, to the second."""
        return time_of(self.id)


class Appended(Struct, frozen=True):
    """The answer to an append: `duplicate` when the same snapshot was stored before."""

    version: Version
    duplicate: bool


class Found(Struct, frozen=True):
    """A version and its place: `number` is 1-based (1 = oldest) among the `total` of the history.

    A version that left the history has no number there: it is None, and `archived` is true.
    """

    version: Version
    number: int | None
    total: int

    @property
    def archived(self) -> bool:
        """Whether the answer comes from the archive."""
        return self.number is None


class Archived(Struct, frozen=True, kw_only=True):
    """What became of versions that were to be archived. Only those of `ids` may leave the history."""

    added: int = 0
    """How many were not in the archive yet."""
    ids: Sequence[str] = ()
    """Those that are in the archive now, durably, just as they could be read in the history."""
    taken: Sequence[str] = ()
    """Those whose name another content has in the archive: nothing is written over."""
    unread: Sequence[str] = ()
    """Those that the disk did not give."""


class ArchivedMonth(Struct, frozen=True, kw_only=True, rename="camel"):
    """What one month of the archive holds: different versions, their range, and what in it is damaged."""

    month: str
    count: int
    oldest: datetime | None
    newest: datetime | None
    damage: Sequence[str] = ()


class DayMark(Struct, frozen=True):
    """What tells the versions of one UTC day from any others: equal marks, equal versions.

    `ids` are those whose versions `by_id` answers at little cost, oldest first; `others` stands for what else
    there is of that day, parts of the archive that may hold some of it.
    """

    ids: Sequence[str]
    others: Sequence[Hashable] = ()


class Calendar(Struct, frozen=True):
    """The UTC days (`2026-11-22`) that may hold versions, in order, and how many these are at most."""

    marks: Mapping[str, DayMark]
    at_most: int


Part = Literal["history", "archive"]
"""Where versions are."""


class Store(Upkeep, Reports, Arrivals, Protocol):
    """Versions by account: the history, which has numbers and a latest, and the archive of what left it.

    Questions by id and by time look through both and answer each version once, also when an archive run that
    was cut short left it in both. `latest`, numbers and counts are about the history alone. Every call may
    raise the errors of `shared.store.errors`.

    `asked_at` (seconds of `time.monotonic`) tells when a question came in: what was acknowledged by then is
    seen. Questions that came in together may so share one look at the disk; without it the moment of the call
    counts.

    An account's name must match `[a-z0-9][a-z0-9_-]{0,31}`; any other raises ValueError and touches nothing.
    """

    async def append(self, account: str, document: Document, received_at: datetime) -> Appended:
        """Store a snapshot for good; when this returns, a power cut no longer loses it.

        The document must be a valid snapshot; `receivedAt` in it is replaced by `received_at` (UTC).
        """
        ...

    async def latest(self, account: str, *, asked_at: float = math.inf) -> Found | None:
        """Return the newest version by version time."""
        ...

    async def by_number(self, account: str, number: int, *, asked_at: float = math.inf) -> Found | None:
        """Return a version by its number: 1 = oldest, -1 = newest; None outside the history."""
        ...

    async def by_id(self, account: str, version_id: str) -> Found | None:
        """Return the version with an id, archived or not."""
        ...

    async def nearest(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:
        """Return the version nearest in time, archived or not; of two equally near, the earlier."""
        ...

    async def as_of(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:
        """Return the newest version at or before a moment, archived or not."""
        ...

    def stream(
        self, account: str, start: datetime | None, end: datetime | None, *, part: Part | None = None
    ) -> AsyncIterator[Version]:
        """Yield the versions with start <= version time < end, archived or not, each once, oldest first.

        `part` yields those of the history or of the archive alone.

        A few hundred are in memory at a time. What arrives or leaves meanwhile may or may not be among them;
        what only moves to the archive is.
        """
        ...

    def figures(
        self, account: str, start: datetime | None, end: datetime | None
    ) -> AsyncIterator[Sequence[tuple[str, Figures]]]:
        """Yield the ids and figures of what `stream` yields, some hundred at a time.

        It costs a fraction. Versions in the archive that were believed before are not held against their
        names again as long as their file and its check sums are the same; `stream` does that each time.
        """
        ...

    async def calendar(self, account: str, first: str, last: str) -> Calendar:
        """Return the days from `first` to `last` that may hold versions, archived or not, with their marks.

        A day whose mark is the same as before holds the same versions. What `stream` yields after the marks
        were given may have come since.
        """
        ...

    async def between(self, account: str, start: datetime | None, end: datetime | None) -> Sequence[str]:
        """Return the history's ids with start <= version time < end, oldest first; None leaves it open."""
        ...

    async def count(self, account: str) -> int:
        """Return how many versions the history holds."""
        ...

    async def archive(self, account: str, ids: Sequence[str]) -> Archived:
        """Copy versions into the monthly archives, durably; say which of them are there now.

        One that is missing or damaged is not among them, whatever the archive holds: it may be whole again
        by the time somebody deletes what was archived.
        """
        ...

    async def archived(self, account: str, month: str) -> Sequence[Version]:
        """Return the versions in the archive of a month (`2026-11`), each once, oldest first."""
        ...

    async def archives(self, account: str) -> Sequence[ArchivedMonth]:
        """Describe the archive month by month, oldest first."""
        ...

    async def restore(
        self, account: str, versions: Sequence[Version], part: Part, *, out_of_archive: bool = False
    ) -> int:
        """Put versions back under their own ids, durably; return how many were not there.

        Of those for the history, the ones that are archived already stay there, unless `out_of_archive`: a
        janitor let them leave.

        Nothing is overwritten: an id that is taken by another content raises StoreConflictError, a version
        that does not fit its id StoreDamagedError; what came before it in `versions` may be there then.
        """
        ...

    async def raise_counts(self, account: str, lifetime: Lifetime) -> None:
        """See that the counts of an account's whole life are at least these."""
        ...

    async def delete(self, account: str, ids: Sequence[str], cleaned_at: datetime) -> int:
        """Remove versions for good, oldest first; return how many were there.

        The newest version is never removed: asking for it raises StoreConflictError and touches nothing.
        """
        ...

    async def metadata(self, account: str) -> Metadata:
        """Return the statistics; they agree with the history at the moment of the call."""
        ...

    async def accounts(self, *, asked_at: float = math.inf) -> Sequence[str]:
        """Return the names of the accounts that have versions, archived ones or reports, sorted."""
        ...

    async def rebuild(self, *, thorough: bool = False) -> Sequence[str]:
        """Make what is derived agree with the files again; return a sentence for each thing mended.

        Thorough reads every archive through, too.
        """
        ...

    async def probe(self) -> None:
        """Return when the store can be written; raise the error that says why not."""
        ...

    async def close(self) -> None:
        """Finish what is in flight; nothing may be asked of the store afterwards."""
        ...
