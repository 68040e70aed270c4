"""A model of a store: a plain dictionary of versions, and what may happen to them."""

import asyncio
import random
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import Struct

from shared.schemas.codec import RECEIVED_AT, Document
from shared.schemas.figures import figures_of
from shared.store import Appended, Store, open_store
from shared.store.errors import StoreConflictError
from shared.store.keys import time_of
from shared.store.ranking import rank_of
from tests.store.archives import figured
from tests.store.samples import NOON, snapshot

T = TypeVar("T")


class Kept(Struct):
    """What the model knows of one version."""

    document: Document
    was_future: bool
    content: bytes | None
    in_history: bool = True
    in_archive: bool = False


moments = st.builds(
    lambda minutes, millis: timedelta(minutes=minutes, milliseconds=millis),
    st.integers(-60, 20) | st.integers(-60 * 24 * 70, 60 * 24 * 3),
    st.sampled_from([0, 0, 1, 500]),
)
seeds = st.integers(0, 2**32)


class StoreModel(RuleBasedStateMachine):
    """Holds a store in memory to a plain dictionary of versions."""

    may_forget = False
    """Whether it may be lost what came from a clock ahead and then left the history."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.now = NOON
        self.kept: dict[str, Kept] = {}
        self.stores: list[Store] = [open_store("memory:")]

    def teardown(self) -> None:
        for store in self.stores:
            self.run(store.close())
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def store(self, seed: int) -> Store:
        return self.stores[seed % len(self.stores)]

    def content(self, version_id: str) -> bytes | None:
        """A version's file, where there are files."""
        return None

    def history(self) -> list[str]:
        """The ids of the history in their order."""
        here = [i for i, kept in self.kept.items() if kept.in_history]
        return sorted(here, key=lambda i: rank_of(i, self.kept[i].document))

    def choose(self, seed: int, ids: Sequence[str]) -> list[str]:
        chance = random.Random(seed)
        return chance.sample(ids, chance.randint(0, min(len(ids), 6)))

    # What happens

    @initialize(offsets=st.lists(moments, min_size=3, max_size=8))
    def there_are_versions_already(self, offsets: list[timedelta]) -> None:
        self.snapshots_come_at_once(offsets, percentage=5, seed=0)

    @rule(by=moments)
    def the_clock_jumps(self, by: timedelta) -> None:
        self.now += by

    @rule(offsets=st.lists(moments, min_size=1, max_size=4), percentage=st.integers(0, 3), seed=seeds)
    def snapshots_come_at_once(self, offsets: list[timedelta], percentage: int, seed: int) -> None:
        documents = [snapshot(self.now + offset, percentage) for offset in offsets]
        self.sent(documents, self.run(self.all_appended(self.store(seed), documents)))

    async def all_appended(self, store: Store, documents: list[Document]) -> list[Appended]:
        return await asyncio.gather(*(store.append("default", document, self.now) for document in documents))

    def sent(self, documents: list[Document], answers: list[Appended]) -> None:
        for document, answer in zip(documents, answers, strict=True):
            told = answer.version
            read = datetime.fromisoformat(document["lastUpdated"])
            assert answer.duplicate == (told.id in self.kept), "a duplicate is what was there before"
            if not answer.duplicate:
                assert {k: v for k, v in told.document.items() if k != RECEIVED_AT} == document
                assert told.time == min(read, self.now).replace(microsecond=0)
                self.kept[told.id] = Kept(told.document, read > self.now, self.content(told.id))
            assert told.document == self.kept[told.id].document

    @precondition(lambda self: self.kept)
    @rule(seed=seeds)
    def a_snapshot_comes_again(self, seed: int) -> None:
        version_id = random.Random(seed).choice(sorted(self.kept))
        kept = self.kept[version_id]
        document = {key: value for key, value in kept.document.items() if key != RECEIVED_AT}
        if not kept.in_history and kept.was_future and self.may_forget:
            return
        answer = self.run(self.store(seed).append("default", document, self.now))
        assert answer.duplicate
        assert answer.version.id == version_id

    @rule(seed=seeds, archive=st.booleans())
    def a_janitor_lets_some_go(self, seed: int, archive: bool) -> None:
        leaving = self.choose(seed, self.history()[:-1])
        deleted = self.run(self.let_go(self.store(seed // 2), leaving, archive=archive))
        assert deleted == len(leaving)
        self.gone(leaving, archive=archive)

    async def let_go(self, store: Store, ids: list[str], *, archive: bool) -> int:
        if archive:
            done = await store.archive("default", ids)
            assert done.added == sum(not self.kept[i].in_archive for i in ids)
            assert (list(done.ids), list(done.taken)) == (sorted(ids), [])
        return await store.delete("default", ids, self.now)

    def gone(self, ids: list[str], *, archive: bool) -> None:
        for version_id in ids:
            kept = self.kept[version_id]
            kept.in_history, kept.in_archive = False, kept.in_archive or archive
            if not kept.in_archive:
                del self.kept[version_id]

    @rule(seed=seeds)
    def a_janitor_is_cut_short(self, seed: int) -> None:
        """Archived, not yet deleted: the versions are in both places."""
        ids = self.choose(seed, self.history())
        self.run(self.store(seed).archive("default", ids))
        for version_id in ids:
            self.kept[version_id].in_archive = True

    @rule(seed=seeds, offsets=st.lists(moments, min_size=1, max_size=3))
    def a_janitor_works_while_snapshots_come(self, seed: int, offsets: list[timedelta]) -> None:
        leaving = self.choose(seed, self.history()[:-1])
        documents = [snapshot(self.now + offset, 50 + seed % 40) for offset in offsets]

        async def both() -> tuple[list[Appended], int]:
            appended = self.all_appended(self.stores[0], documents)
            return await asyncio.gather(appended, self.let_go(self.stores[-1], leaving, archive=True))

        answers, deleted = self.run(both())
        assert deleted == len(leaving)
        self.sent(documents, answers)
        self.gone(leaving, archive=True)

    @precondition(lambda self: self.history())
    @rule(seed=seeds)
    def the_newest_cannot_be_deleted(self, seed: int) -> None:
        with pytest.raises(StoreConflictError):
            self.run(self.store(seed).delete("default", self.history()[-1:], self.now))

    @rule(seed=seeds)
    def it_is_mended(self, seed: int) -> None:
        self.run(self.store(seed).rebuild())

    # What must hold

    @invariant()
    def counts_and_the_latest_are_right(self) -> None:
        order = self.history()
        for store in self.stores:
            latest = self.run(store.latest("default"))
            assert (latest.version.id if latest else None) == (order[-1] if order else None)
            assert self.run(store.count("default")) == len(order)
            metadata = self.run(store.metadata("default"))
            assert metadata.version_count == len(order)
            assert metadata.total_versions_created >= len(order)
            if order:
                stamps = (metadata.oldest_timestamp, metadata.newest_timestamp)
                assert [datetime.fromisoformat(str(text)) for text in stamps] == [
                    time_of(order[0]),
                    time_of(order[-1]),
                ]

    @rule(seed=seeds)
    def every_number_and_id_is_right(self, seed: int) -> None:
        order, store = self.history(), self.store(seed)
        for number, version_id in enumerate(order, 1):
            for asked in (number, number - len(order) - 1):
                found = self.run(store.by_number("default", asked))
                assert found
                assert (found.version.id, found.number, found.total) == (version_id, number, len(order))
                assert found.version.document == self.kept[version_id].document
        for outside in (0, len(order) + 1, -len(order) - 1):
            assert self.run(store.by_number("default", outside)) is None
        for version_id, kept in self.kept.items():
            found = self.run(store.by_id("default", version_id))
            assert found
            assert (found.version.document, found.archived) == (kept.document, not kept.in_history)

    @rule(seed=seeds, offset=moments)
    def every_question_by_time_is_right(self, seed: int, offset: timedelta) -> None:
        every = sorted({time_of(version_id) for version_id in self.kept})
        middles = [
            early + (late - early) / 2 for early, late in pairwise(every)
        ]  # as far from one as from the other
        for moment in (self.now + offset, *random.Random(seed).sample(middles, min(len(middles), 4))):
            self.ask_by_time(self.store(seed), moment, every)

    def ask_by_time(self, store: Store, moment: datetime, every: list[datetime]) -> None:
        nearest = self.run(store.nearest("default", moment))
        expected = min(every, key=lambda time: (abs(time - moment), time), default=None)
        assert (nearest.version.time if nearest else None) == expected
        as_of = self.run(store.as_of("default", moment))
        expected = max((time for time in every if time <= moment), default=None)
        assert (as_of.version.time if as_of else None) == expected

    @rule(seed=seeds, first=moments, second=moments)
    def every_range_is_right(self, seed: int, first: timedelta, second: timedelta) -> None:
        store = self.store(seed)
        start, end = (self.now.replace(microsecond=0) + offset for offset in sorted([first, second]))
        for since, until in ((start, end), (None, end), (start, None), (None, None)):
            inside = [
                i
                for i in self.kept
                if (not since or time_of(i) >= _floor(since)) and (not until or time_of(i) < _floor(until))
            ]
            here = self.run(store.between("default", since, until))
            assert sorted(here) == sorted(i for i in inside if self.kept[i].in_history)
            assert [time_of(i) for i in here] == sorted(time_of(i) for i in here)
            streamed = self.run(self.streamed(store, since, until))
            assert sorted(streamed) == sorted(inside)
            assert [time_of(i) for i in streamed] == sorted(time_of(i) for i in streamed)

    async def streamed(self, store: Store, since: datetime | None, until: datetime | None) -> list[str]:
        every = [version async for version in store.stream("default", since, until)]
        assert await figured(store, since, until) == [(one.id, figures_of(one.document)) for one in every]
        return [version.id for version in every]


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
