"""Keeping a bucket well: damage that others did to it, foreign objects, and one janitor at a time."""

import math
from pathlib import Path

import obstore
import pytest

from shared.store import Store, open_store
from shared.store.errors import StoreDamagedError
from shared.store.s3 import chain, noting, packing
from shared.store.s3.store import S3Store
from tests.seaweedfs import SeaweedFS
from tests.store.archives import fill
from tests.store.samples import NOON, minutes, snapshot

pytestmark = pytest.mark.seaweedfs


@pytest.fixture
def url(seaweedfs: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(chain, "MOST_CARRIED", 4)
    monkeypatch.setattr(packing, "MOST", 8)
    return seaweedfs.url()


async def keys(store: Store, part: str) -> list[str]:
    assert isinstance(store, S3Store)
    return [key async for key in store._bucket.keys(f"accounts/default/{part}")]


async def pack_of(store: Store, version_id: str) -> str:
    assert isinstance(store, S3Store)
    packs = (await store._view("default", math.inf)).history.packs
    return next(pack.key for pack in packs if pack.first <= version_id <= pack.last)


async def spoil(store: Store, key: str, change: bytes | None = None) -> None:
    """Damage an object as only somebody else can."""
    assert isinstance(store, S3Store)
    kept = await store._bucket.get(key)
    assert kept
    middle = len(kept.data) // 2
    data = change if change is not None else kept.data[:middle] + b"\x00\x00" + kept.data[middle + 2 :]
    await obstore.put_async(store._bucket._client, key, data)


async def test_a_damaged_pack_is_never_served_found_by_name_and_what_is_whole_of_it_put_back(
    url: str,
) -> None:
    store = open_store(url)
    ids = await fill(store, 40)
    bad = await pack_of(store, ids[8])
    await spoil(store, bad)
    fresh = open_store(url)
    with pytest.raises(StoreDamagedError, match="does not match"):
        await fresh.by_id("default", ids[8])
    assert fresh.damage_seen() == 1
    assert (await fresh.latest("default")).version.id == ids[-1]
    assert (await fresh.by_number("default", 1)).version.id == ids[0]

    there = (await fresh.census("default")).versions
    (told,) = await fresh.scrub("default", there, NOON, mend=False)
    assert (told.file, told.set_aside) == (bad.removeprefix("accounts/default/"), None)
    (found,) = await fresh.scrub("default", there, NOON, mend=True)
    assert found.set_aside == f"quarantine/default/{Path(bad).name}"
    left = list(await fresh.between("default", None, None))
    assert set(ids) - set(left) <= set(ids[8:16]), "what others hold is there"
    assert len(left) == await fresh.count("default")
    assert (await fresh.by_number("default", len(left))).version.id == ids[-1]
    assert await fresh.scrub("default", left, NOON, mend=True) == []
    await fresh.close()
    await store.close()


async def test_a_damaged_pack_keeps_nothing_from_being_stored(url: str) -> None:
    store = open_store(url)
    ids = await fill(store, 10)
    await spoil(store, (await keys(store, "history/"))[-1], b"")
    fresh = open_store(url)
    for step in range(1, 20):
        moment = NOON + minutes(step)
        ids.append((await fresh.append("default", snapshot(moment), moment)).version.id)
    assert (await fresh.latest("default")).version.id == ids[-1]
    await fresh.scrub("default", (await fresh.census("default")).versions, NOON, mend=True)
    await fill(fresh, 5)
    assert list(await fresh.between("default", None, None))[-19:] == ids[-19:]
    await fresh.close()
    await store.close()


async def test_a_damaged_archive_is_found_and_what_is_whole_of_it_stays(url: str) -> None:
    store = open_store(url)
    ids = await fill(store, 40)
    await store.archive("default", ids[:20])
    await store.delete("default", ids[:20], NOON)
    await spoil(store, (await keys(store, "archive/"))[0], b"nothing of ours")
    found = await store.scrub_archive("default", "2026-11", NOON, mend=True)
    assert found is not None
    assert found.reason.endswith("0 of 8 versions in it are whole")
    assert [version.id for version in await store.archived("default", "2026-11")] == ids[8:20]
    assert await store.scrub_archive("default", "2026-11", NOON, mend=True) is None
    await store.close()


async def test_a_damaged_entry_is_told_and_not_passed_over(url: str) -> None:
    store = open_store(url)
    await fill(store, 2)
    await spoil(store, (await keys(store, "log/"))[0])
    fresh = open_store(url)
    with pytest.raises(StoreDamagedError, match="log/"):
        await fresh.latest("default")
    await fresh.close()
    await store.close()


async def test_objects_that_are_nothing_of_ours_are_told_and_left_alone(url: str) -> None:
    store = open_store(url)
    ids = await fill(store, 10)
    assert isinstance(store, S3Store)
    for name in ("notes.txt", "history/2026-11-22.json"):
        await store._bucket.put(f"accounts/default/{name}", b"mine")
    census = await store.census("default")
    assert (list(census.versions), list(census.foreign)) == (ids, ["history/2026-11-22.json", "notes.txt"])
    await store.close()


async def test_there_is_one_janitor_and_another_when_it_ends_or_gives_no_sign(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (open_store(url) for _ in range(3))
    assert await first.take_duty("one") is None
    assert await first.take_duty("one") is None
    assert await second.take_duty("two") == "one"
    await first.close()
    assert await second.take_duty("two") is None
    assert await third.take_duty("three") == "two"
    monkeypatch.setattr(noting, "LEASE_SECONDS", -1.0)
    assert await third.take_duty("three") is None
    await second.close()
    assert await keys_of_duty(third), "who lost it does not take it from its successor"
    await third.close()


async def keys_of_duty(store: Store) -> bytes | None:
    assert isinstance(store, S3Store)
    found = await store._bucket.get("duty")
    return found.data if found else None
