"""One account's chain of entries: followed, and added to, an object that is made once at a time.

An entry has a number, and its key is free only until somebody has made it: of several processes that add to
an account at once one goes first, and the others decide anew on what it left. What nobody could tell, whether
a request that was not answered made its entry, is found out by reading it: each has a token of its own.

Entries that are no longer needed are deleted an hour after. So a process that has not looked for ten minutes
looks for the newest entry in a list; and one whose entry was made long after its last look (it was paused)
believes it only when the chain has it.
"""

import asyncio
import math
import secrets
import time
from collections.abc import Sequence

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from shared.errors import MarigraphError
from shared.store.errors import StoreDamagedError, StoreUnavailableError
from shared.store.s3.bucket import Bucket, UnsureError
from shared.store.s3.forms import Change, Entry, Record, State, encode_record, read, write
from shared.store.s3.leafage import Leafage
from shared.store.s3.packing import rolled_up
from shared.store.s3.places import entry_key, log_folder, state_key
from shared.store.s3.sweeping import sweep
from shared.store.s3.views import View, onto, recorded, view_of

__all__ = ["MOST_CARRIED", "Chain", "seconds"]

MOST_CARRIED = 64
"""Records since a state, after which the next one is made."""

_MOST_CARRIED_BYTES = 128 * 1024

_TRUSTED_SECONDS = 600.0
"""So long after a look the next entry's key tells whether there is one."""

_LATE_SECONDS = 300.0
"""An entry that was made so long after the look before it is believed only when it is seen in the chain."""

_TRIES = 5

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def seconds() -> float:
    """Tell time that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Chain:
    """The entries of an account. One caller at a time; every call may raise `shared.store.errors`."""

    def __init__(self, bucket: Bucket, leafage: Leafage, account: str) -> None:
        """Know nothing yet."""
        self._bucket = bucket
        self._leafage = leafage
        self._account = account
        self.view: View | None = None
        """The account as it was seen last."""
        self.proven = 0.0
        """When the look began that showed the view to be the newest (`seconds`)."""
        self.looked_at = -1.0
        """The same in seconds of `time.monotonic`."""

    async def make(self, changes: Sequence[Change]) -> bool:
        """Make the next entry; return False when the chain has gone on another way."""
        before = self.view
        assert before is not None  # noqa: S101 - who adds has looked
        record = Record(before.number + 1, secrets.token_hex(8), changes)
        raw = encode_record(record)
        after = recorded(before, record, raw)
        key, proven = entry_key(self._account, record.number), self.proven
        data = write(Entry(before.base, after.carried), quickly=True)
        begun, begun_monotonic = seconds(), time.monotonic()
        try:
            made = await self._bucket.create(key, data)
        except UnsureError:
            self.proven = -math.inf
            made = await self._is_there(key, record)
            if not made and self.view is before:
                raise
        else:
            made = made or await self._is_there(key, record)
        if made and seconds() - proven > _LATE_SECONDS:
            await self._reload()
            made = self.view is not None and _has(self.view, record)
        elif made:
            self.view, self.proven, self.looked_at = after, begun, begun_monotonic
        return made

    async def _is_there(self, key: str, record: Record) -> bool:
        """Tell whether an entry that is there is the one that was to be made; if not, follow it."""
        found = await self._bucket.get(key)
        if found is None:
            return False
        if _is_of(found.data, record, key):
            return True
        await self.follow()
        return False

    async def follow(self) -> None:
        """Put the entries that came onto the view."""
        try:
            await self._follow()
        except StoreUnavailableError:
            self.proven = -math.inf  # who knows what the bucket comes back with
            raise

    async def _follow(self) -> None:
        for _ in range(2):
            begun, begun_monotonic = seconds(), time.monotonic()
            view = self.view
            if view is None or begun - self.proven > _TRUSTED_SECONDS:
                break
            key = entry_key(self._account, view.number + 1)
            found = await self._bucket.get(key)
            if found is None:
                self.proven, self.looked_at = begun, begun_monotonic
                return
            try:
                entry = read(found.data, Entry, key)
            except StoreDamagedError:
                break  # there may be a later one, which was made without it
            if entry.base != view.base or not _continues(entry, view):
                break  # a state of ours that no entry built on is given up: others may delete what it names
            self.view = onto(view, entry)
        await self._reload()

    async def _reload(self) -> None:
        """Find the newest entry, and what it builds on: three requests, however long the chain is."""
        for _ in range(_TRIES):
            begun, begun_monotonic = seconds(), time.monotonic()
            key = await self._bucket.first(log_folder(self._account))
            try:
                view = View() if key is None else await self._view_at(key)
            except StoreDamagedError as error:
                raise self._standing(str(error)) from error
            if view is not None:
                self._tell_of_what_is_lost(view)
                self.view, self.proven, self.looked_at = view, begun, begun_monotonic
                return
        raise self._standing("its newest entry, or what it builds on, cannot be found")

    def _standing(self, reason: str) -> StoreDamagedError:
        """Return the error of an account that can neither be asked nor added to."""
        remedy = "`python -m shared.store rebuild`, or a janitor's run, lets it go on with what can be read"
        return StoreDamagedError(f"{self._account}: {reason}: {remedy}")

    def _tell_of_what_is_lost(self, now: View) -> None:
        """Say that entries that were seen are there no more: no process deletes the newest."""
        if self.view is not None and now.number < self.view.number:
            _log.error(
                "the bucket has lost what it had",
                account=self._account,
                entries=self.view.number - now.number,
                newest=now.number,
            )

    async def _view_at(self, key: str) -> View | None:
        """Return the account at an entry; None when the entry or its state is not there."""
        found = await self._bucket.get(key)
        if found is None:
            return None
        entry = read(found.data, Entry, key)
        if entry.base == 0:
            return onto(View(), entry)
        if self.view is not None and self.view.base == entry.base and _continues(entry, self.view):
            return onto(self.view, entry)
        place = state_key(self._account, entry.base)
        state = await self._bucket.get(place)
        return view_of(read(state.data, State, place), entry) if state else None

    async def roll_up_if_long(self) -> None:
        """Make a state when there is much since the last one: the next entry builds on it."""
        view = self.view
        assert view is not None  # noqa: S101 - who adds has looked
        if len(view.carried) >= MOST_CARRIED or sum(map(len, view.carried)) > _MOST_CARRIED_BYTES:
            try:
                await self._roll_up(view)
            except MarigraphError as error:  # entries grow meanwhile; what comes is still taken
                _log.warning("no state could be made", account=self._account, error=str(error))

    async def _roll_up(self, view: View) -> None:
        """Make the state of this moment; the next entry builds on it."""
        litter = await sweep(self._bucket, self._account, view)
        swept = replace(view, litter=litter)
        state, objects = await self._leafage.settled(lambda held: rolled_up(self._account, swept, held))
        await asyncio.gather(*(self._bucket.create(key, data) for key, data in objects.items()))
        key = state_key(self._account, view.number)
        if not await self._bucket.create(key, write(state)):  # another process was first
            found = await self._bucket.get(key)
            state = read(found.data, State, key) if found else state
        self.view = view_of(state)


def _is_of(data: bytes, record: Record, key: str) -> bool:
    """Tell whether an entry is that of a record; one that cannot be read is not."""
    try:
        marks = _marks(read(data, Entry, key))
    except StoreDamagedError:
        return False
    return bool(marks) and marks[-1].token == record.token


class _Mark(Struct):
    """What a record says of its place in the chain."""

    number: int
    token: str


def _marks(entry: Entry) -> list[_Mark]:
    return [msgspec.json.decode(raw, type=_Mark) for raw in entry.records]


def _continues(entry: Entry, view: View) -> bool:
    """Tell whether an entry goes on where a view ends."""
    if entry.base >= view.number:
        return entry.base == view.number
    return any(mark.number == view.number and mark.token == view.token for mark in _marks(entry))


def _has(view: View, record: Record) -> bool:
    marks = [msgspec.json.decode(raw, type=_Mark) for raw in view.carried]
    return any(mark.number == record.number and mark.token == record.token for mark in marks)
