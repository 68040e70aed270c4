"""The contract about leaving the history: only what is surely archived may, and what left is known again."""

from datetime import timedelta

from shared.store import Store
from shared.store.base import Version
from tests.store.samples import NOON, minutes, snapshot
from tests.store.test_contract import fill


async def test_archiving_says_which_versions_are_in_the_archive_now(store: Store) -> None:
    ids = await fill(store, 4)
    await store.archive("default", ids[:1])
    done = await store.archive("default", [*ids[:3], "2026-11-22T11-00-00-0123abcd"])
    assert (done.added, list(done.ids), list(done.taken)) == (2, ids[:3], [])


async def test_a_version_whose_name_another_has_in_the_archive_is_not_called_archived(store: Store) -> None:
    """Versions of the origin's have names that do not tell their content."""
    name = "2026-02-09T12-00-00-0123abcd"
    await fill(store, 2)
    mine, other = (
        Version("default", name, snapshot(NOON - timedelta(days=286), percentage)) for percentage in (1, 2)
    )
    await store.restore("default", [other], "archive")
    await store.restore("default", [mine], "history", out_of_archive=True)
    done = await store.archive("default", [name])
    assert (done.added, list(done.ids), list(done.taken)) == (0, [], [name])
    assert [version async for version in store.stream("default", None, None, part="archive")] == [other]


async def test_an_account_that_is_not_there_has_nothing_to_archive_delete_or_tell(store: Store) -> None:
    name = "2026-11-22T11-00-00-0123abcd"
    done = await store.archive("nobody", [name])
    assert (done.added, list(done.ids)) == (0, [])
    assert await store.delete("nobody", [name], NOON) == 0
    assert list(await store.scrub("nobody", [name], NOON, mend=True)) == []
    assert await store.scrub_archive("nobody", "2026-11", NOON, mend=True) is None
    assert await store.latest("nobody") is None
    assert await store.by_id("nobody", name) is None
    assert list(await store.archived("nobody", "2026-11")) == []
    assert (await store.metadata("nobody")).total_versions_deleted == 0
    assert await store.prune_reports("nobody", NOON) == 0
    assert list(await store.inspect("nobody")) == []
    assert list((await store.census("nobody")).versions) == []
    assert "nobody" not in await store.accounts()


async def test_what_is_archived_comes_back_into_the_history_only_when_asked_for(store: Store) -> None:
    ids = await fill(store, 4)
    versions = [version async for version in store.stream("default", None, None)]
    await store.archive("default", ids[:2])
    await store.delete("default", ids[:2], NOON)
    assert await store.restore("default", versions, "history") == 0
    assert list(await store.between("default", None, None)) == ids[2:]
    assert await store.restore("default", versions, "history", out_of_archive=True) == 2
    assert list(await store.between("default", None, None)) == ids
    assert [version async for version in store.stream("default", None, None)] == versions


async def test_a_reading_from_a_clock_ahead_that_left_is_a_duplicate_before_and_after_its_time(
    store: Store,
) -> None:
    reading = snapshot(NOON + minutes(300))
    first = await store.append("default", reading, NOON)
    await fill(store, 1)
    newest = await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    await store.archive("default", [first.version.id])
    await store.delete("default", [first.version.id], NOON)
    for later in (2, 299, 301, 9000):
        again = await store.append("default", reading, NOON + minutes(later))
        assert (again.duplicate, again.version) == (True, first.version)
    assert (await store.latest("default")).version == newest.version


async def test_a_reading_that_left_is_known_again_under_a_clock_set_back(store: Store) -> None:
    first = await store.append("default", snapshot(), NOON + minutes(1))
    await store.append("default", snapshot(NOON + minutes(2)), NOON + minutes(3))
    await store.archive("default", [first.version.id])
    await store.delete("default", [first.version.id], NOON)
    again = await store.append("default", snapshot(), NOON - minutes(600))
    assert (again.duplicate, again.version) == (True, first.version)


async def test_a_reading_from_a_clock_far_ahead_is_found_among_thousands(store: Store) -> None:
    """As of a machine whose zone is wrong: half a day of readings came since."""
    reading = snapshot(NOON + minutes(12 * 60))
    first = await store.append("default", reading, NOON)
    for count in range(1, 200):
        await store.append("default", snapshot(NOON + minutes(count), 3), NOON + minutes(count))
    again = await store.append("default", reading, NOON + minutes(13 * 60))
    assert (again.duplicate, again.version) == (True, first.version)


async def test_moments_are_written_in_every_form_that_a_snapshot_may_have(store: Store) -> None:
    """Readings of one second, so that their order is looked at; and all of them go through the archive."""
    forms = ["12:00:00z", "12:00:00.1z", "12:00:00.25Z", "12:00:00.4-00:00", "14:00:00.5+0200"]
    documents = [
        {**snapshot(percentage=step), "lastUpdated": f"2026-11-22T{text}"} for step, text in enumerate(forms)
    ]
    ids = [(await store.append("default", one, NOON + minutes(1))).version.id for one in documents]
    await store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    assert list(await store.between("default", None, NOON + minutes(0.5))) == ids
    assert [version.id async for version in store.stream("default", None, NOON + minutes(0.5))] == ids
    assert list((await store.archive("default", ids)).ids) == sorted(ids)
    await store.delete("default", ids, NOON)
    assert [version.id async for version in store.stream("default", None, NOON + minutes(0.5))] == ids
