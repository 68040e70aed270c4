# ruff: noqa: ARG002 - a bucket has no use for some of what the contract hands over
"""Keeping a bucket well: what is there is read again and held against its name."""

import asyncio
import math
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
import structlog
from msgspec import Struct

from shared.store.believing import is_of_unknown_form, why_not
from shared.store.errors import StoreDamagedError
from shared.store.keys import month_of
from shared.store.s3.archiving import Archiving
from shared.store.s3.bucket import Kept
from shared.store.s3.forms import Item, Name, Pack, read_lines, salvaged
from shared.store.s3.mending import mended
from shared.store.s3.packing import Packed, packed
from shared.store.s3.places import PROBE, account_folder, is_ours, quarantine_key
from shared.store.s3.shelves import Shelved
from shared.store.s3.views import View
from shared.store.upkeep import Census, Finding, Space

__all__ = ["Upkeeping"]

_AT_ONCE = 8

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class _Looked(Struct, frozen=True):
    """What a pack turned out to be: what of it can be believed, and why the rest cannot."""

    pack: Pack
    data: bytes | None
    whole: Mapping[str, Item]
    reason: str | None


class Upkeeping(Archiving):
    """See Upkeep."""

    async def tend(self) -> Sequence[str]:
        """See Upkeep.tend: no file beside the chain is made for others."""
        return []

    def damage_seen(self) -> int:
        """See Upkeep.damage_seen: packs are counted, each once."""
        return len(self._leafage.damaged)

    async def census(self, account: str) -> Census:
        """See Upkeep.census."""
        view = await self._view(account, math.inf)
        ids: list[str] = []
        for span in Shelved(view.history, {}).spans(None, None):
            ids += await self._ids_of(view, span)
        keys = [key async for key in self._bucket.keys(account_folder(account))]
        return Census(
            sorted(ids),
            sorted({month_of(pack.first) for pack in view.archive.packs}),
            sorted(key.removeprefix(account_folder(account)) for key in keys if not is_ours(account, key)),
        )

    async def _ids_of(self, view: View, span: int) -> Sequence[str]:
        """Return the ids of a span; of a damaged pack its ends, so that somebody looks at it."""
        try:
            return await self._settled(lambda held: Shelved(view.history, held).rows(span, None, None))
        except StoreDamagedError:
            return sorted({view.history.packs[span].first, view.history.packs[span].last})

    async def scrub(self, account: str, ids: Sequence[str], at: datetime, *, mend: bool) -> Sequence[Finding]:
        """See Upkeep.scrub: the packs are read again, each as a whole."""
        view = await self._view(account, math.inf)
        history, wanted = Shelved(view.history, {}), set(ids)
        spans = {history.span(i) for i in wanted - view.history.recent.keys()} - {len(view.history.packs)}
        looked = await self._look_through([view.history.packs[span] for span in sorted(spans)])
        bad = [one for one in looked if one.reason is not None]
        return [await self._bad_pack(account, "history", view, one, mend=mend) for one in bad]

    async def scrub_archive(self, account: str, month: str, at: datetime, *, mend: bool) -> Finding | None:
        """See Upkeep.scrub_archive."""
        view = await self._view(account, math.inf)
        packs = [pack for pack in view.archive.packs if month_of(pack.first) == month]
        found: Finding | None = None
        for one in await self._look_through(packs):
            if one.reason is not None:
                found = await self._bad_pack(account, "archive", view, one, mend=mend)
        return found

    async def _look_through(self, packs: Sequence[Pack]) -> Sequence[_Looked]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(pack: Pack) -> _Looked:
            async with gate:
                return _judged(pack, await self._bucket.get(pack.key))

        return await asyncio.gather(*(look(pack) for pack in packs))

    async def _bad_pack(self, account: str, name: Name, view: View, bad: _Looked, *, mend: bool) -> Finding:
        """Tell of a pack that is not right; put what is whole of it in its place."""
        reason = f"{bad.reason}; {len(bad.whole)} of {bad.pack.count} versions in it are whole"
        file = bad.pack.key.removeprefix(account_folder(account))
        aside: str | None = None
        if mend:
            if bad.data is not None:
                aside = quarantine_key(account, bad.pack.key)
                await self._bucket.put(aside, bad.data)
                await self._bucket.put(f"{aside}.why", f"{reason}\n".encode())
            whole = sorted(bad.whole.values(), key=lambda item: item.id)
            made = [packed(account, name, whole, view.number)] if whole else []
            objects = {pack.key: data for pack, data in made}
            changed = Packed([bad.pack.key], [pack for pack, _ in made], objects)
            if not await self._swap(account, name, view, changed):
                mend, aside = False, None
        restored = mend and len(bad.whole) == bad.pack.count
        _log.error("a pack is damaged", account=account, file=file, why=reason, set_aside=aside)
        return Finding(account=account, file=file, reason=reason, set_aside=aside, restored=restored)

    async def inspect(self, account: str) -> Sequence[Finding]:
        """See Upkeep.inspect: the newest entry, and what it builds on, can be read."""
        await self._view(account, math.inf)
        return []

    async def rebuild(self, *, thorough: bool = False) -> Sequence[str]:
        """See Store.rebuild: nothing is derived, but an account whose newest entry is damaged may stand."""
        told = [await mended(self._bucket, self._leafage, account) for account in await self.accounts()]
        return [one for one in told if one is not None]

    async def space(self) -> Space | None:
        """See Upkeep.space: a bucket has no end."""
        return None

    async def probe(self) -> None:
        """See Store.probe."""
        await self._bucket.put(PROBE, secrets.token_bytes(8))


def _judged(pack: Pack, found: Kept | None) -> _Looked:
    """Hold a pack against its name, and each version in it against its own."""
    if found is None:
        return _Looked(pack, None, {}, "it is not there")
    try:
        items, reason = read_lines(found.data, pack.key), None
    except StoreDamagedError:
        items, reason = salvaged(found.data), "its content does not match its name"
    whole = {item.id: item for item in items if _is_right(item)}
    if reason is None and len(whole) != pack.count:
        reason = "versions in it do not match their names"
    return _Looked(pack, found.data, whole, reason)


def _is_right(item: Item) -> bool:
    try:
        document = item.read()
    except msgspec.MsgspecError:
        return False
    return why_not(item.id, document) is None or is_of_unknown_form(item.id, document)
