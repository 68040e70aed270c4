"""The days of a record and their marks, as every backend gives them."""

from datetime import timedelta

from shared.store import Store
from tests.store.samples import NOON, minutes, snapshot

DAY = timedelta(days=1)


async def stored(store: Store, *days_back: float) -> list[str]:
    moments = [NOON - back * DAY for back in days_back]
    return [(await store.append("default", snapshot(at), NOON)).version.id for at in moments]


async def test_an_empty_record_has_no_days(store: Store) -> None:
    calendar = await store.calendar("default", "0001-01-01", "9999-12-31")
    assert (dict(calendar.marks), calendar.at_most) == ({}, 0)


async def test_days_come_in_order_each_with_its_versions(store: Store) -> None:
    old, new, newest = await stored(store, 40, 1, 0)
    calendar = await store.calendar("default", "0001-01-01", "9999-12-31")
    assert list(calendar.marks) == ["2026-10-13", "2026-11-21", "2026-11-22"]
    assert [list(mark.ids) for mark in calendar.marks.values()] == [[old], [new], [newest]]
    assert calendar.at_most == 3


async def test_both_ends_of_a_range_belong_to_it(store: Store) -> None:
    await stored(store, 3, 2, 1, 0)
    calendar = await store.calendar("default", "2026-11-20", "2026-11-21")
    assert list(calendar.marks) == ["2026-11-20", "2026-11-21"]


async def test_a_day_keeps_its_mark_until_its_versions_change(store: Store) -> None:
    await stored(store, 2, 1, 0)
    before = (await store.calendar("default", "2026-11-20", "2026-11-22")).marks
    await store.append("default", snapshot(NOON - DAY + minutes(1)), NOON)
    after = (await store.calendar("default", "2026-11-20", "2026-11-22")).marks
    assert [before[day] == after[day] for day in before] == [True, False, True]


async def test_a_deleted_version_changes_its_day(store: Store) -> None:
    gone, also_gone, _ = await stored(store, 1.001, 1, 0)
    before = (await store.calendar("default", "2026-11-21", "2026-11-21")).marks
    await store.delete("default", [also_gone], NOON)
    after = (await store.calendar("default", "2026-11-21", "2026-11-21")).marks
    assert before != after
    await store.delete("default", [gone], NOON)
    assert not (await store.calendar("default", "2026-11-21", "2026-11-21")).marks


async def test_archived_versions_have_their_days_and_days_of_the_history_keep_their_marks(
    store: Store,
) -> None:
    first, second, _, _ = await stored(store, 3, 2, 1, 0)
    await store.archive("default", [first])
    await store.delete("default", [first], NOON)
    before = (await store.calendar("default", "2026-11-19", "2026-11-22")).marks
    assert list(before) == ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"]
    await store.archive("default", [second])
    await store.delete("default", [second], NOON)
    after = (await store.calendar("default", "2026-11-19", "2026-11-22")).marks
    assert list(after) == list(before)
    assert all(after[day] == before[day] for day in ("2026-11-21", "2026-11-22"))
