"""A disk that is short of room or full, and an account that cannot be read."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.janitor.policy import Rules
from services.janitor.records import Swept, note_from
from services.janitor.sweep import NOTE, Sweeper, Task
from services.janitor.words import describe
from shared.floor import Floor, floor_from
from shared.store import Store
from shared.store.base import Archived
from shared.store.errors import StoreFullError, StoreIOError
from shared.store.memory import MemoryStore
from shared.store.upkeep import Space
from tests.janitor.scenes import Machine, fill

FIVE = Rules(newest=5, days=0)


class SmallDisk(MemoryStore):
    """A store with little room, whose archive may be full and whose second account may be unwell."""

    def __init__(self, free: int, *, full: bool = False) -> None:
        super().__init__()
        self.free = free
        self.full = full
        self.unwell: set[str] = set()

    async def rebuild(self) -> Sequence[str]:
        if self.full:
            raise StoreFullError("mending account default: No space left on device")
        return await super().rebuild()

    async def write_note(self, name: str, data: bytes) -> None:
        if self.full:
            raise StoreFullError("writing a note: No space left on device")
        await super().write_note(name, data)

    async def space(self) -> Space | None:
        return Space(free=self.free, total=1_000_000_000)

    async def archive(self, account: str, ids: Sequence[str]) -> Archived:
        there = {v.id for v in await self.archived(account, "2026-11")} | {
            v.id
            for month in ("2026-07", "2026-08", "2026-09", "2026-10")
            for v in await self.archived(account, month)
        }
        if self.full and not set(ids) <= there:
            raise StoreFullError(f"archiving account {account}: No space left on device")
        return await super().archive(account, ids)

    async def between(self, account: str, start: Any, end: Any) -> Sequence[str]:
        if account in self.unwell:
            raise StoreIOError(f"reading account {account}: Input/output error")
        return await super().between(account, start, end)


async def sweep(store: Store, *, dry_run: bool = False, **task: Any) -> Swept:
    machine = Machine()
    given = {"rules": Rules(newest=10, days=365), "floor": Floor(10_000_000), **task}
    return await Sweeper(store, Task(dry_run=dry_run, **given), machine, machine.look).run()


async def test_with_room_enough_only_the_rules_decide() -> None:
    store = SmallDisk(10_000_000)
    await fill(store, 120)
    swept = await sweep(store)
    assert swept.disk is not None
    assert not swept.disk.below
    assert swept.accounts[0].deleted == 0


async def test_short_of_room_the_oldest_of_all_accounts_are_archived_early_but_never_the_newest_hundred() -> (
    None
):
    store = SmallDisk(10_000_000 - 3500 * 30)
    ids = await fill(store, 130)
    older = await fill(store, 150, "work")
    planned = await sweep(store, dry_run=True)
    swept = await sweep(store)
    assert [a.plan for a in planned.accounts] == [a.plan for a in swept.accounts]
    assert [(a.account, a.archived, a.deleted) for a in swept.accounts] == [
        ("default", 5, 5),
        ("work", 25, 25),
    ]
    assert list(await store.between("default", None, None)) == ids[5:]
    assert list(await store.between("work", None, None)) == older[25:]
    assert any("THE DISK IS SHORT OF ROOM" in line for line in describe(swept))
    store.free = 0
    await sweep(store)
    assert [await store.count(account) for account in ("default", "work")] == [100, 100]


async def test_short_of_room_nothing_leaves_early_when_it_would_be_dropped() -> None:
    store = SmallDisk(0)
    await fill(store, 130)
    swept = await sweep(store, archive=False)
    assert swept.accounts[0].deleted == 0
    assert swept.disk is not None
    assert swept.disk.below


async def test_when_the_archive_cannot_be_written_only_what_it_has_is_deleted() -> None:
    store = SmallDisk(0)
    ids = await fill(store, 130)
    await store.archive("default", ids[:20])
    store.full = True
    swept = await sweep(store)
    assert (swept.accounts[0].archived, swept.accounts[0].deleted) == (0, 20)
    assert list(await store.between("default", None, None)) == ids[20:]
    assert len(swept.problems) == len(set(swept.problems)) == 3
    assert "No space left on device; what is not yet in the archive stays" in swept.problems[-1]
    store.full = False
    assert (await sweep(store)).problems == []
    assert await store.count("default") == 100


async def test_an_account_the_store_cannot_read_does_not_keep_the_others_waiting() -> None:
    store = SmallDisk(10**9)
    await fill(store, 12)
    await fill(store, 12, "work")
    store.unwell.add("default")
    swept = await sweep(store, rules=FIVE)
    assert [(account.account, account.deleted) for account in swept.accounts] == [("work", 7)]
    assert swept.problems == ["default: reading account default: Input/output error"]
    assert note_from(await store.read_note(NOTE)).problems == swept.problems


@pytest.mark.parametrize(
    ("text", "total", "bytes_free"),
    [
        ("0", 1000, 0),
        ("5%", 1000, 50),
        ("0.5 %", 1000, 5),
        ("64MB", 1, 64_000_000),
        ("1.5g", 1, 1_500_000_000),
        ("123", 1, 123),
        ("32MB,5%", 100_000_000, 5_000_000),
        ("5%, 32MB", 100_000_000_000, 32_000_000),
        ("10kb", 1, 10_000),
    ],
)
def test_a_floor_is_a_size_or_a_part_of_the_disk(text: str, total: int, bytes_free: int) -> None:
    assert floor_from(text).of(total) == bytes_free


@pytest.mark.parametrize("text", ["", "-1", "5 %%", "100%", "5%,", "many", "1e9", "MB", "٣MB" * 9])
def test_what_is_no_floor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no floor"):
        floor_from(text)
