"""An account's chain of entries: who goes first, what nobody answered, who was away, what is left over."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.clock import SystemClock
from shared.store import Store, open_store
from shared.store.errors import StoreUnavailableError
from shared.store.s3 import bucket, chain, ledger, packing, sweeping
from shared.store.s3.store import S3Store
from tests.faults.proxy import Fault, FaultProxy
from tests.seaweedfs import SeaweedFS
from tests.store.samples import NOON, minutes, snapshot

pytestmark = pytest.mark.seaweedfs


@pytest.fixture
def url(seaweedfs: SeaweedFS) -> str:
    return seaweedfs.url()


@pytest.fixture
def small_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MOST_CARRIED", 3)
    monkeypatch.setattr(packing, "MOST", 8)


async def stored(store: Store, step: int) -> str:
    moment = NOON + minutes(step)
    return (await store.append("default", snapshot(moment), moment)).version.id


async def streamed(store: Store) -> list[str]:
    return [version.id async for version in store.stream("default", None, None)]


async def test_what_several_receivers_take_at_once_is_there_once_and_latest_never_goes_back(
    url: str, small_packs: None
) -> None:
    stores = [open_store(url) for _ in range(3)]
    acknowledged: list[str] = []
    seen: list[str] = []

    async def client(number: int) -> None:
        for step in range(number, 96, 8):
            version_id = await stored(stores[number % 3], step)
            acknowledged.append(version_id)

    async def look() -> None:
        while len(acknowledged) < 96:
            found = await stores[len(seen) % 3].latest("default")
            seen.extend([found.version.id] if found else [])
            await asyncio.sleep(0)

    await asyncio.gather(look(), *(client(number) for number in range(8)))
    assert seen == sorted(seen)
    for store in stores:
        assert await streamed(store) == sorted(acknowledged)
        metadata = await store.metadata("default")
        assert (metadata.version_count, metadata.total_versions_created) == (96, 96)
        await store.close()


async def test_a_snapshot_sent_to_several_receivers_at_once_is_stored_once(url: str) -> None:
    stores = [open_store(url) for _ in range(3)]
    for _ in range(2):  # the second time nobody has to look for the newest entry first
        answers = await asyncio.gather(*(store.append("default", snapshot(), NOON) for store in stores))
    assert all(answer.duplicate for answer in answers)
    assert [await store.count("default") for store in stores] == [1, 1, 1]
    for store in stores:
        await store.close()


async def test_what_another_process_just_deleted_comes_anew_and_what_it_just_stored_is_a_duplicate(
    url: str,
) -> None:
    one, other = open_store(url), open_store(url)
    first, _ = [await stored(one, step) for step in range(2)]
    assert await other.delete("default", [first], NOON) == 1
    assert not (await one.append("default", snapshot(NOON), NOON)).duplicate
    assert (await other.append("default", snapshot(NOON), NOON)).duplicate
    await one.close()
    await other.close()


async def test_a_version_stops_being_the_newest_when_another_process_stores_a_newer_one(url: str) -> None:
    one, other = open_store(url), open_store(url)
    first = await stored(one, 0)
    second = await stored(other, 1)
    assert await one.delete("default", [first], NOON) == 1
    assert await streamed(one) == [second]
    await one.close()
    await other.close()


async def test_an_answer_may_be_stale_by_as_much_as_was_allowed_but_not_about_what_one_stored_oneself(
    url: str,
) -> None:
    other, stale = open_store(url), open_store(f"{url}?stale=60")
    first = await stored(other, 0)
    assert (await stale.latest("default")).version.id == first
    assert await stale.accounts() == ["default"]
    await stored(other, 1)
    await other.append("work", snapshot(), NOON)
    assert (await stale.latest("default")).version.id == first
    assert await stale.accounts() == ["default"]
    third = await stored(stale, 2)
    await stale.append("own", snapshot(), NOON)
    assert (await stale.latest("default")).version.id == third
    assert await stale.count("default") == 3
    assert await stale.accounts() == ["default", "own"]
    await other.close()
    await stale.close()


LOST: list[Fault] = ["answer lost after commit", "half an answer"]


@pytest.mark.parametrize("fault", LOST)
async def test_an_entry_whose_making_was_not_answered_counts_once(
    url: str, bucket_proxy: FaultProxy, fault: Fault
) -> None:
    store = open_store(url)
    await stored(store, 0)
    bucket_proxy.then([fault])
    answer = await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    assert bucket_proxy.done[fault] == 1
    assert not answer.duplicate
    assert await store.count("default") == 2
    await store.close()


async def test_an_entry_that_nobody_could_tell_of_is_found_when_the_bucket_answers_again(
    url: str, bucket_proxy: FaultProxy
) -> None:
    store = open_store(url)
    await stored(store, 0)
    bucket_proxy.then([LOST[0]] * 30)
    with pytest.raises(StoreUnavailableError):
        await stored(store, 1)
    bucket_proxy.faults.clear()
    again = await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    assert again.duplicate, "the first of its tries came about"
    assert await store.count("default") == 2
    await store.close()


async def test_with_every_third_request_failing_what_is_acknowledged_is_there_once(
    url: str, bucket_proxy: FaultProxy, small_packs: None
) -> None:
    store = open_store(url)
    faults: list[Fault] = ["500", "cut before", LOST[0], "503 later, in seconds"]
    acknowledged = []
    for step in range(24):
        bucket_proxy.faults.clear()
        bucket_proxy.then([faults[step % 4]] if step % 3 == 0 else [])
        while True:
            try:
                acknowledged.append(await stored(store, step))
                break
            except StoreUnavailableError:
                continue
    bucket_proxy.faults.clear()
    assert await streamed(store) == acknowledged
    assert sum(bucket_proxy.done[fault] for fault in faults) >= 6
    await store.close()


async def test_a_clock_that_is_behind_puts_nothing_before_what_is_known(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, behind = open_store(url), open_store(url)
    order = [await stored(store, 5)]
    begun = await store.tail("default")
    monkeypatch.setattr(ledger, "SystemClock", Behind)
    order.append(await stored(behind, 1))
    assert [one.id for one in (await store.tail("default", begun.mark)).arrived or ()] == order[1:]
    assert [one.id for one in await behind.arrivals("default", begun.at)] == order
    await store.close()
    await behind.close()


class Behind(SystemClock):
    def now(self) -> datetime:
        return super().now() - timedelta(hours=3)


async def objects(store: Store) -> list[str]:
    assert isinstance(store, S3Store)
    return [key async for key in store._bucket.keys("accounts/default/")]


async def test_what_is_no_longer_needed_is_deleted_an_hour_later_and_not_before(
    url: str, small_packs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(url)
    ids = [await stored(store, step) for step in range(20)]
    assert sum("/log/" in key for key in await objects(store)) == 20
    monkeypatch.setattr(sweeping, "GRACE", timedelta(0))
    ids += [await stored(store, step) for step in range(20, 40)]
    kept = await objects(store)
    assert sum("/log/" in key for key in kept) <= 8
    assert sum("/states/" in key for key in kept) <= 2
    assert sum("/history/" in key for key in kept) <= 7
    fresh = open_store(url)
    assert await streamed(fresh) == ids
    await fresh.close()
    await store.close()


@pytest.fixture
def away(url: str, small_packs: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A process that saw the account, and was away while others went on and deleted what it would look for."""

    async def made() -> tuple[Store, Store, list[str]]:
        paused, other = open_store(url), open_store(url)
        ids = [await stored(paused, 0)]
        monkeypatch.setattr(sweeping, "GRACE", timedelta(0))
        ids += [await stored(other, step) for step in range(1, 20)]
        return paused, other, ids

    return made


async def test_who_was_away_for_long_finds_the_newest_entry_again(
    away: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    paused, other, ids = await away()
    monkeypatch.setattr(chain, "_TRUSTED_SECONDS", -1.0)
    latest = await paused.latest("default")
    assert latest.version.id == ids[-1]
    await paused.close()
    await other.close()


async def test_an_entry_made_by_who_was_away_in_the_middle_of_it_is_not_acknowledged(
    away: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number is free again: it would be no part of the chain."""
    paused, other, ids = await away()
    monkeypatch.setattr(chain, "_LATE_SECONDS", -1.0)  # every entry takes long enough to be doubted
    came = await stored(paused, 30)
    assert await streamed(other) == [*ids, came]
    assert await streamed(paused) == [*ids, came]
    await paused.close()
    await other.close()


async def test_a_state_on_which_no_entry_was_built_is_given_up_when_others_go_on_without_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may delete an hour later what only that state still names."""
    slow, other = open_store(url), open_store(url)
    assert isinstance(slow, S3Store)
    ids = [await stored(slow, step) for step in range(4)]
    made = slow._ledger("default")._chain
    monkeypatch.setattr(chain, "MOST_CARRIED", 3)
    await made.roll_up_if_long()
    assert made.view is not None
    assert made.view.base == 4
    monkeypatch.setattr(chain, "MOST_CARRIED", 64)
    ids.append(await stored(other, 4))
    assert await streamed(slow) == ids
    assert made.view.base == 0
    ids.append(await stored(slow, 5))
    assert await streamed(other) == ids
    await slow.close()
    await other.close()


async def test_a_store_opened_to_be_read_changes_nothing(url: str) -> None:
    store = open_store(url)
    await stored(store, 0)
    before = await objects(store)
    reading = open_store(url, read_only=True)
    assert await reading.count("default") == 1
    for change in (stored(reading, 1), reading.write_note("a", b""), reading.probe()):
        with pytest.raises(bucket.StoreReadOnlyError, match="only to be read"):
            await change
    assert await objects(store) == before
    await reading.close()
    await store.close()
