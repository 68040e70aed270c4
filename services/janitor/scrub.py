"""Checking a store bit by bit: every version and every archive in its turn, over as many runs as it takes."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

from services.janitor.records import Cursor, Scrubbed
from shared.clock import Clock
from shared.errors import MarigraphError
from shared.store import Store
from shared.store.upkeep import Census, Finding

__all__ = ["Scrub"]

_SLICE = 200
"""Versions checked in one go: a stop waits for no more."""

_MOST_TOLD = 1000
"""Findings and foreign names that one run lists: a report has an end, the count is whole."""


class Scrub:
    """One run's part of a pass over the store, going on where the last one stopped."""

    def __init__(
        self, store: Store, clock: Clock, *, seconds: float, mend: bool, stopping: Callable[[], bool]
    ) -> None:
        """Take at most about so many seconds; `mend` sets aside what is bad."""
        self._store = store
        self._clock = clock
        self._at = clock.now()
        self._end = clock.monotonic() + seconds
        self._mend = mend
        self._over: Callable[[], bool] = self._is_over if seconds > 0 else lambda: True
        self._stopping = stopping
        self.findings: list[Finding] = []
        self.problems: list[str] = []
        self._foreign: list[str] = []
        self._bad = self._checked = self._total = 0
        self._cursor: Cursor | None = None

    def _is_over(self) -> bool:
        return self._stopping() or (self._checked > 0 and self._clock.monotonic() >= self._end)

    async def run(self, accounts: Sequence[str], cursor: Cursor | None) -> tuple[Scrubbed, Cursor | None]:
        """Check from the cursor on; return what was found and where to go on, None at the end of a pass."""
        self._cursor = cursor
        complete = True
        for account in accounts:
            with self._going_on():
                complete &= await self._account(account)
        done = self._cursor.done if self._cursor else 0
        scrubbed = Scrubbed(
            checked=self._checked,
            done=done,
            total=self._total,
            complete=complete and not self.problems,
            bad=self._bad,
            findings=self.findings,
            foreign=self._foreign,
        )
        return scrubbed, None if complete else self._cursor

    @contextlib.contextmanager
    def _going_on(self) -> Iterator[None]:
        """Note what the store refuses, once, and go on: one bad place must not hide the others."""
        try:
            yield
        except MarigraphError as error:
            if str(error) not in self.problems:
                self.problems.append(str(error))

    async def _account(self, account: str) -> bool:
        """Check what of an account is left in this pass; tell whether all of it is done."""
        census = await self._store.census(account)
        self._total += len(census.versions) + len(census.archives)
        room = _MOST_TOLD - len(self._foreign)
        self._foreign += [f"{account}: {name}" for name in census.foreign[:room]]
        return await self._versions(account, census) and await self._archives(account, census)

    def _is_behind(self, place: tuple[str, bool, str]) -> bool:
        return self._cursor is None or place > self._cursor.place

    async def _versions(self, account: str, census: Census) -> bool:
        left = [i for i in census.versions if self._is_behind((account, False, i))]
        for start in range(0, len(left), _SLICE):
            if self._over():
                return False
            part = left[start : start + _SLICE]
            with self._going_on():
                self._take(await self._store.scrub(account, part, self._at, mend=self._mend))
            self._advance(account, part[-1], len(part), archives=False)
        return True

    async def _archives(self, account: str, census: Census) -> bool:
        for month in census.archives:
            if not self._is_behind((account, True, month)):
                continue
            if self._over():
                return False
            with self._going_on():
                found = await self._store.scrub_archive(account, month, self._at, mend=self._mend)
                self._take([found] if found else [])
            self._advance(account, month, 1, archives=True)
        return True

    def _take(self, findings: Sequence[Finding]) -> None:
        self._bad += len(findings)
        self.findings += findings[: _MOST_TOLD - len(self.findings)]

    def _advance(self, account: str, after: str, count: int, *, archives: bool) -> None:
        done = (self._cursor.done if self._cursor else 0) + count
        self._cursor = Cursor(account=account, archives=archives, after=after, done=done)
        self._checked += count
