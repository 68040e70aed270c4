"""A batch in which some files cannot be synced: those are refused, the others are durable when acknowledged.

Why it holds: files are written first, then each is synced once, by whichever thread; only a synced file gets its
name; the folder is synced after the last name and before any acknowledgement. Nothing of one file rests on another.
"""

import asyncio
import errno
import os
from itertools import product
from pathlib import Path

import pytest

from shared.store import Appended, Store, open_store
from shared.store.errors import StoreFullError, StoreIOError
from shared.store.volume import store as storing
from tests.store.samples import NOON, minutes, snapshot

COUNT = 4
HISTORY = "console-usage-history"
ERRORS = {"full": (errno.ENOSPC, StoreFullError), "broken": (errno.EIO, StoreIOError)}


class Disk:
    """Notes what is synced and named, in order; refuses to sync files whose readings have some percentages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refused: set[int] = set()
        self.folders_refused = False
        self.error = errno.ENOSPC
        self.events: list[tuple[str, str]] = []
        fsync, link = os.fsync, os.link

        def syncing(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.name == HISTORY and self.folders_refused:
                raise OSError(self.error, os.strerror(self.error))
            if path.is_file() and any(
                f'"percentageUsed": {one},' in path.read_text() for one in self.refused
            ):
                raise OSError(self.error, os.strerror(self.error))
            fsync(descriptor)
            self.events.append(("synced", str(path)))

        def naming(source: Path, target: Path, **more: bool) -> None:
            link(source, target, **more)
            self.events.append(("named", f"{source} {target}"))

        monkeypatch.setattr(os, "fsync", syncing)
        monkeypatch.setattr(os, "link", naming)

    def durable(self, version_id: str) -> bool:
        """Whether a version's file was synced before it got its name, and the folder after that."""
        for place, (what, files) in enumerate(self.events):
            source, _, target = files.partition(" ")
            if what == "named" and version_id in target:
                folder = str(Path(target).parent)
                later = [path for _, path in self.events[place:]]
                return ("synced", source) in self.events[:place] and folder in later
        return False


async def together(store: Store) -> list[Appended | BaseException]:
    documents = [snapshot(NOON + minutes(number), number) for number in range(COUNT)]
    asked = (store.append("default", document, NOON + minutes(60)) for document in documents)
    return await asyncio.gather(*asked, return_exceptions=True)


@pytest.mark.parametrize("error", ERRORS)
async def test_each_file_of_a_batch_is_acknowledged_or_refused_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    disk = Disk(monkeypatch)
    disk.error, kind = ERRORS[error]
    batches: list[int] = []
    real = storing.append_batch
    monkeypatch.setattr(
        storing, "append_batch", lambda *a, **k: (batches.append(len(a[1])), real(*a, **k))[1]
    )
    for number, fails in enumerate(product([False, True], repeat=COUNT)):
        root = tmp_path / str(number)
        store = open_store(f"file://{root}")
        disk.events.clear()
        disk.refused = {place for place, failing in enumerate(fails) if failing}
        answers = await together(store)
        for place, answer in enumerate(answers):
            if place in disk.refused:
                assert isinstance(answer, kind), fails
            else:
                assert isinstance(answer, Appended), fails
                assert disk.durable(answer.version.id), fails
        stored = [answer.version.id for answer in answers if isinstance(answer, Appended)]
        other = open_store(f"file://{root}")
        for opened in (store, other):
            assert list(await opened.between("default", None, None)) == stored
            assert (await opened.metadata("default")).total_versions_created == len(stored)
        assert list(root.rglob(".tmp-*")) == []
        refused, disk.refused = disk.refused, set()
        again = await together(store)
        assert [isinstance(one, Appended) and one.duplicate for one in again] == [
            place not in refused for place in range(COUNT)
        ]
        assert await other.count("default") == COUNT
        await store.close()
        await other.close()
    assert set(batches) == {COUNT}, "all of them came in one batch"


@pytest.mark.parametrize("error", ERRORS)
async def test_after_a_folder_that_cannot_be_synced_nothing_rests_on_its_old_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    """The kernel tells a failed sync once; the next may find nothing to write and prove nothing."""
    store = open_store(f"file://{tmp_path}/store")
    await store.append("default", snapshot(NOON - minutes(60)), NOON)
    disk = Disk(monkeypatch)
    disk.error, kind = ERRORS[error]
    disk.folders_refused = True
    outcomes = await together(store)
    assert [type(outcome) for outcome in outcomes] == [kind] * COUNT
    assert await store.count("default") == 1
    disk.folders_refused = False
    again = await together(store)
    assert [outcome.duplicate for outcome in again if isinstance(outcome, Appended)] == [False] * COUNT
    assert all(disk.durable(outcome.version.id) for outcome in again if isinstance(outcome, Appended))
    await store.close()
