"""A store copied into another of another kind: all of it, once, also when it was stopped in between."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.store import Store, Version, open_store
from shared.store.errors import StoreUnavailableError
from shared.store.operator.copying import copy
from shared.store.operator.progress import Progress
from tests.seaweedfs import SeaweedFS
from tests.store.operators import HISTORY, Command, everything, recorded
from tests.store.samples import NOON, minutes, snapshot


@pytest.fixture
def command(repository: Path) -> Command:
    return Command(repository)


def quiet() -> Progress:
    return Progress("copied", lambda: 0.0)


async def held(url: str) -> dict[str, object]:
    store = open_store(url, read_only=True)
    try:
        return await everything(store)
    finally:
        await store.close()


@pytest.mark.seaweedfs
async def test_a_volume_goes_into_a_bucket_and_back_and_nothing_is_lost_or_changed(
    seaweedfs: SeaweedFS, tmp_path: Path, command: Command
) -> None:
    await recorded(tmp_path / "first")
    first, there, back = f"file://{tmp_path}/first", seaweedfs.url(), f"file://{tmp_path}/back"
    before = await held(first)
    for source, target in ((first, there), (there, back), (first, there)):
        done = command("copy", source, target, "--json", env=seaweedfs.environment())
        assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["versions"], told["known"], told["alike"], told["reports"]) == (0, 34, 34, 0)
    assert await held(there) == before
    assert await held(back) == before


class Failing:
    """A store whose changes stop working after a while."""

    def __init__(self, store: Store, works: int) -> None:
        self._store = store
        self._left = works

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def restore(self, *about: object, **more: bool) -> int:
        self._left -= 1
        if self._left < 0:
            raise StoreUnavailableError("gone")
        return await self._store.restore(*about, **more)


async def test_a_copy_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    await recorded(tmp_path / "first")
    source, target = open_store(f"file://{tmp_path}/first"), open_store("memory:")
    with pytest.raises(StoreUnavailableError):
        await copy(source, Failing(target, 1), NOON, quiet())
    done = await copy(source, target, NOON + minutes(9), quiet())
    assert (done.versions > 0, done.known > 0) == (True, True)
    assert await everything(target) == await everything(source)
    await source.close()


async def test_what_only_the_second_store_has_stays_and_is_counted(tmp_path: Path) -> None:
    source, target = open_store("memory:"), open_store("memory:")
    await source.append("default", snapshot(), NOON)
    for step in (-1, 1):
        await target.append("default", snapshot(NOON + minutes(step)), NOON + minutes(step))
    done = await copy(source, target, NOON + minutes(9), quiet())
    assert (done.alike, done.more, done.problem_count) == (1, 2, 0)
    assert await target.count("default") == 3


class Filling:
    """A store to which another version comes as soon as one of it was read through."""

    def __init__(self, store: Store, *coming: datetime) -> None:
        self._store = store
        self._coming = list(coming)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def metadata(self, account: str) -> object:
        for at in self._coming:
            await self._store.append(account, snapshot(at), at)
        return await self._store.metadata(account)


async def test_what_comes_meanwhile_is_the_next_runs_and_no_problem_and_what_was_there_is_one() -> None:
    source, target = open_store("memory:"), open_store("memory:")
    await source.append("default", snapshot(), NOON)
    done = await copy(Filling(source, NOON + minutes(10)), target, NOON + minutes(9), quiet())
    assert (done.alike, done.came, done.problem_count) == (1, 1, 0)
    done = await copy(Filling(source, NOON + minutes(2)), target, NOON + minutes(19), quiet())
    assert (done.alike, done.came, done.problem_count) == (2, 0, 1)


async def test_a_version_whose_id_is_another_in_the_second_store_is_told_and_not_written_over(
    tmp_path: Path, command: Command
) -> None:
    name = "2026-02-09T12-00-00-0123abcd"
    for place, percentage in (("one", 1), ("two", 2)):
        store = open_store(f"file://{tmp_path}/{place}")
        document = snapshot(NOON - timedelta(days=286), percentage)
        await store.restore("default", [Version("default", name, document)], "history")
        await store.append("default", snapshot(), NOON)
        await store.close()
    done = command("copy", f"file://{tmp_path}/one", f"file://{tmp_path}/two")
    assert done.returncode == 1
    assert done.stdout.count(name.encode()) == 2, "when it was copied, and when it was compared"
    assert b"both stores hold 1 version, letter for letter" in done.stdout


async def test_a_damaged_version_is_told_and_the_rest_is_copied(tmp_path: Path, command: Command) -> None:
    await recorded(tmp_path / "one")
    (tmp_path / "one" / HISTORY / "2026-02-09T12-00-00-0123abcd.json").write_text("{")
    done = command("copy", f"file://{tmp_path}/one", f"file://{tmp_path}/two")
    assert done.returncode == 1
    assert b"what is damaged in the first store (1) was left out" in done.stdout


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("file:///no/such/folder", "memory:", b"there is no store at"),
        ("memory:", "http://x", b"is no store"),
        ("memory:", "memory:", b"not copied into itself"),
    ],
)
def test_stores_that_cannot_be_copied_are_told_at_once(
    command: Command, source: str, target: str, said: bytes
) -> None:
    done = command("copy", source, target)
    assert done.returncode == 2
    assert said in done.stderr
