"""A store against a plain list, through any sequence of what may happen to it."""

import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shared.store import open_store
from tests.faults.lengths import times
from tests.store.model import StoreModel, seeds

HISTORY = "console-usage-history"
DERIVED = [".index", ".archive-index", "console-usage-synced.json", f"{HISTORY}/_metadata.json"]


class VolumeModel(StoreModel):
    """Two handles on one volume, whose files others lose, spoil, forge and put back between the steps."""

    may_forget = True  # who has lost the index of the archives reads no month through for an append

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="store-model-"))
        self.copies: dict[str, bytes] = {}
        self.stores = [open_store(f"file://{self.root}") for _ in range(2)]

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.root)

    def content(self, version_id: str) -> bytes | None:
        return (self.root / HISTORY / f"{version_id}.json").read_bytes()

    @rule()
    def copies_are_kept_of_what_is_derived(self) -> None:
        for name in DERIVED:
            if (self.root / name).is_file():
                self.copies[name] = (self.root / name).read_bytes()

    @rule(name=st.sampled_from(DERIVED), how=st.sampled_from(["lost", "torn", "garbage", "older"]))
    def what_is_derived_is_spoilt(self, name: str, how: str) -> None:
        path = self.root / name
        if not path.is_file():
            return
        time.sleep(0.01)  # nobody replaces a file within the tick of the clock in which it was written
        if how == "lost":
            path.unlink()
        elif how == "torn":
            path.write_bytes(path.read_bytes()[:-5])
        elif how == "garbage":
            path.write_bytes(os.urandom(40))
        elif name in self.copies:
            path.write_bytes(self.copies[name])

    @precondition(lambda self: self.kept)
    @rule(seed=seeds)
    def versions_are_put_back_from_a_backup(self, seed: int) -> None:
        time.sleep(0.01)  # as above
        for version_id in self.choose(seed, sorted(self.kept)):
            kept = self.kept[version_id]
            if not kept.in_history and kept.content:
                (self.root / HISTORY / f"{version_id}.json").write_bytes(kept.content)
                kept.in_history = True

    @precondition(lambda self: len(self.history()) > 1)
    @rule(seed=seeds)
    def a_version_is_removed_by_hand(self, seed: int) -> None:
        time.sleep(0.01)  # as above
        for version_id in self.choose(seed, self.history()[:-1])[:1]:
            (self.root / HISTORY / f"{version_id}.json").unlink()
            self.gone([version_id], archive=False)

    @rule(
        name=st.sampled_from(
            ["notes.txt", "2026-99-99T00-00-00-01234567.json", "2099-01-01T00-00-00-01234567.jso"]
        )
    )
    def a_foreign_file_is_put_in(self, name: str) -> None:
        if (self.root / HISTORY).is_dir():
            (self.root / HISTORY / name).write_text("{}")

    @rule(seed=seeds)
    def a_process_is_started_again(self, seed: int) -> None:
        place = seed % 2
        self.run(self.stores[place].close())
        self.stores[place] = open_store(f"file://{self.root}")


LENGTH = settings(max_examples=times(20, 300), stateful_step_count=times(25, 50))
TestInMemory = StoreModel.TestCase
TestInMemory.settings = LENGTH
TestInMemory = pytest.mark.timeout(times(120, 3600))(TestInMemory)
TestOnAVolume = VolumeModel.TestCase
TestOnAVolume.settings = LENGTH
TestOnAVolume = pytest.mark.timeout(times(120, 3600))(TestOnAVolume)
