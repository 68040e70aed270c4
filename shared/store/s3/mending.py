"""Going on with an account whose newest entry, or what that builds on, is damaged or lost.

A power cut of a cluster that acknowledges before it syncs leaves such chains. An entry repeats those before
it, an older one leads to an older state, and packs lie beside them under their own names: what of that can be
read is put into one more entry. That is made as any other, so a process that knew better and was first wins.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence

import structlog
from msgspec import Struct, json

from shared.store.errors import StoreDamagedError
from shared.store.s3.bucket import Bucket
from shared.store.s3.chain import Chain
from shared.store.s3.forms import (
    Added,
    Change,
    Entry,
    Item,
    Name,
    Record,
    Removed,
    State,
    encode_record,
    read,
    read_lines,
    salvaged,
    write,
)
from shared.store.s3.leafage import Leafage
from shared.store.s3.packing import merged
from shared.store.s3.places import (
    account_folder,
    entry_key,
    entry_number,
    log_folder,
    quarantine_key,
    state_key,
)
from shared.store.s3.shelves import Leaves, Shelf, Shelved
from shared.store.s3.views import View, onto, view_of

__all__ = ["mended"]

_SHELVES: Sequence[Name] = ("history", "archive", "reports")

_Found = Mapping[Name, dict[str, Item]]

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class _Walked(Struct):
    """What a walk back from the newest entry met."""

    newest: int
    view: View | None = None
    """The account at the newest entry that leads to a state; None when none does."""
    orphans: dict[int, Entry] = {}
    """By the number of the state that is lost, the newest entry that builds on it."""
    damaged: dict[str, bytes] = {}
    """Entries that cannot be read."""


async def mended(bucket: Bucket, leafage: Leafage, account: str) -> str | None:
    """Let an account that stands go on with what can be read of it; say so, None when all is right.

    Raises StoreUnavailableError when the bucket does not answer: what it may yet give is not given up.
    """
    try:
        await Chain(bucket, leafage, account).follow()
    except StoreDamagedError as error:
        reason = str(error)
    else:
        return None
    walked = await _walked(bucket, account)
    found = _in_records(walked.orphans.values())
    if walked.view is not None:
        data = await _added_to(walked.view, walked.newest, found, leafage)
        what = f"entry {walked.view.number} of {walked.newest}"
    else:
        await _gather(bucket, account, found)
        data = await _begun_anew(bucket, account, walked.newest, found)
        what = (
            f"{len(found['history'])} versions and {len(found['archive'])} archived ones that could be read"
        )
    for key, content in walked.damaged.items():
        await bucket.put(quarantine_key(account, key), content)
    if not await bucket.create(entry_key(account, walked.newest + 1), data):
        return None  # somebody who knows the account has gone on
    _log.error("an account goes on without what is lost", account=account, why=reason, now=what)
    return f"{account}: {reason}: it goes on from {what}"


async def _walked(bucket: Bucket, account: str) -> _Walked:
    """Walk back until an entry leads to a state, and forth again over those whose state was lost."""
    keys = [key async for key in bucket.keys(log_folder(account))]
    walked = _Walked(entry_number(keys[0]))
    for key in keys:
        kept = await bucket.get(key)
        try:
            entry = read(kept.data, Entry, key) if kept else None
        except StoreDamagedError:
            walked.damaged[key] = kept.data if kept else b""
            continue
        if entry is None or entry.base in walked.orphans:
            continue
        view = View() if entry.base == 0 else await _state(bucket, account, entry.base)
        if view is None:
            walked.orphans[entry.base] = entry
            continue
        walked.view = onto(view, entry)
        while (rest := walked.orphans.pop(walked.view.number, None)) is not None:
            walked.view = onto(walked.view, Entry(walked.view.number, rest.records))
        break
    return walked


async def _state(bucket: Bucket, account: str, number: int) -> View | None:
    key = state_key(account, number)
    kept = await bucket.get(key)
    try:
        return view_of(read(kept.data, State, key)) if kept else None
    except StoreDamagedError:
        return None


def _in_records(entries: Iterable[Entry]) -> _Found:
    """Return what came, and did not leave again, in entries that lead to no state."""
    found: _Found = {name: {} for name in _SHELVES}
    for entry in sorted(entries, key=lambda one: one.base):
        for raw in entry.records:
            for change in json.decode(raw, type=Record).changes:
                match change:
                    case Added():
                        found[change.shelf].update({item.id: item for item in change.items})
                    case Removed():
                        for gone in change.ids:
                            found[change.shelf].pop(gone, None)
    return found


async def _added_to(view: View, newest: int, found: _Found, leafage: Leafage) -> bytes:
    """Return an entry behind the newest: a view, nothing for entries that are lost, and what was found."""

    def lacking(held: Leaves) -> Sequence[Change]:
        return [
            Added(shelf=name, items=new, created=len(new))
            for name, items in found.items()
            if (
                new := [one for one in items.values() if Shelved(view.shelf(name), held).item(one.id) is None]
            )
        ]

    changes = await leafage.settled(lacking)
    lost = [Record(number, secrets.token_hex(8), ()) for number in range(view.number + 1, newest + 1)]
    records = [*lost, Record(newest + 1, secrets.token_hex(8), changes)]
    return write(Entry(view.base, [*view.carried, *map(encode_record, records)]))


async def _gather(bucket: Bucket, account: str, found: _Found) -> None:
    """Add what packs hold, also those that nobody needed any more: what was deleted lately may come back."""
    for name in _SHELVES:
        async for key in bucket.keys(f"{account_folder(account)}{name}/"):
            kept = await bucket.get(key)
            if kept is None:
                continue
            try:
                items = read_lines(kept.data, key)
            except StoreDamagedError:
                items = salvaged(kept.data)
            for item in items:
                found[name].setdefault(item.id, item)
    for archived in found["archive"]:
        found["history"].pop(archived, None)


async def _begun_anew(bucket: Bucket, account: str, newest: int, found: _Found) -> bytes:
    """Make a state of what was found; return an entry behind the newest that holds nothing but its number."""
    number = newest + 1
    made = {name: merged(account, name, Shelf(), {}, found[name].values(), number) for name in _SHELVES}
    for packed in made.values():
        for key, data in packed.objects.items():
            await bucket.create(key, data)
    state = State(
        number=number,
        token=secrets.token_hex(8),
        newest_at=max((item.at for items in found.values() for item in items.values()), default=0),
        history=made["history"].packs,
        archive=made["archive"].packs,
        reports=made["reports"].packs,
    )
    await bucket.create(state_key(account, number), write(state))
    return write(Entry(number, ()))
