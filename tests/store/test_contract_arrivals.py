"""The contract about news: what came, in the order it came, whoever stored it."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.store import Store, open_store
from shared.store.volume import noticed
from shared.store.volume.store import VolumeStore
from tests.store.samples import minutes, snapshot

SECOND = timedelta(seconds=1)
NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
"""Some noon: arrivals are ordered by the machine's own clock."""


def now() -> datetime:
    return datetime.now(UTC)


async def stored(store: Store, moment: datetime, account: str = "default") -> str:
    return (await store.append(account, snapshot(moment), now())).version.id


async def reported(store: Store, moment: datetime) -> str:
    return (
        await store.add_report("default", {"at": moment.isoformat(), "state": "network"}, now())
    ).report.id


def ids(arrived) -> list[str]:
    assert arrived is not None
    return [one.id for one in arrived]


@pytest.fixture
async def other(store: Store, url: str) -> AsyncIterator[Store]:
    """The same store as another process has it open."""
    if url == "memory:":
        yield store
        return
    opened = open_store(url)
    yield opened
    await opened.close()


async def test_news_come_in_the_order_of_arrival_not_of_reading(store: Store, other: Store) -> None:
    begin = now() - SECOND
    order = [await stored(store, NOON - minutes(back)) for back in (10, 30, 20, 5)]
    for asked in (store, other):
        assert ids(await asked.arrivals("default", begin)) == order
        assert await asked.arrivals("default", now() + SECOND) == []


async def test_each_arrival_says_when_it_came_and_later_questions_leave_it_out(store: Store) -> None:
    first = await stored(store, NOON)
    (arrived,) = await store.arrivals("default", now() - SECOND)
    assert (arrived.id, arrived.kind) == (first, "version")
    assert abs(arrived.at - now()) < timedelta(seconds=5)
    assert ids(await store.arrivals("default", arrived.at)) == [first]
    assert await store.arrivals("default", arrived.at + timedelta(microseconds=1)) == []


async def test_a_look_tells_what_came_since_the_one_before_whoever_stored_it(
    store: Store, other: Store
) -> None:
    await stored(store, NOON - minutes(60))
    begun = await store.tail("default")
    assert begun.arrived == []
    assert (await store.tail("default", begun.mark)).arrived == []
    came = [
        await stored(other, NOON - minutes(50)),
        await stored(store, NOON),
        await stored(other, NOON - minutes(90)),
    ]
    look = await store.tail("default", begun.mark)
    assert ids(look.arrived) == came
    assert (await store.tail("default", look.mark)).arrived == []


async def test_news_of_an_account_nobody_knows_yet_begin_with_its_first_version(
    store: Store, other: Store
) -> None:
    begun = await store.tail("work")
    came = await stored(other, NOON, "work")
    assert ids((await store.tail("work", begun.mark)).arrived) == [came]
    assert await store.arrivals("default", now() - minutes(1)) == []


async def test_a_duplicate_is_no_news(store: Store) -> None:
    await stored(store, NOON)
    begun = await store.tail("default")
    await stored(store, NOON)
    assert (await store.tail("default", begun.mark)).arrived == []


async def test_reports_are_news_as_versions_are(store: Store, other: Store) -> None:
    begin = now() - SECOND
    await reported(store, NOON - minutes(1))
    begun = await store.tail("default")
    report, version = await reported(other, NOON), await stored(other, NOON)
    came = (await store.tail("default", begun.mark)).arrived
    assert came is not None
    assert {(one.id, one.kind) for one in came} == {(report, "report"), (version, "version")}
    assert ids(await other.arrivals("default", begin))[1:] == [report, version]


async def test_what_was_archived_since_is_still_told_and_what_was_deleted_is_not(
    store: Store, other: Store
) -> None:
    begin = now() - SECOND
    begun = await store.tail("default")
    gone, kept, newest = [await stored(store, NOON - minutes(back)) for back in (50, 40, 0)]
    await other.archive("default", [kept])
    await other.delete("default", [gone, kept], now())
    for arrived in (
        (await store.tail("default", begun.mark)).arrived,
        await store.arrivals("default", begin),
        await other.arrivals("default", begin),
    ):
        assert sorted(ids(arrived)) == [kept, newest]


async def test_what_is_put_back_is_news(store: Store) -> None:
    source = open_store("memory:")
    versions = [(await source.append("default", snapshot(NOON - minutes(n)), NOON)).version for n in (1, 2)]
    await stored(store, NOON)
    begun = await store.tail("default")
    await store.restore("default", versions, "history")
    assert sorted(ids((await store.tail("default", begun.mark)).arrived)) == sorted(v.id for v in versions)


async def test_who_asks_too_rarely_is_told_that_some_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noticed, "MOST", 3)
    store = open_store(f"file://{tmp_path}/store")
    begun = await store.tail("default")
    await asyncio.sleep(0.02)  # the time of a file is a few milliseconds behind
    begin = now()
    await asyncio.sleep(0.02)
    came = [await stored(store, NOON - minutes(back)) for back in (1, 2, 3, 4)]
    assert (await store.tail("default", begun.mark)).arrived is None
    assert ids((await store.tail("default", begun.mark + 1)).arrived) == came[1:]
    assert ids(await store.arrivals("default", begin)) == came
    await store.close()


async def test_a_version_copied_into_the_folder_by_hand_is_noticed(
    volume: tuple[Store, Path], tmp_path: Path
) -> None:
    store, root = volume
    await stored(store, NOON)
    elsewhere = open_store(f"file://{tmp_path}/elsewhere")
    name = await stored(elsewhere, NOON - minutes(7))
    begun = await store.tail("default")
    path = f"console-usage-history/{name}.json"
    (root / path).write_bytes((tmp_path / "elsewhere" / path).read_bytes())
    assert ids((await store.tail("default", begun.mark)).arrived) == [name]
    await elsewhere.close()


async def test_a_log_written_anew_by_another_process_tells_nothing_twice(
    volume: tuple[Store, Path],
) -> None:
    store, root = volume
    await stored(store, NOON)
    begun = await store.tail("default")
    os.utime(root / "console-usage-history")
    another = open_store(f"file://{root}")
    came = await stored(another, NOON - minutes(3))
    await another.rebuild()
    assert ids((await store.tail("default", begun.mark)).arrived) == [came]
    await another.close()


async def test_looks_stay_true_beside_a_store_opened_only_to_be_read(volume: tuple[Store, Path]) -> None:
    store, root = volume
    await stored(store, NOON)
    looking = VolumeStore(root, read_only=True)
    begun = await looking.tail("default")
    came = await stored(store, NOON - minutes(1))
    assert ids((await looking.tail("default", begun.mark)).arrived) == [came]
    await looking.close()


async def test_a_note_is_swapped_only_if_it_is_as_it_was_thought_to_be(store: Store, other: Store) -> None:
    assert not await store.swap_note("asked", b"something", b"first")
    assert await store.read_note("asked") is None
    assert await store.swap_note("asked", None, b"first")
    assert not await other.swap_note("asked", None, b"second")
    assert await other.swap_note("asked", b"first", b"second")
    assert await store.read_note("asked") == b"second"


async def test_reports_are_among_the_arrivals_also_when_nobody_looked_in_between(
    store: Store, other: Store
) -> None:
    await stored(store, NOON)
    await store.tail("default")
    await asyncio.sleep(0.05)
    begin = now()
    await asyncio.sleep(0.05)
    report = await reported(other, NOON)
    await asyncio.sleep(0.05)  # what comes within one tick of the disk's clock has no order
    version = await stored(other, NOON - minutes(1))
    assert ids(await store.arrivals("default", begin)) == [report, version]
    assert ids(await other.arrivals("default", begin)) == [report, version]
