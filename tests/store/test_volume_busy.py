"""While batch follows batch: what is derived is written now and then, and right when the last one is answered."""

import asyncio
import json
from pathlib import Path

import pytest

from shared.store import Store
from shared.store.volume import append, commit, derived
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with every derived file that is written."""
    seen: list[str] = []
    real = derived.replace
    monkeypatch.setattr(
        derived, "replace", lambda path, *a, **k: (seen.append(path.name), real(path, *a, **k))[1]
    )
    return seen


async def burst(store: Store, count: int) -> None:
    """Post all at once: more than one batch takes."""
    documents = [snapshot(NOON + minutes(number), number % 100) for number in range(count)]
    await asyncio.gather(*(store.append("default", one, NOON + minutes(5000)) for one in documents))


async def test_derived_files_are_written_less_often_than_batches_and_right_at_the_end(
    volume: Volume, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    monkeypatch.setattr(append, "_DERIVED_SECONDS", 60)
    monkeypatch.setattr(commit, "_MOST", 10)
    await burst(store, 200)
    assert written.count("_metadata.json") == 2
    latest = await store.latest("default")
    assert latest is not None
    assert json.loads((root / "console-usage-synced.json").read_text()) == latest.version.document
    metadata = json.loads((root / "console-usage-history" / "_metadata.json").read_text())
    assert (metadata["versionCount"], metadata["totalVersionsCreated"]) == (200, 200)


async def test_a_single_snapshot_is_in_the_derived_files_when_it_is_answered(
    volume: Volume, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    monkeypatch.setattr(append, "_DERIVED_SECONDS", 60)
    for number in range(3):
        stored = await store.append("default", snapshot(NOON + minutes(number)), NOON + minutes(9))
        assert json.loads((root / "console-usage-synced.json").read_text()) == stored.version.document
    assert written.count("_metadata.json") == 3


async def test_files_that_wait_on_purpose_are_not_called_mended(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = volume
    history = store._history("default")
    await burst(store, 20)
    monkeypatch.setattr(append, "refresh_derived", lambda _: [])
    await store.append("default", snapshot(NOON + minutes(30)), NOON + minutes(99))
    history.derived_late = True
    assert await store.tend() == []
    metadata = json.loads((history.layout.metadata).read_text())
    assert metadata["versionCount"] == metadata["totalVersionsCreated"] == 21


async def test_a_version_just_stored_is_read_without_waiting_for_the_disk(volume: Volume) -> None:
    store, _ = volume
    await store.append("default", snapshot(), NOON)
    history = store._history("default")
    with history.changing():
        (history.layout.history / ".tmp-another").write_text("a batch that is being written")
        found = history.peek(lambda index: index.newest)
        (history.layout.history / ".tmp-another").unlink()
    assert found.total == 1
