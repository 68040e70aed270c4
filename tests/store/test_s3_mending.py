"""An account whose newest entry, or what that builds on, is damaged or lost: it stands, is told, and goes on."""

from pathlib import Path

import obstore
import pytest

from shared.clock import SystemClock
from shared.store import Store, open_store
from shared.store.errors import StoreDamagedError, StoreUnavailableError
from shared.store.operator.checking import check
from shared.store.operator.progress import Progress
from shared.store.s3 import chain, packing
from shared.store.s3.store import S3Store
from tests.faults.proxy import FaultProxy
from tests.seaweedfs import SeaweedFS
from tests.store.samples import NOON, minutes, snapshot

pytestmark = pytest.mark.seaweedfs


@pytest.fixture
def url(seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(chain, "MOST_CARRIED", 4)
    monkeypatch.setattr(packing, "MOST", 8)
    return seaweedfs.url()


async def stored(store: Store, *steps: int) -> list[str]:
    moments = [NOON + minutes(step) for step in steps]
    return [(await store.append("default", snapshot(moment), moment)).version.id for moment in moments]


async def streamed(store: Store) -> list[str]:
    return [version.id async for version in store.stream("default", None, None)]


async def keys(store: Store, part: str) -> list[str]:
    assert isinstance(store, S3Store)
    return [key async for key in store._bucket.keys(f"accounts/default/{part}")]


async def lose(store: Store, lost: list[str]) -> None:
    """Take objects away as only a power cut does."""
    assert isinstance(store, S3Store)
    await store._bucket.delete(lost)


async def spoil(store: Store, key: str) -> None:
    assert isinstance(store, S3Store)
    await obstore.put_async(store._bucket._client, key, b"nothing of ours")


async def stands(url: str) -> None:
    """See that an account answers with what to do, to whoever asks, sends or checks."""
    fresh = open_store(url)
    with pytest.raises(StoreDamagedError, match=r"shared\.store rebuild"):
        await fresh.latest("default")
    with pytest.raises(StoreDamagedError, match=r"shared\.store rebuild"):
        await stored(fresh, 900)
    checked = await check(fresh, [], SystemClock().now(), Progress("", lambda: 0.0))
    assert ["shared.store rebuild" in problem.reason for problem in checked.problems] == [True]
    await fresh.close()


async def test_a_damaged_newest_entry_is_set_aside_and_all_before_it_goes_on(url: str) -> None:
    store, running = open_store(url), open_store(url)
    ids = await stored(store, *range(6))
    assert await streamed(running) == ids
    newest = (await keys(store, "log/"))[0]
    await spoil(store, newest)
    await stands(url)

    mending = open_store(url)
    (told,) = await mending.rebuild()
    assert "goes on from entry 5 of 6" in told
    assert await mending.rebuild() == []
    assert isinstance(mending, S3Store)
    aside = await mending._bucket.get(f"quarantine/default/{Path(newest).name}")
    assert aside is not None
    assert aside.data == b"nothing of ours"
    for one in (mending, running, store):
        assert await streamed(one) == ids[:5]
    ids[5:] = [*await stored(running, 6), *await stored(store, 7)]
    for one in (mending, running, store, open_store(url)):
        assert await streamed(one) == ids
        assert await one.count("default") == 7
        await one.close()


async def test_who_still_knows_what_a_damaged_entry_said_goes_on_and_nothing_is_lost(url: str) -> None:
    store = open_store(url)
    ids = await stored(store, *range(6))
    await spoil(store, (await keys(store, "log/"))[0])
    ids += await stored(store, 6)
    fresh = open_store(url)
    assert await fresh.rebuild() == []
    assert await streamed(fresh) == ids
    await fresh.close()
    await store.close()


async def test_a_receiver_that_was_not_at_the_damaged_entry_yet_follows_those_who_went_on(url: str) -> None:
    store, behind = open_store(url), open_store(url)
    ids = await stored(store, *range(2))
    assert await streamed(behind) == ids
    ids += await stored(store, 2)
    await spoil(store, (await keys(store, "log/"))[0])
    ids += await stored(store, 3)
    assert await streamed(behind) == ids
    await behind.close()
    await store.close()


async def test_a_lost_state_is_made_again_of_older_ones_and_nothing_is_lost(url: str) -> None:
    store = open_store(url)
    ids = await stored(store, *range(23))
    states = await keys(store, "states/")
    assert len(states) > 2
    await lose(store, states[1:])
    await stands(url)
    mending = open_store(url)
    (told,) = await mending.rebuild()
    assert "goes on from entry 23 of 23" in told
    ids += await stored(mending, 23)
    fresh = open_store(url)
    assert await streamed(fresh) == ids
    assert await fresh.count("default") == 24
    for one in (store, mending, fresh):
        await one.close()


async def test_when_every_state_is_lost_packs_and_entries_tell_what_there_was(url: str) -> None:
    store = open_store(url)
    ids = await stored(store, *range(40))
    await store.archive("default", ids[:10])
    await store.delete("default", ids[:10], NOON)
    await stored(store, 40, 41)
    await lose(store, [*await keys(store, "states/"), *(await keys(store, "log/"))[1:]])
    await stands(url)
    before = await keys(store, "history/")
    await spoil(store, before[-1])
    mending = open_store(url)
    (told,) = await mending.rebuild()
    assert "could be read" in told
    fresh = open_store(url)
    left = await streamed(fresh)
    assert set(left) <= {*ids, *await stored(store, 40, 41)}
    assert len(left) == len(set(left)) >= 32, "one pack is spoilt"
    assert [version.id for version in await fresh.archived("default", "2026-11")] == ids[:10]
    checked = await check(fresh, [], SystemClock().now(), Progress("", lambda: 0.0))
    assert checked.problems == []
    for one in (store, mending, fresh):
        await one.close()


async def test_a_bucket_that_comes_back_with_less_is_believed_by_those_who_saw_it_fail(
    url: str, bucket_proxy: FaultProxy
) -> None:
    """Else they would go on from what nobody else can see, and acknowledge what only the later of two keeps."""
    running = open_store(url)
    ids = await stored(running, *range(3))
    bucket_proxy.close()
    with pytest.raises(StoreUnavailableError):
        await running.latest("default")
    bucket_proxy.open()
    other = open_store(url)
    await lose(other, (await keys(other, "log/"))[:2])
    ids[1:] = await stored(other, 10)
    ids += await stored(running, 11)
    for one in (running, other, open_store(url)):
        assert await streamed(one) == ids
        await one.close()
