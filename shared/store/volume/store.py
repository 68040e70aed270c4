"""The volume behind the store's contract: blocking work in threads, one history an account."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from shared.files import private_folder, write_temporary
from shared.schemas.codec import Document
from shared.store.base import Appended, ArchivedMonth, Found, Version
from shared.store.errors import StoreReadOnlyError, translated
from shared.store.index import Index
from shared.store.keys import is_version_id
from shared.store.metadata import Metadata
from shared.store.placing import checked_account
from shared.store.upkeep import Census, Finding, Space
from shared.store.volume import spanning, upkeep
from shared.store.volume.append import append_batch, incoming
from shared.store.volume.census import census
from shared.store.volume.commit import GroupCommit
from shared.store.volume.damage import Damage
from shared.store.volume.duty import Duty
from shared.store.volume.history import Choose, History, NotAtHand
from shared.store.volume.layout import accounts_of, layout_of
from shared.store.volume.notes import read_note, space_of, write_note
from shared.store.volume.scrub import scrub, scrub_archive
from shared.store.volume.spanning import as_of_span, nearest_span

__all__ = ["VolumeStore"]

T = TypeVar("T")

_THREADS = 8
"""Files synced side by side: the journal groups them."""

_SLICE = 256
"""Versions of a stream that are in memory at a time."""


class VolumeStore:
    """A folder on a disk, shared by receivers and a janitor."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Open the folder, made if it is missing. Raises the store's errors when it cannot be.

        With `read_only` no file is touched, not even one that is derived; what would change one is refused.
        """
        self._root = root
        self._read_only = read_only
        if not read_only:
            with translated(f"opening the store {root}"):
                private_folder(root)
        self._damage = Damage()
        self._histories: dict[str, History] = {}
        self._commits: dict[str, GroupCommit] = {}
        self._duty = Duty(root / ".janitor.lock")
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")
        self._writers = ThreadPoolExecutor(_THREADS, thread_name_prefix="store-write")

    def _history(self, account: str) -> History:
        known = self._histories.get(account)
        if known is None:
            layout = layout_of(self._root, checked_account(account), read_only=self._read_only)
            known = History(account, layout, self._damage)
            self._histories[account] = known
        return known

    async def _changing(self, doing: str, work: Callable[[], T]) -> T:
        if self._read_only:
            raise StoreReadOnlyError(f"{doing}: this store was opened only to be read")
        return await self._in_thread(doing, work)

    async def _in_thread(self, doing: str, work: Callable[[], T]) -> T:
        def run() -> T:
            with translated(doing):
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._pool, run)

    async def append(self, account: str, document: Document, received_at: datetime) -> Appended:
        """See Store.append: file and folder are synced before this returns."""
        history = self._history(account)
        commit = self._commits.get(account)
        if commit is None:
            commit = GroupCommit(
                lambda batch: self._changing(
                    f"storing for account {account}", lambda: append_batch(history, batch, self._writers)
                )
            )
            self._commits[account] = commit
        return await commit.append(incoming(document, received_at))

    async def _find(self, account: str, choose: Choose) -> Found | None:
        history = self._history(account)
        at_hand = self._peek(history, choose)
        if not isinstance(at_hand, NotAtHand):
            return at_hand
        return await self._read(history, lambda: history.find(choose))

    @staticmethod
    def _peek(history: History, choose: Choose) -> Found | NotAtHand | None:
        with translated(f"reading account {history.account}"):
            return history.peek(choose)

    async def _read(self, history: History, work: Callable[[], T]) -> T:
        return await self._in_thread(f"reading account {history.account}", work)

    async def latest(self, account: str) -> Found | None:
        """See Store.latest."""
        return await self._find(account, lambda index: index.newest)

    async def by_number(self, account: str, number: int) -> Found | None:
        """See Store.by_number."""
        return await self._find(account, lambda index: index.at(number))

    async def by_id(self, account: str, version_id: str) -> Found | None:
        """See Store.by_id."""
        history = self._history(account)
        if not is_version_id(version_id):
            return None
        at_hand = self._peek(history, lambda index: version_id if version_id in index else None)
        if isinstance(at_hand, Found):
            return at_hand
        return await self._read(history, lambda: spanning.by_id(history, version_id))

    async def nearest(self, account: str, moment: datetime) -> Found | None:
        """See Store.nearest."""
        history = self._history(account)
        at_hand = self._peek(history, lambda index: index.nearest(moment))
        if isinstance(at_hand, Found) and spanning.settles(history, nearest_span(at_hand, moment)):
            return at_hand
        return await self._read(history, lambda: spanning.nearest(history, moment))

    async def as_of(self, account: str, moment: datetime) -> Found | None:
        """See Store.as_of."""
        history = self._history(account)
        at_hand = self._peek(history, lambda index: index.as_of(moment))
        if isinstance(at_hand, Found) and spanning.settles(history, as_of_span(at_hand, moment)):
            return at_hand
        return await self._read(history, lambda: spanning.as_of(history, moment))

    async def stream(
        self, account: str, start: datetime | None, end: datetime | None
    ) -> AsyncIterator[Version]:
        """See Store.stream."""
        history = self._history(account)
        versions = spanning.stream(history, start, end)
        while some := await self._read(history, lambda: list(islice(versions, _SLICE))):
            for version in some:
                yield version

    async def _look(self, account: str, ask: Callable[[Index], T]) -> T:
        history = self._history(account)
        return await self._in_thread(f"reading account {account}", lambda: history.look(ask))

    async def between(self, account: str, start: datetime | None, end: datetime | None) -> Sequence[str]:
        """See Store.between."""
        return await self._look(account, lambda index: list(index.between(start, end)))

    async def count(self, account: str) -> int:
        """See Store.count."""
        return await self._look(account, len)

    async def archive(self, account: str, ids: Sequence[str]) -> int:
        """See Store.archive."""
        history = self._history(account)
        return await self._changing(f"archiving account {account}", lambda: upkeep.archive(history, ids))

    async def archived(self, account: str, month: str) -> Sequence[Version]:
        """See Store.archived."""
        archive = self._history(account).archive
        return await self._in_thread(
            f"reading the archive of account {account}",
            lambda: list(archive.between(month, month, month + "~")),
        )

    async def archives(self, account: str) -> Sequence[ArchivedMonth]:
        """See Store.archives."""
        archive = self._history(account).archive
        return await self._in_thread(
            f"reading the archive of account {account}", lambda: list(archive.months())
        )

    async def delete(self, account: str, ids: Sequence[str], cleaned_at: datetime) -> int:
        """See Store.delete."""
        history = self._history(account)
        return await self._changing(
            f"deleting from account {account}", lambda: upkeep.delete(history, ids, cleaned_at)
        )

    async def metadata(self, account: str) -> Metadata:
        """See Store.metadata."""
        history = self._history(account)
        return await self._in_thread(f"reading account {account}", lambda: upkeep.metadata(history))

    async def accounts(self) -> Sequence[str]:
        """See Store.accounts."""
        return await self._in_thread("listing accounts", lambda: accounts_of(self._root))

    async def rebuild(self) -> Sequence[str]:
        """See Store.rebuild: also sweeps temporary files that a crash left behind."""
        histories = [self._history(account) for account in await self.accounts()]
        mended: list[str] = []
        for history in histories:
            mended += await self._changing(
                f"mending account {history.account}", partial(upkeep.rebuild, history)
            )
        return mended

    async def take_duty(self, who: str) -> str | None:
        """See Upkeep.take_duty."""
        return await self._changing("becoming the store's janitor", lambda: self._duty.take(who))

    async def census(self, account: str) -> Census:
        """See Upkeep.census."""
        layout = self._history(account).layout
        return await self._in_thread(f"listing account {account}", lambda: census(layout))

    async def scrub(self, account: str, ids: Sequence[str], at: datetime, *, mend: bool) -> Sequence[Finding]:
        """See Upkeep.scrub."""
        history = self._history(account)
        return await self._in_thread(
            f"checking account {account}", lambda: scrub(history, ids, at, mend=mend)
        )

    async def scrub_archive(self, account: str, month: str, at: datetime, *, mend: bool) -> Finding | None:
        """See Upkeep.scrub_archive."""
        history = self._history(account)
        return await self._in_thread(
            f"checking the archive of account {account}",
            lambda: scrub_archive(history, month, at, mend=mend),
        )

    async def space(self) -> Space | None:
        """See Upkeep.space."""
        return await self._in_thread("measuring the room left", lambda: space_of(self._root))

    async def read_note(self, name: str) -> bytes | None:
        """See Upkeep.read_note."""
        return await self._in_thread("reading a note", lambda: read_note(self._root, name))

    async def write_note(self, name: str, data: bytes) -> None:
        """See Upkeep.write_note."""
        await self._changing("writing a note", lambda: write_note(self._root, name, data))

    async def probe(self) -> None:
        """See Store.probe: writes and removes a small file."""
        await self._changing(
            f"writing to the store {self._root}", lambda: write_temporary(self._root, b"probe\n").unlink()
        )

    async def close(self) -> None:
        """See Store.close."""
        for commit in self._commits.values():
            await commit.close()
        self._duty.give_up()
        self._pool.shutdown()
        self._writers.shutdown()
