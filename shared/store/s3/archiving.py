"""What leaves the history: first into the archive, whose packs are made before they are told of."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from msgspec import Raw

from shared.schemas.codec import digest, encode
from shared.store.base import Archived, Version
from shared.store.believing import why_not
from shared.store.errors import StoreConflictError, StoreDamagedError, StoreUnavailableError
from shared.store.s3.accounts import Accounts
from shared.store.s3.forms import Item, Name, Swapped
from shared.store.s3.leftovers import may_name
from shared.store.s3.packing import Packed, merged
from shared.store.s3.shelves import Leaves, Shelved
from shared.store.s3.taking import Decided, Decision
from shared.store.s3.views import View, came_ahead, microseconds

__all__ = ["Archiving"]

_TRIES = 20


class Archiving(Accounts):
    """See Store: the archive."""

    async def archive(self, account: str, ids: Sequence[str]) -> Archived:
        """See Store.archive."""
        for _ in range(_TRIES):
            view = await self._view(account, math.inf)
            new, same, taken = await self._settled(partial(_sorted_out, view, ids))
            if not new or await self._put_into_archive(account, view, new):
                return Archived(added=len(new), ids=sorted([*same, *new]), taken=taken)
        raise StoreUnavailableError(f"{account}: others change the archive all the time")

    async def _restore_into_archive(self, account: str, versions: Sequence[Version]) -> int:
        for version in versions:
            if reason := why_not(version.id, version.document):
                raise StoreDamagedError(f"{version.id}: {reason}")
        for _ in range(_TRIES):
            view = await self._view(account, math.inf)
            new = await self._settled(partial(_not_archived, view, versions))
            if not new or await self._put_into_archive(account, view, new):
                return len(new)
        raise StoreUnavailableError(f"{account}: others change the archive all the time")

    async def _put_into_archive(self, account: str, view: View, new: Mapping[str, Item]) -> bool:
        """Make the packs, then tell of them; return False when the archive has changed meanwhile."""
        changed = await self._settled(
            lambda held: merged(account, "archive", view.archive, held, new.values(), view.number)
        )
        ahead = [item.id for item in new.values() if came_ahead("archive", item)]
        return await self._swap(account, "archive", view, changed, ahead)

    async def _swap(
        self, account: str, name: Name, view: View, changed: Packed, ahead: Sequence[str] = ()
    ) -> bool:
        """Put packs in the place of others, if the shelf's packs still are those of the view."""
        await asyncio.gather(*(self._bucket.create(key, data) for key, data in changed.objects.items()))
        swapped = Swapped(shelf=name, dropped=changed.dropped, packs=changed.packs, ahead=ahead)
        return await self._commit(account, _if_unchanged(view, swapped))


def _if_unchanged(view: View, change: Swapped) -> Decision[bool]:
    """Swap packs while those that go are there, and, of the archive, while nobody else has put any in.

    And only while those that come have not been let go of meanwhile.
    """
    packs = view.shelf(change.shelf).packs

    def decide(now: View, _leaves: Leaves, _at: int) -> Decided[bool]:
        there = now.shelf(change.shelf).packs
        if not may_name((pack.key for pack in change.packs), view, now):
            return False, ()
        same = [pack.key for pack in there] == [pack.key for pack in packs]
        in_place = change.shelf != "archive" and {*change.dropped} <= {pack.key for pack in there}
        return (True, [change]) if same or in_place else (False, ())

    return decide


def _sorted_out(
    view: View, ids: Sequence[str], leaves: Leaves
) -> tuple[dict[str, Item], list[str], list[str]]:
    """Return which versions of the history are new to the archive, which it has, and whose names it has."""
    history, archive = Shelved(view.history, leaves), Shelved(view.archive, leaves)
    new, same, taken = dict[str, Item](), list[str](), list[str]()
    for version_id in sorted(set(ids)):
        item, there = history.item(version_id), archive.item(version_id)
        if item is None:
            continue
        if there is None:
            new[version_id] = item
        elif digest(there.read()) == digest(item.read()):
            same.append(version_id)
        else:
            taken.append(version_id)
    return new, same, taken


def _not_archived(view: View, versions: Sequence[Version], leaves: Leaves) -> dict[str, Item]:
    archive = Shelved(view.archive, leaves)
    new: dict[str, Item] = {}
    at = max(microseconds(datetime.now(UTC)), view.newest_at + 1)
    for version in versions:
        there = new.get(version.id) or archive.item(version.id)
        if there is None:
            new[version.id] = Item(version.id, at + len(new), Raw(encode(version.document)))
        elif there.read() != version.document:
            raise StoreConflictError(f"{version.id} is there with other content")
    return new
