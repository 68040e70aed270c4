"""What is kept of a store, held against what its versions make anew, after whatever happens to the store."""

from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from shared.insight.days import Stored
from shared.insight.readings import moment_of
from shared.schemas.codec import RECEIVED_AT, Document
from shared.store import Store
from shared.store.keys import date_of
from shared.store.ranking import rank_of
from tests.faults.lengths import times
from tests.store.model import StoreModel, moments, seeds
from tests.store.samples import snapshot


class KeptModel(StoreModel):
    """Asks each of the `memories` about each store after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.memories: list[Any] = []

    def asked(self, memory: Any, store: Store) -> Coroutine[Any, Any, Sequence[object]]:
        """Return what a memory tells of a store, by day."""
        raise NotImplementedError

    def made_anew(self) -> Sequence[object]:
        """Return what it should tell."""
        raise NotImplementedError

    @precondition(lambda self: self.kept)
    @rule(seed=seeds, percentage=st.integers(0, 100))
    def a_reading_is_corrected(self, seed: int, percentage: int) -> None:
        version_id = (self.choose(seed, sorted(self.kept)) or sorted(self.kept))[0]
        kept = self.kept[version_id].document
        document: Document = {name: value for name, value in kept.items() if name != RECEIVED_AT}
        document["currentSession"] = {"percentageUsed": percentage, "resetsIn": ""}
        document["reparsedFrom"] = str(seed)
        self.sent([document], self.run(self.all_appended(self.store(seed), [document])))

    @rule(seed=seeds, offsets=st.lists(moments, min_size=1, max_size=3), percentage=st.integers(0, 100))
    def some_come_and_leave_between_two_questions(
        self, seed: int, offsets: list[timedelta], percentage: int
    ) -> None:
        documents = [snapshot(self.now + offset, percentage) for offset in offsets]
        self.sent(documents, self.run(self.all_appended(self.store(seed), documents)))
        self.a_janitor_lets_some_go(seed, archive=True)

    @precondition(lambda self: self.kept)
    @rule(seed=seeds, percentage=st.integers(0, 100))
    def another_comes_of_the_same_second(self, seed: int, percentage: int) -> None:
        newest = max(self.kept)
        moment = moment_of(self.kept[newest].document) + timedelta(milliseconds=seed % 3)
        document = snapshot(moment, percentage, collector=f"desk {seed % 5}")
        self.sent([document], self.run(self.all_appended(self.store(seed), [document])))

    @invariant()
    def what_is_kept_is_what_the_versions_make(self) -> None:
        expected = self.made_anew()
        for memory in self.memories:
            for store in self.stores:
                assert list(self.run(self.asked(memory, store))) == expected

    def by_day(self) -> dict[str, list[Stored]]:
        """Return the versions of each day, oldest first."""
        days: dict[str, list[Stored]] = {}
        for one in sorted(self.kept, key=lambda i: (date_of(i), i[:19], rank_of(i, self.kept[i].document))):
            days.setdefault(date_of(one), []).append((one, self.kept[one].document))
        return days


def case_of(model: type[KeptModel], short: int, steps: int, seconds: int) -> Any:
    """Return the test case of a model: so many examples of so many steps, many more at full length."""
    case = model.TestCase
    case.settings = settings(max_examples=times(short, 300), stateful_step_count=times(steps, 50))
    return pytest.mark.timeout(times(seconds, 3600))(case)
