"""The contract about what left the history: archived once, and answered by every question about time."""

import random
from datetime import datetime, timedelta

import pytest

from shared.store import Store
from shared.store.base import Found
from tests.store.samples import NOON, minutes, snapshot

DAY = timedelta(days=1)


async def fill(store: Store, moments: list[datetime], account: str = "default") -> list[str]:
    return [(await store.append(account, snapshot(at, 40), at)).version.id for at in moments]


async def leave(store: Store, ids: list[str]) -> None:
    await store.archive("default", ids)
    await store.delete("default", ids, NOON)


async def streamed(store: Store, start: datetime | None = None, end: datetime | None = None) -> list[str]:
    return [version.id async for version in store.stream("default", start, end)]


def told(found: Found | None) -> tuple[str, bool] | None:
    return (found.version.id, found.archived) if found else None


async def test_archiving_copies_versions_into_their_months_once(store: Store) -> None:
    ids = await fill(store, [NOON - 30 * DAY, NOON - minutes(2), NOON - minutes(1), NOON])
    assert (await store.archive("default", ids[:2])).added == 2
    assert (await store.archive("default", ids[:3])).added == 1
    assert [version.id for version in await store.archived("default", "2026-10")] == [ids[0]]
    assert [version.id for version in await store.archived("default", "2026-11")] == ids[1:3]
    assert list(await store.archived("default", "2026-09")) == []
    first = (await store.archived("default", "2026-10"))[0]
    assert first == (await store.by_id("default", ids[0])).version


async def test_the_archive_is_described_month_by_month(store: Store) -> None:
    ids = await fill(store, [NOON - 30 * DAY, NOON - minutes(2), NOON - minutes(1), NOON])
    assert list(await store.archives("default")) == []
    await leave(store, ids[:3])
    october, november = await store.archives("default")
    assert (october.month, october.count, october.oldest) == ("2026-10", 1, NOON - 30 * DAY)
    assert (november.month, november.count, november.newest) == ("2026-11", 2, NOON - minutes(1))
    assert (list(october.damage), list(november.damage)) == ([], [])


async def test_a_moment_before_the_history_is_answered_from_the_archive(store: Store) -> None:
    ids = await fill(store, [NOON - back * DAY for back in (60, 40, 2, 1, 0)])
    await leave(store, ids[:2])
    assert told(await store.nearest("default", NOON - 59 * DAY)) == (ids[0], True)
    assert told(await store.as_of("default", NOON - 3 * DAY)) == (ids[1], True)
    assert told(await store.as_of("default", NOON - 61 * DAY)) is None
    assert told(await store.nearest("default", NOON - 900 * DAY)) == (ids[0], True)
    assert told(await store.nearest("default", NOON - 20 * DAY)) == (ids[2], False)
    assert told(await store.nearest("default", NOON - 22 * DAY)) == (ids[1], True)
    assert told(await store.nearest("default", NOON - 21 * DAY)) == (ids[1], True)
    assert told(await store.nearest("default", NOON + DAY)) == (ids[4], False)


async def test_an_archived_version_is_found_by_its_id_and_has_no_number(store: Store) -> None:
    ids = await fill(store, [NOON - DAY, NOON])
    before = (await store.by_id("default", ids[0])).version
    await leave(store, ids[:1])
    found = await store.by_id("default", ids[0])
    assert found is not None
    assert (found.version, found.number, found.total, found.archived) == (before, None, 1, True)
    assert await store.by_number("default", 2) is None
    assert await store.count("default") == 1


async def test_the_archive_answers_between_versions_that_the_history_kept(store: Store) -> None:
    """A daily rule keeps one old version here and there; the better answer may lie in between."""
    ids = await fill(store, [NOON - back * DAY for back in (30, 25, 20, 1, 0)])
    await leave(store, [ids[1]])
    assert told(await store.as_of("default", NOON - 24 * DAY)) == (ids[1], True)
    assert told(await store.nearest("default", NOON - 24 * DAY)) == (ids[1], True)
    assert told(await store.nearest("default", NOON - 21 * DAY)) == (ids[2], False)


async def test_a_version_in_both_places_is_answered_once_and_from_the_history(store: Store) -> None:
    ids = await fill(store, [NOON - back * DAY for back in (3, 2, 1, 0)])
    await store.archive("default", ids[:3])
    await store.delete("default", ids[:1], NOON)
    assert await streamed(store) == ids
    assert told(await store.by_id("default", ids[1])) == (ids[1], False)
    assert told(await store.as_of("default", NOON - 2 * DAY)) == (ids[1], False)
    assert told(await store.nearest("default", NOON - 3 * DAY)) == (ids[0], True)


async def test_a_stream_holds_its_start_and_not_its_end_across_months(store: Store) -> None:
    moments = [NOON - back * DAY for back in (70, 50, 49, 20, 3, 2, 1, 0)]
    ids = await fill(store, moments)
    await leave(store, [ids[0], ids[2], ids[3], ids[5]])
    assert await streamed(store) == ids
    assert await streamed(store, moments[1], moments[6]) == ids[1:6]
    assert await streamed(store, moments[2], moments[2]) == []
    assert await streamed(store, NOON + DAY) == []
    assert await streamed(store, None, moments[1]) == ids[:1]
    assert [version async for version in store.stream("nobody", None, None)] == []


async def test_readings_of_one_second_stay_in_their_order_wherever_they_lie(store: Store) -> None:
    at = [NOON - DAY + timedelta(milliseconds=100 * place) for place in range(6)]
    ids = await fill(store, at)
    newest = await fill(store, [NOON])
    await leave(store, ids[1::2])
    assert await streamed(store) == [*ids, *newest]
    assert told(await store.as_of("default", NOON - minutes(60))) == (ids[5], True)
    assert told(await store.nearest("default", NOON - DAY - minutes(1))) == (ids[0], False)


@pytest.mark.parametrize("seed", range(6))
async def test_every_question_gives_what_it_gave_before_versions_left(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    moments = sorted({NOON - minutes(chance.randrange(0, 200_000)) for _ in range(60)})
    ids = await fill(store, chance.sample(moments, len(moments)))
    in_order = sorted(ids)
    asked = [NOON - minutes(chance.uniform(-1000, 210_000)) for _ in range(40)] + moments[::7]
    before = [(await store.nearest("default", at), await store.as_of("default", at)) for at in asked]
    for _ in range(3):
        await leave(
            store, [one for one in await store.between("default", None, None) if chance.random() < 0.5][:-1]
        )
    after = [(await store.nearest("default", at), await store.as_of("default", at)) for at in asked]
    assert [(told(a) or [None])[0] for pair in after for a in pair] == [
        (told(b) or [None])[0] for pair in before for b in pair
    ]
    assert await streamed(store) == in_order
    first, last = sorted(chance.sample(asked, 2))
    assert await streamed(store, first, last) == [
        one for one in in_order if first <= (await store.by_id("default", one)).version.time < last
    ]


async def test_what_moves_to_the_archive_under_a_reader_is_still_read_once(store: Store) -> None:
    ids = await fill(store, [NOON - minutes(count) for count in reversed(range(700))])
    seen = []
    async for version in store.stream("default", None, None):
        if len(seen) == 10:
            await leave(store, ids[5:650])
        seen.append(version.id)
    assert seen == ids
