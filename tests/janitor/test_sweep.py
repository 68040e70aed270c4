"""Doing what was decided."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.janitor import removal as removing
from services.janitor.policy import Rules
from services.janitor.records import Swept
from services.janitor.sweep import Sweeper, Task
from services.janitor.words import describe
from shared.store import Store, open_store
from tests.janitor.scenes import NOW, Machine, fill

FIVE = Rules(newest=5, days=0)


@pytest.fixture(params=["memory", "volume", pytest.param("s3", marks=pytest.mark.seaweedfs)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        return open_store(request.getfixturevalue("seaweedfs").url())
    return open_store("memory:" if request.param == "memory" else f"file://{tmp_path}/store")


async def run(store: Store, *, rules: Rules = FIVE, dry_run: bool = False, archive: bool = True) -> Swept:
    machine = Machine()
    task = Task(rules=rules, archive=archive, dry_run=dry_run)
    return await Sweeper(store, task, machine, machine.look).run()


async def months(store: Store) -> list[str]:
    return [v.id for month in ("2026-10", "2026-11") for v in await store.archived("default", month)]


async def test_what_leaves_is_archived_first_and_the_rest_stays(store: Store) -> None:
    ids = await fill(store, 12)
    swept = (await run(store)).accounts[0]
    assert (swept.archived, swept.deleted) == (7, 7)
    assert list(await store.between("default", None, None)) == ids[-5:]
    assert await months(store) == ids[:7]
    metadata = await store.metadata("default")
    assert (metadata.version_count, metadata.total_versions_created, metadata.total_versions_deleted) == (
        5,
        12,
        7,
    )


async def test_a_dry_run_says_what_the_run_then_does_and_touches_nothing(store: Store) -> None:
    ids = await fill(store, 12)
    planned = await run(store, dry_run=True)
    assert list(await store.between("default", None, None)) == ids
    assert await months(store) == []
    done = await run(store)
    assert planned.accounts[0].plan == done.accounts[0].plan


async def test_without_an_archive_versions_are_dropped(store: Store) -> None:
    await fill(store, 12)
    swept = (await run(store, archive=False)).accounts[0]
    assert (swept.archived, swept.deleted) == (0, 7)
    assert await months(store) == []


async def test_reports_that_are_too_old_are_removed_and_told(store: Store) -> None:
    for days in (91, 1):
        at = NOW - timedelta(days=days)
        await store.add_report("work", {"at": at.isoformat(), "state": "network"}, NOW)
    assert (await run(store, dry_run=True)).reports_removed == 0
    done = await run(store)
    assert done.reports_removed == 1
    assert "removed 1 reports that were too old or too many" in list(describe(done))
    assert len(await store.reports("work")) == 1
    assert (await run(store)).reports_removed == 0


async def test_a_second_run_finds_nothing_to_do(store: Store) -> None:
    await fill(store, 12)
    await run(store)
    again = (await run(store)).accounts[0]
    assert (again.archived, again.deleted) == (0, 0)


async def test_a_run_that_died_between_archive_and_deletion_is_repeated_without_doubling(
    store: Store,
) -> None:
    ids = await fill(store, 12)
    await store.archive("default", ids[:4])
    swept = (await run(store)).accounts[0]
    assert (swept.archived, swept.deleted) == (3, 7)
    assert await months(store) == ids[:7]


async def test_every_account_is_swept_by_itself(store: Store) -> None:
    await fill(store, 8)
    await fill(store, 3, "work")
    assert [(a.account, a.deleted) for a in (await run(store)).accounts] == [("default", 3), ("work", 0)]


async def test_a_stop_is_heeded_between_slices(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "_SLICE", 2)
    await fill(store, 12)
    asked = iter([False, False, True])
    machine = Machine()
    task = Task(rules=FIVE, scrub_seconds=0)
    swept = await Sweeper(store, task, machine, machine.look, lambda: next(asked, True)).run()
    assert swept.accounts[0].deleted == 2
    assert await store.count("default") == 10


async def test_people_are_told_what_would_leave_and_how_many_stay_for_which_reason(store: Store) -> None:
    await fill(store, 6)
    lines = list(describe(await run(store, dry_run=True)))
    assert len(lines) == 3
    assert lines[0].startswith("default  archive  2026-11-16T12-00-00-")
    assert lines[0].endswith("not among the newest 5")
    assert lines[1] == "default  keep     5: among the newest 5"
    assert lines[-1] == "default: would keep 5 and move 1 into the archive (dry run: nothing was touched)"
    lines = list(describe(await run(store, dry_run=True, archive=False)))
    assert lines[0].startswith("default  delete   2026-11-16T12-00-00-")
    assert lines[-1] == "default: would keep 5 and delete 1 for good (dry run: nothing was touched)"
