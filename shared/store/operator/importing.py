"""Putting an export into a store: each version under its own id, nothing overwritten.

It can be stopped and begun again at any time: what is there already is passed over.
"""

from collections.abc import Iterable, Sequence

from shared.store.base import Part, Store, Version
from shared.store.errors import StoreConflictError, StoreDamagedError
from shared.store.operator.exported import Counts
from shared.store.operator.progress import Progress
from shared.store.operator.walking import Brought, Problems, walk
from shared.store.reports import StoredReport

__all__ = ["Imported", "import_lines"]

_BATCH = 256
"""Versions stored with one sync of the folder."""


class Imported(Problems, kw_only=True, rename="camel"):
    """What an import did, and why some lines were not taken."""

    versions: int = 0
    """Versions that were not there yet."""
    known: int = 0
    """Versions that were there already."""
    reports: int = 0


class _Import:
    """One import under way: versions of one account and part wait until they can be stored together."""

    def __init__(self, store: Store, progress: Progress, *, out_of_archive: bool) -> None:
        self._store = store
        self._out_of_archive = out_of_archive
        self._progress = progress
        self._waiting: list[Version] = []
        self._place: tuple[str, Part] = ("", "history")
        self.done = Imported()

    async def take(self, row: Brought, number: int) -> None:
        """Take one line in, or have it wait. Raises the store's temporary errors."""
        match row:
            case (str(account), ("history" | "archive") as part, Version() as version):
                if (account, part) != self._place or len(self._waiting) >= _BATCH:
                    await self.flush()
                self._place = (account, part)
                self._waiting.append(version)
            case StoredReport():
                await self._report(row, number)
            case (str(account), Counts() as counts):
                await self.flush()
                await self._store.raise_counts(account, counts.lifetime)

    async def flush(self) -> None:
        """Store what waits."""
        waiting, self._waiting = self._waiting, []
        account, part = self._place
        if waiting and not await self._stored(account, part, waiting):
            for version in waiting:  # one of them cannot be stored: find out which, and store the rest
                await self._stored(account, part, [version], tell=True)

    async def _stored(self, account: str, part: Part, some: Sequence[Version], *, tell: bool = False) -> bool:
        try:
            new = await self._store.restore(account, some, part, out_of_archive=self._out_of_archive)
        except (StoreConflictError, StoreDamagedError) as error:
            if tell:
                self.done.tell(f"{account}: {error}")
            return False
        self.done.versions += new
        self.done.known += len(some) - new
        self._progress.step(len(some))
        return True

    async def _report(self, report: StoredReport, number: int) -> None:
        try:
            self.done.reports += await self._store.restore_reports(report.account, [report])
        except (StoreConflictError, StoreDamagedError) as error:
            self.done.tell(f"line {number}: {error}")


async def import_lines(
    store: Store, lines: Iterable[bytes], progress: Progress, *, out_of_archive: bool = False
) -> Imported:
    """Import an export's lines. Raises NotAnExportError when it is none, and the store's errors.

    A line that cannot be taken is told of and left out; so is what comes after the end, and an export that
    ends early or was changed is told. What is archived already comes back into the history only with
    `out_of_archive`.
    """
    running = _Import(store, progress, out_of_archive=out_of_archive)
    for number, row in walk(lines, running.done.tell):
        await running.take(row, number)
    await running.flush()
    return running.done
