"""The record kept folded, against one folded from scratch, whatever happens to the store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.receiver.record.kept_record import KeptRecords
from shared.insight.days import counting
from shared.insight.record import Record, taken_all
from shared.insight.told.folded import FoldedDay, folded
from shared.store import Store, open_store
from tests.receiver.kept import KeptModel, case_of
from tests.store.model import moments, seeds
from tests.store.samples import NOON, minutes, snapshot
from tests.store.test_model import VolumeModel


class RecordIsKept(KeptModel):
    """With one memory for all stores and one that has no room for two accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.memories = [KeptRecords(), KeptRecords(most_days=1)]

    @rule(seed=seeds, offsets=st.lists(moments, min_size=2, max_size=4), percentage=st.integers(0, 100))
    def windows_are_seen(self, seed: int, offsets: list[timedelta], percentage: int) -> None:
        documents = [
            snapshot(
                self.now + offset,
                (percentage + place * seed) % 101,
                currentSession={
                    "percentageUsed": (percentage + place * seed) % 101,
                    "resetsIn": "",
                    "resetsAt": (self.now + timedelta(hours=seed % 7 - 2)).isoformat(),
                },
            )
            for place, offset in enumerate(offsets)
        ]
        self.sent(documents, self.run(self.all_appended(self.store(seed), documents)))

    async def asked(self, memory: KeptRecords, store: Store) -> Sequence[FoldedDay]:
        return [day for day in await memory.of(store, "default", 60) if day.last]

    def made_anew(self) -> list[FoldedDay]:
        days, record = list[FoldedDay](), Record()
        for versions in self.by_day().values():
            days.append(folded(record, versions))
            record = taken_all(record, counting(versions))[0]
            assert days[-1].record == record
        return days


class RecordOfAVolumeIsKept(RecordIsKept, VolumeModel):
    """The same, with files that others lose, spoil and put back."""


TestInMemory = case_of(RecordIsKept, 6, 16, 300)
TestOnAVolume = case_of(RecordOfAVolumeIsKept, 6, 16, 300)


async def told_of(kept: KeptRecords, store: Store) -> list[str | None]:
    """The last version of each day."""
    return [day.last for day in await kept.of(store, "default", 20) if day.last]


async def test_what_comes_late_into_an_archived_day_and_is_archived_before_the_next_question_is_told(
    tmp_path: Path,
) -> None:
    store, kept = open_store(f"file://{tmp_path}/store"), KeptRecords()
    await stored(store, NOON, 1)
    leaving = [await stored(store, NOON - minutes(3000), 10)]
    await let_go(store, leaving)
    before = await told_of(kept, store)
    leaving = [await stored(store, NOON - minutes(2990), 20)]
    await let_go(store, leaving)
    assert await told_of(kept, store) == [leaving[0], before[1]]
    leaving = [await stored(store, NOON - minutes(30), 30)]
    await let_go(store, leaving)
    await stored(store, NOON + minutes(5), 40)
    assert await kept.of(store, "default", 20) == await KeptRecords().of(store, "default", 20)


async def test_a_second_version_of_the_same_second_is_told_in_its_place(tmp_path: Path) -> None:
    for first, second in ((10, 90), (90, 10)):
        store, kept = open_store(f"file://{tmp_path}/{first}"), KeptRecords()
        await stored(store, NOON - minutes(5), 30)
        await stored(store, NOON, first)
        await told_of(kept, store)
        await stored(store, NOON, second)
        assert await kept.of(store, "default", 20) == await KeptRecords().of(store, "default", 20)


async def stored(store: Store, moment: datetime, percentage: int) -> str:
    return (await store.append("default", snapshot(moment, percentage), moment)).version.id


async def let_go(store: Store, ids: list[str]) -> None:
    await store.archive("default", ids)
    await store.delete("default", ids, NOON)
