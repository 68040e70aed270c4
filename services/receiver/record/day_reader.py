"""Reading an account's versions day by day, those that follow each other in one go."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from shared.insight.days import Readable
from shared.store import Store
from shared.store.keys import date_of

__all__ = ["DayReader"]


class DayReader:
    """The versions of one account, to be asked for by day, oldest first."""

    def __init__(self, store: Store, account: str) -> None:
        """Read nothing yet."""
        self._store = store
        self._account = account
        self._pieces: AsyncIterator[Sequence[Readable]] | None = None
        self._read: Sequence[Readable] = ()

    def leave(self) -> None:
        """Read no further from here: the next day that is asked for is another than the following."""
        self._pieces, self._read = None, ()

    async def day(self, date: str) -> Sequence[Readable]:
        """Return all versions of a day, later than those that were asked for before; oldest first."""
        if self._pieces is None:
            midnight = datetime.fromisoformat(date).replace(tzinfo=UTC)
            self._pieces = self._store.figures(self._account, midnight, None)
        found: list[Readable] = []
        while True:
            place = 0
            while place < len(self._read) and date_of(self._read[place][0]) <= date:
                place += 1
            found += self._read[:place]
            self._read = self._read[place:]
            if self._read:
                break
            piece = await anext(self._pieces, None)
            if piece is None:
                break
            self._read = piece
        return [version for version in found if date_of(version[0]) == date]

    async def one(self, version_id: str) -> Readable | None:
        """Return a version by its id."""
        found = await self._store.by_id(self._account, version_id)
        return (version_id, found.version.document) if found else None
