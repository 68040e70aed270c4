"""What work that was cut short leaves in a bucket is let go of, and never anything that somebody still needs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.store import Store, open_store
from shared.store.s3 import S3Store, chain, clearing, noting, packing, sweeping
from shared.store.s3.taking import Decision, T
from tests.faults.proxy import FaultProxy
from tests.seaweedfs import BUCKET, SeaweedFS
from tests.store.archives import fill
from tests.store.samples import NOON, minutes, snapshot

pytestmark = pytest.mark.seaweedfs


class Halting(S3Store):
    """Stops where a janitor has made its packs and is about to tell of them, until it is told to go on."""

    def __init__(self, name: str, prefix: str) -> None:
        super().__init__(name, prefix)
        self.halted, self.go_on = asyncio.Event(), asyncio.Event()

    async def _commit(self, account: str, decide: Decision[T]) -> T:
        self.halted.set()
        await self.go_on.wait()
        return await super()._commit(account, decide)


@pytest.fixture
def prefix(seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(chain, "MOST_CARRIED", 4)
    monkeypatch.setattr(packing, "MOST", 8)
    monkeypatch.setattr(sweeping, "GRACE", timedelta(0))
    monkeypatch.setattr(
        chain, "_TRUSTED_SECONDS", -1.0
    )  # what is deleted at once was seen too long ago at once
    monkeypatch.setattr(chain, "_LATE_SECONDS", -1.0)
    monkeypatch.setattr(clearing, "AGE", -timedelta(days=1))  # whatever there is is old enough
    return seaweedfs.url().rpartition("/")[2]


@pytest.fixture
async def stores(prefix: str) -> AsyncIterator[tuple[S3Store, Halting]]:
    """A store, whose process is the janitor on duty, and another that halts."""
    pair = S3Store(BUCKET, prefix), Halting(BUCKET, prefix)
    assert await pair[0].take_duty("the sweeper") is None
    yield pair
    for store in pair:
        await store.close()


async def stored(store: Store, first: int, count: int = 1) -> list[str]:
    moments = [NOON + minutes(step) for step in range(first, first + count)]
    return [(await store.append("default", snapshot(at), at)).version.id for at in moments]


async def objects(store: S3Store, part: str = "") -> set[str]:
    return {key async for key in store._bucket.keys(f"accounts/default/{part}")}


async def cleared(store: Store) -> int:
    """Look for leftovers to the end; how many were let go of."""
    found, after = 0, ""
    while True:
        one = await store.clear("default", after, pages=1)
        found += one.found
        if one.after is None:
            return found
        after = one.after


async def all_right(prefix: str, ids: list[str], archived: list[str]) -> None:
    """Nothing is missing, to somebody who knows nothing and reads everything."""
    fresh = S3Store(BUCKET, prefix)
    assert [version.id async for version in fresh.stream("default", None, None)] == ids
    assert [version.id for version in await fresh.archived("default", "2026-11")] == archived
    assert await fresh.scrub("default", ids, NOON, mend=False) == []
    assert await fresh.scrub_archive("default", "2026-11", NOON, mend=False) is None
    await fresh.close()


async def halted(store: Halting, ids: list[str]) -> "asyncio.Task[object]":
    """A janitor that has made its packs and told of none."""
    work = asyncio.create_task(store.archive("default", ids))
    await store.halted.wait()
    return work


async def test_what_a_janitor_left_that_died_is_deleted_and_nothing_else(
    stores: tuple[S3Store, Halting], prefix: str
) -> None:
    store, dying = stores
    ids = await fill(store, 20)
    before = await objects(store, "archive/")
    (await halted(dying, ids[:10])).cancel()
    left = await objects(store, "archive/") - before
    assert left
    assert await cleared(store) == len(left)
    assert await cleared(store) == 0, "once is enough"
    ids += await stored(store, 1, 20)
    assert await objects(store, "archive/") == before
    await all_right(prefix, ids, [])


async def test_a_state_that_nobody_built_on_and_an_entry_made_too_late_are_deleted(
    stores: tuple[S3Store, Halting], prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = stores
    other.go_on.set()
    ids = await stored(store, 0, 4)
    made = store._ledger("default")._chain
    await made.roll_up_if_long()
    monkeypatch.setattr(chain, "MOST_CARRIED", 64)
    ids += await stored(other, 4, 4)  # on the entries, not on that state
    assert await objects(store, "states/") == {"accounts/default/states/000000000004"}
    monkeypatch.setattr(chain, "MOST_CARRIED", 4)
    ids += await stored(other, 8, 20)
    late = "accounts/default/log/999999999998"
    assert late not in await objects(store, "log/")
    await store._bucket.put(late, b"by who was away for long")
    assert await cleared(store) >= 3
    ids += await stored(other, 28, 20)
    assert late not in await objects(store, "log/")
    assert "accounts/default/states/000000000004" not in await objects(store, "states/")
    fresh = S3Store(BUCKET, prefix)
    view = await fresh._view("default", float("inf"))
    assert await objects(store, "history/") == {*(pack.key for pack in view.history.packs), *view.dropped} | {
        key for litter in view.litter for key in litter.keys if "/history/" in key
    }
    await fresh.close()
    await all_right(prefix, ids, [])


@pytest.mark.parametrize("more", [0, 5, 20], ids=["let go of", "a state later", "deleted"])
async def test_a_janitor_that_was_paused_and_goes_on_after_the_sweep_names_nothing_that_was_let_go_of(
    stores: tuple[S3Store, Halting], prefix: str, more: int
) -> None:
    store, paused = stores
    ids = await fill(store, 20)
    work = await halted(paused, ids[:10])
    left = await objects(store, "archive/")
    assert await cleared(store) == len(left)
    ids += await stored(store, 1, more)
    if more == 20:
        assert not left & await objects(store, "archive/")
    paused.go_on.set()
    await work
    await all_right(prefix, ids, ids[:10])
    ids += await stored(store, 100, 20)
    await all_right(prefix, ids, ids[:10])


async def test_a_janitor_that_goes_on_before_the_sweep_keeps_what_it_made(
    stores: tuple[S3Store, Halting], prefix: str
) -> None:
    store, paused = stores
    ids = await fill(store, 20)
    work = await halted(paused, ids[:10])
    made = await objects(store, "archive/")
    paused.go_on.set()
    await work
    assert await cleared(store) == 0
    assert await objects(store, "archive/") == made
    ids += await stored(store, 1, 20)
    await all_right(prefix, ids, ids[:10])


async def test_a_process_whose_state_was_let_go_of_goes_on_with_the_chain(
    stores: tuple[S3Store, Halting], prefix: str
) -> None:
    store, other = stores
    other.go_on.set()
    ids = await stored(other, 0, 4)
    made = other._ledger("default")._chain
    await made.roll_up_if_long()
    assert made.view
    assert made.view.base == 4
    (await halted(Halting(BUCKET, prefix), ids[:2])).cancel()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "MOST_CARRIED", 64)
        assert await cleared(store) >= 2
    assert (await other.latest("default")).version.id == ids[-1]
    ids += await stored(other, 4, 20)
    await all_right(prefix, ids, [])


async def test_who_reads_during_a_sweep_reads_on(stores: tuple[S3Store, Halting], prefix: str) -> None:
    store, dying = stores
    ids = await fill(store, 40)
    reader = S3Store(BUCKET, prefix)
    stream = reader.stream("default", None, None)
    read = [(await anext(stream)).id]
    (await halted(dying, ids[:10])).cancel()
    assert await cleared(store) >= 2
    read += [version.id async for version in stream]
    assert read == ids
    await reader.close()


async def test_two_janitors_that_sweep_at_once_let_go_of_everything_once(
    stores: tuple[S3Store, Halting], prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, dying = stores
    ids = await fill(store, 20)
    (await halted(dying, ids[:10])).cancel()
    left = len(await objects(store, "archive/"))
    second = S3Store(BUCKET, prefix)
    second._lease = store._lease
    assert sum(await asyncio.gather(cleared(store), cleared(second))) == left
    ids += await stored(second, 1, 20)
    await all_right(prefix, ids, [])
    await second.close()


async def test_what_is_younger_than_a_day_is_left_alone_and_what_is_not_ours_always(
    stores: tuple[S3Store, Halting], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, dying = stores
    ids = await fill(store, 20)
    (await halted(dying, ids[:10])).cancel()
    await store._bucket.put("accounts/default/notes.txt", b"mine")
    there = await objects(store)
    monkeypatch.setattr(clearing, "AGE", timedelta(days=1))
    assert await cleared(store) == 0
    monkeypatch.setattr(clearing, "AGE", -timedelta(days=1))
    assert await cleared(store) > 0
    await stored(store, 1, 20)
    assert "accounts/default/notes.txt" in there & await objects(store)


async def test_only_the_janitor_on_duty_sweeps(
    stores: tuple[S3Store, Halting], prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, dying = stores
    ids = await fill(store, 20)
    (await halted(dying, ids[:10])).cancel()
    second = S3Store(BUCKET, prefix)
    assert (await second.clear("default", pages=9)).pages == 0
    monkeypatch.setattr(noting, "LEASE_SECONDS", -1.0)
    assert await second.take_duty("another") is None
    assert (await store.clear("default", pages=9)).pages == 0, "it was taken over"
    assert await cleared(second) > 0
    await second.close()


async def test_a_look_for_leftovers_asks_once_for_a_thousand_names_and_goes_on_where_it_stopped(
    prefix: str, bucket_proxy: FaultProxy
) -> None:
    store = S3Store(BUCKET, prefix)
    await store.take_duty("the sweeper")
    await fill(store, 4)
    gate = asyncio.Semaphore(32)

    async def put(number: int) -> None:
        async with gate:
            await store._bucket.put(f"accounts/default/states/9{number:011d}", b"")

    await asyncio.gather(*(put(number) for number in range(2100)))
    before, after, asked = bucket_proxy.done.total(), "", []
    while True:
        one = await store.clear("default", after, pages=1)
        asked.append(bucket_proxy.done.total() - before)
        before = bucket_proxy.done.total()
        if one.after is None:
            break
        after = one.after
    assert len(asked) == 3
    assert max(asked) <= 4, "whose duty it is, the newest entry, a page"
    await store.close()


def test_an_address_opens_what_these_tests_open(prefix: str) -> None:
    assert isinstance(open_store(f"s3://{BUCKET}/{prefix}"), S3Store)


@pytest.mark.parametrize("lost", ["states", "states and entries"])
async def test_an_account_that_went_on_from_what_could_be_read_loses_nothing_to_a_sweep(
    stores: tuple[S3Store, Halting], prefix: str, lost: str
) -> None:
    store, _ = stores
    ids = await fill(store, 20)
    gone = [*await objects(store, "states/")]
    if lost == "states and entries":
        gone += sorted(await objects(store, "log/"))[1:]
    await store._bucket.delete(gone)
    fresh = S3Store(BUCKET, prefix)
    assert await fresh.rebuild()
    there = [version.id async for version in fresh.stream("default", None, None)]
    assert set(there) <= set(ids)
    fresh._lease = store._lease
    await cleared(fresh)
    await all_right(prefix, there, [])
    there += await stored(fresh, 1, 20)
    await cleared(fresh)
    await all_right(prefix, there, [])
    await fresh.close()
