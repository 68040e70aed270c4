"""The store that forgets at exit: for tests, and for trying things out."""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from shared.schemas.codec import RECEIVED_AT, Document, decode_snapshot, digest
from shared.schemas.figures import Figures, figures_of
from shared.store.base import Appended, Archived, ArchivedMonth, Calendar, DayMark, Found, Part, Version
from shared.store.believing import why_not
from shared.store.choosing import nearest_of, newest_of
from shared.store.errors import StoreConflictError, StoreDamagedError
from shared.store.index import Index
from shared.store.keys import candidate_ids, date_of, matches_digest, month_of, stamp_of, time_of
from shared.store.memory.accounts import Account
from shared.store.memory.announcing import Announcing
from shared.store.memory.keeping import Keeping
from shared.store.memory.reporting import Reporting
from shared.store.metadata import Lifetime, Metadata, later, summarise
from shared.store.placing import ids_to_try, is_ahead, may_take
from shared.store.ranking import rank_of
from shared.timestamps import to_iso_millis

__all__ = ["MemoryStore"]


def _rank(version: Version) -> tuple[Any, ...]:
    return rank_of(version.id, version.document)


def _described(month: str, ids: Sequence[str]) -> ArchivedMonth:
    return ArchivedMonth(month=month, count=len(ids), oldest=time_of(ids[0]), newest=time_of(ids[-1]))


def _put_into_archive(own: Account, versions: Mapping[str, Version]) -> None:
    own.archive.update(versions)
    own.ahead.update(i for i, version in versions.items() if is_ahead(i, version.document))


class MemoryStore(Keeping, Reporting, Announcing):
    """Keeps everything in this process's memory."""

    async def append(self, account: str, document: Document, received_at: datetime) -> Appended:
        """See Store.append; durable as long as the process lives."""
        own = self._made(account)
        last_updated, fingerprint = decode_snapshot(document).last_updated, digest(document)

        def left_ahead() -> list[str]:
            return [version_id for version_id in own.ahead if matches_digest(version_id, fingerprint)]

        def twins(wanted: str) -> list[str]:
            in_time = [i for i in candidate_ids(last_updated, wanted) if i in own.archive]
            return [*own.index.with_digest(wanted), *left_ahead(), *in_time]

        def just_before(wanted: str, moment: datetime) -> list[str]:
            return [*own.index.just_before(wanted, moment), *left_ahead()]

        for version_id in ids_to_try(twins, last_updated, received_at, fingerprint, just_before):
            there = own.versions.get(version_id) or own.archive.get(version_id)
            if there is None and may_take(version_id, last_updated, received_at):
                break
            if there and digest(there.document) == fingerprint:
                return Appended(there, duplicate=True)
        else:
            raise StoreConflictError("every id of this snapshot is taken by another")
        version = Version(account, version_id, {**document, RECEIVED_AT: to_iso_millis(received_at)})
        own.versions[version_id] = version
        own.index.add(version_id)
        own.came(version_id, "version", received_at)
        own.lifetime = replace(own.lifetime, created=own.lifetime.created + 1)
        return Appended(version, duplicate=False)

    @staticmethod
    def _found(own: Account, version_id: str | None) -> Found | None:
        number = own.index.number(version_id) if version_id else None
        if version_id is None or number is None:
            return None
        return Found(own.versions[version_id], number, len(own.index))

    async def latest(self, account: str, *, asked_at: float = math.inf) -> Found | None:  # noqa: ARG002 - memory is always current
        """See Store.latest."""
        own = self._of(account)
        return self._found(own, own.index.newest)

    async def by_number(self, account: str, number: int, *, asked_at: float = math.inf) -> Found | None:  # noqa: ARG002 - memory is always current
        """See Store.by_number."""
        own = self._of(account)
        return self._found(own, own.index.at(number))

    async def by_id(self, account: str, version_id: str) -> Found | None:
        """See Store.by_id."""
        own = self._of(account)
        return self._found(own, version_id) or self._archived(own, version_id)

    @staticmethod
    def _archived(own: Account, version_id: str | None) -> Found | None:
        version = own.archive.get(version_id) if version_id else None
        return Found(version, None, len(own.index)) if version else None

    async def nearest(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:  # noqa: ARG002 - memory is always current
        """See Store.nearest."""
        own = self._of(account)
        archived = Index(own.archive, lambda version_id: _rank(own.archive[version_id]))
        found = [self._found(own, own.index.nearest(moment)), self._archived(own, archived.nearest(moment))]
        return nearest_of(found, moment)

    async def as_of(self, account: str, moment: datetime, *, asked_at: float = math.inf) -> Found | None:  # noqa: ARG002 - memory is always current
        """See Store.as_of."""
        own = self._of(account)
        archived = Index(own.archive, lambda version_id: _rank(own.archive[version_id]))
        return newest_of(
            [self._found(own, own.index.as_of(moment)), self._archived(own, archived.as_of(moment))]
        )

    async def stream(
        self, account: str, start: datetime | None, end: datetime | None, *, part: Part | None = None
    ) -> AsyncIterator[Version]:
        """See Store.stream."""
        own = self._of(account)
        parts = {"archive": own.archive, "history": own.versions}
        everything = parts[part] if part else {**own.archive, **own.versions}
        ids = Index(everything).between(start, end)
        for version_id in sorted(ids, key=lambda one: (stamp_of(one), _rank(everything[one]))):
            yield everything[version_id]

    async def figures(
        self, account: str, start: datetime | None, end: datetime | None
    ) -> AsyncIterator[Sequence[tuple[str, Figures]]]:
        """See Store.figures."""
        found = [(one.id, figures_of(one.document)) async for one in self.stream(account, start, end)]
        if found:
            yield found

    async def calendar(self, account: str, first: str, last: str) -> Calendar:
        """See Store.calendar."""
        own = self._of(account)
        ids = sorted(one for one in {*own.archive, *own.versions} if first <= date_of(one) <= last)
        days = groupby(ids, key=date_of)
        return Calendar({day: DayMark(tuple(those)) for day, those in days}, len(ids))

    async def between(self, account: str, start: datetime | None, end: datetime | None) -> Sequence[str]:
        """See Store.between."""
        return list(self._of(account).index.between(start, end))

    async def count(self, account: str) -> int:
        """See Store.count."""
        return len(self._of(account).index)

    async def archive(self, account: str, ids: Sequence[str]) -> Archived:
        """See Store.archive."""
        own = self._of(account)
        there = sorted({i for i in ids if i in own.versions})
        new = {i: own.versions[i] for i in there if i not in own.archive}
        _put_into_archive(own, new)
        same = [i for i in there if digest(own.archive[i].document) == digest(own.versions[i].document)]
        return Archived(added=len(new), ids=same, taken=[i for i in there if i not in same])

    async def archived(self, account: str, month: str) -> Sequence[Version]:
        """See Store.archived."""
        archive = self._of(account).archive
        return [archive[version_id] for version_id in sorted(archive) if month_of(version_id) == month]

    async def archives(self, account: str) -> Sequence[ArchivedMonth]:
        """See Store.archives."""
        months = groupby(sorted(self._of(account).archive), key=month_of)
        return [_described(month, list(ids)) for month, ids in months]

    async def delete(self, account: str, ids: Sequence[str], cleaned_at: datetime) -> int:
        """See Store.delete."""
        own = self._of(account)
        if own.index.newest in ids:
            raise StoreConflictError(f"{own.index.newest} is the newest version and is never deleted")
        gone = [version_id for version_id in sorted(set(ids)) if own.versions.pop(version_id, None)]
        for version_id in gone:
            own.index.discard(version_id)
        own.lifetime = replace(
            own.lifetime, deleted=own.lifetime.deleted + len(gone), last_cleanup=to_iso_millis(cleaned_at)
        )
        return len(gone)

    async def metadata(self, account: str) -> Metadata:
        """See Store.metadata."""
        own = self._of(account)
        return summarise(own.index, own.lifetime)

    async def accounts(self, *, asked_at: float = math.inf) -> Sequence[str]:  # noqa: ARG002 - memory is always current
        """See Store.accounts."""
        return sorted(
            name for name, own in self._accounts.items() if own.versions or own.archive or own.reports
        )

    async def rebuild(self, *, thorough: bool = False) -> Sequence[str]:  # noqa: ARG002 - nothing is derived
        """See Store.rebuild: here nothing is derived, so nothing can disagree."""
        return []

    async def restore(
        self, account: str, versions: Sequence[Version], part: Part, *, out_of_archive: bool = False
    ) -> int:
        """See Store.restore."""
        own = self._made(account)
        here = own.archive if part == "archive" else own.versions
        known = here if out_of_archive else {**own.archive, **here}
        for version in versions:
            if reason := why_not(version.id, version.document):
                raise StoreDamagedError(f"{version.id}: {reason}")
            if known.get(version.id, version).document != version.document:
                raise StoreConflictError(f"{version.id} is there with other content")
        new = {version.id: version for version in versions if version.id not in known}
        if part == "archive":
            _put_into_archive(own, new)
        else:
            own.versions.update(new)
            for version in new.values():
                own.index.add(version.id)
                own.came(version.id, "version", version.time)
        return len(new)

    async def raise_counts(self, account: str, lifetime: Lifetime) -> None:
        """See Store.raise_counts."""
        own = self._made(account)
        own.lifetime = later(own.lifetime, lifetime)

    async def probe(self) -> None:
        """See Store.probe: memory can always be written."""

    async def close(self) -> None:
        """See Store.close."""
