"""A store copied into another, of any kind: it can be stopped and begun again, and is compared at the end.

What is in the other already stays. What comes into the first meanwhile is copied by the next run.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from shared.store.base import Part, Store, Version
from shared.store.errors import StoreConflictError, StoreDamagedError
from shared.store.keys import stamp_of
from shared.store.metadata import Lifetime
from shared.store.operator.progress import Progress
from shared.store.operator.walking import Problems
from shared.store.ranking import rank_of
from shared.timestamps import to_iso_millis

__all__ = ["Copied", "copy"]

_BATCH = 256
"""Versions that are put into the other store together."""

_PARTS: tuple[Part, ...] = ("history", "archive")
"""In this order, so that a version that a janitor archives meanwhile is met at least once."""


class Copied(Problems, kw_only=True, rename="camel"):
    """What a copy did and what the look through both stores found."""

    began: str
    """When it was begun (UTC)."""
    accounts: int = 0
    versions: int = 0
    """Versions that were not there yet; one that is in history and archive counts twice."""
    known: int = 0
    """Versions that were there already."""
    reports: int = 0
    alike: int = 0
    """Versions that both stores hold, letter for letter."""
    more: int = 0
    """Versions that only the other store holds."""
    came: int = 0
    """Versions that came into the first store since it was begun and are not in the other: the next run's."""


async def copy(source: Store, target: Store, now: datetime, progress: Progress) -> Copied:
    """Copy everything, then compare. What cannot be copied is told of. Raises the stores' other errors."""
    done, seen = Copied(began=to_iso_millis(now)), source.damage_seen()
    for account in await source.accounts():
        done.accounts += 1
        for part in _PARTS:
            async for some in _batches(source, account, part):
                await _put(target, account, part, some, done)
                progress.step(len(some))
        await _copy_reports(source, target, account, done)
        counts = await source.metadata(account)
        await target.raise_counts(
            account,
            Lifetime(
                created=counts.total_versions_created,
                deleted=counts.total_versions_deleted,
                last_cleanup=counts.last_cleanup,
            ),
        )
        for part in _PARTS:
            await _compare(source, target, account, part, done, progress)
    if damaged := source.damage_seen() - seen:
        done.tell(f"what is damaged in the first store ({damaged}) was left out: let its janitor look at it")
    return done


async def _batches(source: Store, account: str, part: Part) -> AsyncIterator[list[Version]]:
    some: list[Version] = []
    async for version in source.stream(account, None, None, part=part):
        some.append(version)
        if len(some) == _BATCH:
            yield some
            some = []
    if some:
        yield some


async def _put(target: Store, account: str, part: Part, some: list[Version], done: Copied) -> None:
    try:
        new = await target.restore(account, some, part, out_of_archive=True)
    except (StoreConflictError, StoreDamagedError) as error:
        if len(some) == 1:
            done.tell(f"{account}: {error}")
            return
        for version in some:  # one of them cannot be stored: the rest can
            await _put(target, account, part, [version], done)
        return
    done.versions += new
    done.known += len(some) - new


async def _copy_reports(source: Store, target: Store, account: str, done: Copied) -> None:
    before: str | None = None
    while some := await source.reports(account, before=before):
        try:
            done.reports += await target.restore_reports(account, some)
        except (StoreConflictError, StoreDamagedError) as error:
            done.tell(f"{account}: {error}")
        before = some[-1].id


async def _compare(
    source: Store, target: Store, account: str, part: Part, done: Copied, progress: Progress
) -> None:
    """Hold each version against the other store's: both give them in the same order."""
    theirs = target.stream(account, None, None, part=part)
    other = await anext(theirs, None)
    async for version in source.stream(account, None, None, part=part):
        while other is not None and _place(other) < _place(version):
            done.more += 1
            other = await anext(theirs, None)
        if (other is None or other.id != version.id) and version.document.get("receivedAt", "") >= done.began:
            done.came += 1
        elif other is None or other.id != version.id:
            done.tell(f"{account}: {version.id} of the {part} is not there")
        else:
            _judge(version, other, part, done)
            other = await anext(theirs, None)
        progress.step()
    while other is not None:
        done.more += 1
        other = await anext(theirs, None)


def _judge(version: Version, other: Version, part: Part, done: Copied) -> None:
    if version == other:
        done.alike += 1
    else:
        done.tell(f"{version.account}: {version.id} of the {part} is there with other content")


def _place(version: Version) -> tuple[str, Any]:
    return stamp_of(version.id), rank_of(version.id, version.document)
