"""Taking versions out of a history: archived first and durably, deleted after, in slices."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from msgspec import Struct

from shared.clock import Clock
from shared.errors import MarigraphError
from shared.schemas.codec import digest
from shared.store import Store, Version
from shared.store.errors import StoreFullError
from shared.store.keys import id_of_file, month_of
from shared.store.upkeep import Finding

__all__ = ["Removal", "Removed", "bad_versions"]

_SLICE = 500
"""Versions archived and deleted in one go: a stop or a crash waits for, or repeats, no more than these."""

_TOLD_SECONDS = 10

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Removed(Struct, kw_only=True):
    """How far a removal has come."""

    archived: int = 0
    deleted: int = 0
    problem: str | None = None


class Removal:
    """Removes versions of one store; `archive` false drops them without keeping a copy."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        archive: bool,
        stopping: Callable[[], bool],
        sign: Callable[[], Awaitable[None]],
    ) -> None:
        """Take the store, and whether versions go into the archive; `sign` is called now and then."""
        self._store = store
        self._clock = clock
        self._archive = archive
        self._stopping = stopping
        self._sign = sign
        self._told = clock.monotonic()

    async def of(self, account: str, ids: Sequence[str], at: datetime) -> Removed:
        """Remove versions, oldest first. What the store refuses is told in the answer, not raised."""
        done = Removed()
        try:
            for start in range(0, len(ids), _SLICE):
                if self._stopping():
                    break
                part = await self._kept_elsewhere(account, ids[start : start + _SLICE], at, done)
                if part:
                    done.deleted += await self._store.delete(account, part, at)
                await self._tell(account, done, len(ids))
        except MarigraphError as error:
            done.problem = str(error)
        return done

    async def _kept_elsewhere(
        self, account: str, part: Sequence[str], at: datetime, done: Removed
    ) -> Sequence[str]:
        """Return those of a slice that may be deleted now: they are in the archive, or are to be dropped."""
        if not self._archive:
            bad = bad_versions(await self._store.scrub(account, part, at, mend=True))
            return [version_id for version_id in part if version_id not in bad]
        try:
            archived = await self._store.archive(account, part)
        except StoreFullError as error:
            done.problem = f"{error}; what is not yet in the archive stays in the history"
            return await self._archived_already(account, part)
        done.archived += archived.added
        for staying, why in (
            (archived.taken, "under its name the archive holds another version"),
            (archived.unread, "the disk does not give it"),
        ):
            if staying:
                done.problem = f"{len(staying)} stay in the history, of which {staying[0]}: {why}"
        return archived.ids

    async def _archived_already(self, account: str, part: Sequence[str]) -> Sequence[str]:
        months = {month_of(version_id) for version_id in part}
        there = {v.id: v for month in months for v in await self._store.archived(account, month)}
        return [i for i in part if i in there and await self._is_here(there[i])]

    async def _is_here(self, version: Version) -> bool:
        """Tell whether the history has this very version: another of its name is not in the archive."""
        found = await self._store.by_id(version.account, version.id)
        return found is not None and digest(found.version.document) == digest(version.document)

    async def _tell(self, account: str, done: Removed, total: int) -> None:
        if self._clock.monotonic() - self._told >= _TOLD_SECONDS:
            self._told = self._clock.monotonic()
            _log.info("removing", account=account, archived=done.archived, deleted=done.deleted, of=total)
            await self._sign()


def bad_versions(findings: Sequence[Finding]) -> set[str]:
    """Return the versions that cannot be believed and that no archive has."""
    names = (finding.file.rpartition("/")[2] for finding in findings if not finding.restored)
    return {version_id for name in names if (version_id := id_of_file(name))}
