"""The contract that every backend keeps."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from shared.store import Store
from shared.store.errors import StoreConflictError
from tests.store.samples import NOON, minutes, snapshot


async def fill(store: Store, count: int, account: str = "default") -> list[str]:
    """Versions a minute apart, the last at NOON; their ids, oldest first."""
    moments = [NOON - minutes(back) for back in reversed(range(count))]
    return [(await store.append(account, snapshot(at, 40), at)).version.id for at in moments]


async def test_an_appended_snapshot_is_the_latest_with_its_arrival(store: Store) -> None:
    appended = await store.append("default", snapshot(), NOON + minutes(1))
    latest = await store.latest("default")
    assert not appended.duplicate
    assert latest is not None
    assert latest.version == appended.version
    assert (latest.number, latest.total) == (1, 1)
    assert latest.version.document == {**snapshot(), "receivedAt": "2026-11-22T12:01:00.000Z"}


async def test_a_version_is_named_by_the_time_of_the_reading_and_its_content(store: Store) -> None:
    version = (await store.append("default", snapshot(), NOON + minutes(3))).version
    assert version.id.startswith("2026-11-22T12-00-00-")
    assert version.time == NOON


async def test_the_same_snapshot_again_is_a_duplicate_and_keeps_its_first_arrival(store: Store) -> None:
    first = await store.append("default", snapshot(), NOON)
    again = await store.append("default", snapshot(), NOON + minutes(5))
    assert again.duplicate
    assert again.version == first.version
    assert await store.count("default") == 1


async def test_the_order_of_fields_does_not_make_another_snapshot(store: Store) -> None:
    await store.append("default", snapshot(), NOON)
    turned = dict(reversed(snapshot().items()))
    assert (await store.append("default", turned, NOON)).duplicate


async def test_duplicates_that_arrive_together_are_stored_once(store: Store) -> None:
    answers = await asyncio.gather(*(store.append("default", snapshot(), NOON) for _ in range(20)))
    assert sum(not answer.duplicate for answer in answers) == 1
    assert await store.count("default") == 1


async def test_a_reading_from_the_future_gets_its_arrival_as_version_time(store: Store) -> None:
    ahead = await store.append("default", snapshot(NOON + minutes(60)), NOON)
    assert ahead.version.time == NOON


async def test_a_reading_from_the_future_sent_again_later_is_still_a_duplicate(store: Store) -> None:
    await store.append("default", snapshot(NOON + minutes(60)), NOON)
    again = await store.append("default", snapshot(NOON + minutes(60)), NOON + minutes(7))
    assert again.duplicate
    assert await store.count("default") == 1


async def test_a_late_arrival_takes_its_place_in_time_and_never_becomes_the_latest(store: Store) -> None:
    newest = (await store.append("default", snapshot(NOON), NOON)).version
    late = (await store.append("default", snapshot(NOON - minutes(30)), NOON + minutes(1))).version
    latest = await store.latest("default")
    oldest = await store.by_number("default", 1)
    assert latest is not None
    assert latest.version == newest
    assert oldest is not None
    assert oldest.version == late


@pytest.mark.parametrize("order", [1, -1])
async def test_of_readings_within_one_second_the_later_is_the_latest(store: Store, order: int) -> None:
    readings = [snapshot(NOON + timedelta(milliseconds=100 * place), place) for place in range(9)]
    for document in readings[::order]:
        await store.append("default", document, NOON + minutes(1))
    latest = await store.latest("default")
    numbered = [await store.by_number("default", number) for number in range(1, 10)]
    assert latest is not None
    assert latest.version.document["currentSession"]["percentageUsed"] == 8
    assert (latest.number, latest.total) == (9, 9)
    assert [
        found.version.document["currentSession"]["percentageUsed"] for found in numbered if found
    ] == list(range(9))
    assert [found.number for found in numbered if found] == list(range(1, 10))
    assert (await store.between("default", None, None))[-1] == latest.version.id
    with pytest.raises(StoreConflictError):
        await store.delete("default", [latest.version.id], NOON)


async def test_unknown_fields_are_kept(store: Store) -> None:
    await store.append("default", snapshot(moonPhase={"name": "full"}), NOON)
    latest = await store.latest("default")
    assert latest is not None
    assert latest.version.document["moonPhase"] == {"name": "full"}


async def test_a_document_that_is_no_snapshot_is_refused_and_nothing_is_stored(store: Store) -> None:
    with pytest.raises(msgspec.ValidationError, match="lastUpdated"):
        await store.append("default", {"currentSession": {"percentageUsed": 1, "resetsIn": ""}}, NOON)
    assert await store.count("default") == 0


@pytest.mark.parametrize("name", ["..", "a/b", "", "A", "a" * 33, "-a", "a\n", "über", ".lock"])
async def test_a_bad_account_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="no account"):
        await store.append(name, snapshot(), NOON)
    with pytest.raises(ValueError, match="no account"):
        await store.latest(name)


async def test_accounts_do_not_see_each_other(store: Store) -> None:
    await store.append("work", snapshot(), NOON)
    assert await store.latest("default") is None
    assert await store.accounts() == ["work"]
    await store.append("default", snapshot(), NOON)
    assert await store.accounts() == ["default", "work"]


async def test_asking_for_an_account_does_not_make_it(store: Store) -> None:
    assert await store.latest("ghost") is None
    assert await store.count("ghost") == 0
    assert await store.accounts() == []


async def test_versions_are_numbered_from_the_oldest_and_from_the_newest(store: Store) -> None:
    ids = await fill(store, 5)
    for number, expected in [(1, ids[0]), (5, ids[4]), (-1, ids[4]), (-5, ids[0]), (3, ids[2])]:
        found = await store.by_number("default", number)
        assert found is not None
        assert found.version.id == expected
        assert found.total == 5
    for outside in (0, 6, -6):
        assert await store.by_number("default", outside) is None


async def test_a_version_is_found_by_its_id(store: Store) -> None:
    ids = await fill(store, 3)
    found = await store.by_id("default", ids[1])
    assert found is not None
    assert found.number == 2
    assert await store.by_id("default", "2026-11-22T12-00-00-00000000") is None


@pytest.mark.parametrize(
    ("moment", "index"),
    [
        (NOON + minutes(600), 4),
        (NOON - minutes(600), 0),
        (NOON - minutes(2), 2),
        (NOON - minutes(1.4), 3),
        (NOON - minutes(1.6), 2),
        (NOON - minutes(1.5), 2),
    ],
)
async def test_the_nearest_version_in_time_is_found(store: Store, moment, index: int) -> None:
    ids = await fill(store, 5)
    found = await store.nearest("default", moment)
    assert found is not None
    assert found.version.id == ids[index]


async def test_as_of_gives_the_newest_at_or_before_a_moment(store: Store) -> None:
    ids = await fill(store, 3)
    at = await store.as_of("default", NOON - minutes(1))
    between = await store.as_of("default", NOON - timedelta(seconds=1))
    assert at is not None
    assert at.version.id == ids[1]
    assert between is not None
    assert between.version.id == ids[1]
    assert await store.as_of("default", NOON - minutes(3)) is None


async def test_a_range_holds_its_start_and_not_its_end(store: Store) -> None:
    ids = await fill(store, 5)
    assert list(await store.between("default", NOON - minutes(3), NOON - minutes(1))) == ids[1:3]
    assert list(await store.between("default", None, None)) == ids
    assert list(await store.between("default", NOON, None)) == ids[4:]


async def test_the_metadata_describe_the_history(store: Store) -> None:
    await fill(store, 3)
    await store.append("default", snapshot(NOON, 40), NOON)
    metadata = await store.metadata("default")
    assert metadata.version_count == 3
    assert metadata.oldest_timestamp == "2026-11-22T11:58:00.000Z"
    assert metadata.newest_timestamp == "2026-11-22T12:00:00.000Z"
    assert metadata.total_versions_created == 3
    assert metadata.total_versions_deleted == 0
    assert metadata.last_cleanup is None


async def test_deleting_removes_versions_and_counts_them_for_life(store: Store) -> None:
    ids = await fill(store, 4)
    assert await store.delete("default", [ids[0], ids[2], "2020-01-01T00-00-00-00000000"], NOON) == 2
    metadata = await store.metadata("default")
    assert list(await store.between("default", None, None)) == [ids[1], ids[3]]
    assert metadata.version_count == 2
    assert metadata.total_versions_created == 4
    assert metadata.total_versions_deleted == 2
    assert metadata.last_cleanup == "2026-11-22T12:00:00.000Z"


async def test_the_newest_version_is_never_deleted(store: Store) -> None:
    ids = await fill(store, 2)
    with pytest.raises(StoreConflictError, match="newest"):
        await store.delete("default", ids, NOON)
    assert await store.count("default") == 2


async def test_an_archived_version_outlives_its_deletion(store: Store) -> None:
    ids = await fill(store, 2)
    await store.archive("default", ids[:1])
    await store.delete("default", ids[:1], NOON)
    assert [version.id for version in await store.archived("default", "2026-11")] == ids[:1]


async def test_a_caller_that_goes_away_harms_nobody_else(store: Store) -> None:
    leaving = asyncio.ensure_future(store.append("default", snapshot(NOON, 1), NOON))
    staying = asyncio.ensure_future(store.append("default", snapshot(NOON, 2), NOON))
    await asyncio.sleep(0)
    leaving.cancel()
    assert not (await staying).duplicate
    assert not (await store.append("default", snapshot(NOON, 3), NOON)).duplicate


async def test_a_healthy_store_has_nothing_to_mend_and_can_be_written(store: Store) -> None:
    await fill(store, 2)
    assert list(await store.rebuild()) == []
    await store.probe()


async def test_what_is_as_it_was_stored_is_found_right_and_listed(store: Store) -> None:
    ids = await fill(store, 3)
    await store.archive("default", ids[:2])
    census = await store.census("default")
    assert (list(census.versions), list(census.archives)) == (ids, ["2026-11"])
    assert not census.foreign
    assert await store.scrub("default", ids, NOON, mend=True) == []
    assert await store.scrub_archive("default", "2026-11", NOON, mend=True) is None
    assert await store.count("default") == 3


async def test_an_account_without_a_history_has_an_empty_census(store: Store) -> None:
    census = await store.census("work")
    assert not any((census.versions, census.archives, census.foreign))
    assert await store.scrub_archive("work", "2026-11", NOON, mend=True) is None
    assert list(await store.accounts()) == []


async def test_a_note_replaces_the_one_before(store: Store) -> None:
    assert await store.read_note("janitor") is None
    for data in (b"first", b"second"):
        await store.write_note("janitor", data)
    assert await store.read_note("janitor") == b"second"


async def test_nothing_can_be_deleted_where_nothing_is(store: Store) -> None:
    assert await store.delete("default", [], NOON) == 0
    assert await store.delete("default", ["2026-11-22T12-00-00-1a2b3c4d"], NOON) == 0


async def test_a_reading_from_the_future_sent_again_after_its_time_came_is_a_duplicate(store: Store) -> None:
    ahead = snapshot(NOON + minutes(1))
    first = await store.append("default", ahead, NOON)
    await store.append("default", snapshot(NOON + minutes(0.5)), NOON + minutes(0.5))
    again = await store.append("default", ahead, NOON + minutes(2))
    assert again.duplicate
    assert again.version == first.version
    assert await store.count("default") == 2
