"""The days kept for folding, against days made of all versions anew, whatever happens to the store."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from services.receiver.series import kept_days
from services.receiver.series.kept_days import KeptDays
from shared.insight.days import Day, day_of
from shared.store import Store, open_store
from tests.receiver.kept import KeptModel, case_of
from tests.store.samples import NOON, minutes, snapshot
from tests.store.test_model import VolumeModel

ALWAYS = ("0001-01-01", "9999-12-31")


async def days_in(kept: KeptDays, store: Store, patience: float = 20) -> list[Day]:
    """All days of a store that hold something."""
    calendar = await store.calendar("default", *ALWAYS)
    days = await kept.of(store, "default", calendar.marks, patience)
    assert sum(len(day.ids) for day in days) <= calendar.at_most
    return [day for day in days if day.ids]


class DaysAreKept(KeptModel):
    """With one memory for each store and one that is nearly too small."""

    def __init__(self) -> None:
        super().__init__()
        self.memories = [KeptDays(), KeptDays(most_bytes=3000)]

    async def asked(self, memory: KeptDays, store: Store) -> Sequence[Day]:
        return await days_in(memory, store)

    def made_anew(self) -> Sequence[Day]:
        made = [day_of(date, versions) for date, versions in self.by_day().items()]
        return [day for day in made if day.ids]


class DaysOfAVolumeAreKept(DaysAreKept, VolumeModel):
    """The same, with files that others lose, spoil and put back."""


TestInMemory = case_of(DaysAreKept, 12, 20, 120)
TestOnAVolume = case_of(DaysOfAVolumeAreKept, 12, 20, 120)


class Counting:
    """A store that counts what is asked of it, and that can be held up."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked: list[str] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    def __getattr__(self, name: str):
        asked = getattr(self.store, name)

        def counted(*arguments: object):
            if name != "calendar":
                self.asked.append(name)
            return asked(*arguments)

        return counted

    async def figures(self, account: str, start: datetime | None, end: datetime | None):
        self.asked.append("figures")
        await self.may_go_on.wait()
        async for piece in self.store.figures(account, start, end):
            yield piece


@pytest.fixture
async def counting(tmp_path: Path) -> Counting:
    store = open_store(f"file://{tmp_path}/store")
    for back in (3000, 2999, 10, 5, 0):
        await store.append("default", snapshot(NOON - minutes(back)), NOON)
    return Counting(store)


async def test_what_is_known_is_not_read_again(counting: Counting) -> None:
    kept = KeptDays()
    first = await days_in(kept, counting)
    assert counting.asked == ["figures"]
    assert await days_in(kept, counting) == first
    assert counting.asked == ["figures"]


async def test_a_version_more_is_the_only_one_that_is_read(counting: Counting) -> None:
    kept = KeptDays()
    await days_in(kept, counting)
    await counting.store.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    days = await days_in(kept, counting)
    assert len(days[-1].ids) == 4
    assert counting.asked == ["figures", "by_id"]


async def test_what_only_moved_to_the_archive_makes_one_day_be_read_again(counting: Counting) -> None:
    kept = KeptDays()
    before = await days_in(kept, counting)
    oldest = list(before[0].ids)
    await counting.store.archive("default", oldest)
    await counting.store.delete("default", oldest, NOON)
    assert await days_in(kept, counting) == before
    assert counting.asked == ["figures", "figures"]


async def test_who_does_not_wait_longer_finds_it_read_later(counting: Counting) -> None:
    kept = KeptDays()
    counting.may_go_on.clear()
    with pytest.raises(TimeoutError):
        await days_in(kept, counting, patience=0.01)
    counting.may_go_on.set()
    assert len(await days_in(kept, counting)) == 2
    assert counting.asked == ["figures"]


async def test_questions_that_come_together_read_once(counting: Counting) -> None:
    kept = KeptDays()
    answers = await asyncio.gather(*(days_in(kept, counting) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert counting.asked == ["figures"]


async def test_who_asks_for_one_day_does_not_wait_for_a_year(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_days, "_DAYS_AT_ONCE", 1)
    await counting.store.append("default", snapshot(NOON - minutes(9000)), NOON)
    kept = KeptDays()
    counting.may_go_on.clear()
    year = asyncio.create_task(days_in(kept, counting))
    await asyncio.sleep(0.05)
    calendar = await counting.calendar("default", "2026-11-22", "2026-11-22")
    today = asyncio.create_task(kept.of(counting, "default", calendar.marks, 20))
    await asyncio.sleep(0.05)
    counting.may_go_on.set()
    await asyncio.wait({year, today}, return_when=asyncio.FIRST_COMPLETED)
    assert today.done()
    assert not year.done()
    assert (await today)[0] == (await year)[-1]


async def test_reading_ends_with_the_receiver(counting: Counting) -> None:
    kept = KeptDays()
    counting.may_go_on.clear()
    asked = asyncio.create_task(days_in(kept, counting))
    await asyncio.sleep(0.05)
    await kept.close()
    with pytest.raises(asyncio.CancelledError):
        await asked
