"""Checking in slices, and files set aside."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.janitor import scrub as scrubbing
from services.janitor.policy import Rules
from services.janitor.records import Note, Swept, note_from
from services.janitor.sweep import NOTE, Sweeper, Task
from services.janitor.words import describe
from shared.store import open_store
from shared.store.base import Archived
from shared.store.upkeep import Finding
from shared.store.volume import scrub as volume_scrub
from tests.janitor.scenes import Machine, fill

FIVE = Rules(newest=5, days=0)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_scrub, "_SETTLED_SECONDS", 0)


class House:
    """A volume, its janitor, and what it noted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.history = root / "console-usage-history"
        self.store = open_store(f"file://{root}")
        self.machine = Machine()

    async def run(self, *, dry_run: bool = False, **task: Any) -> Swept:
        store = open_store(f"file://{self.root}", read_only=True) if dry_run else self.store
        given = {"rules": FIVE, **task}
        return await Sweeper(store, Task(dry_run=dry_run, **given), self.machine, self.machine.look).run()

    async def note(self) -> Note:
        return note_from(await self.store.read_note(NOTE))

    def break_version(self, version_id: str) -> None:
        (self.history / f"{version_id}.json").write_text("{")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store")


async def test_a_pass_over_the_store_goes_on_where_the_last_run_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "_SLICE", 2)
    ids = await fill(house.store, 5)
    work = await fill(house.store, 3, "work")
    await house.store.archive("default", ids[:1])
    checked: list[str] = []
    real, real_archive = house.store.scrub, house.store.scrub_archive

    async def slow(account: str, ids: Sequence[str], *rest: Any, **more: Any) -> Sequence[Finding]:
        checked.extend(ids)
        house.machine.up_seconds += 1
        return await real(account, ids, *rest, **more)

    async def slow_archive(account: str, month: str, *rest: Any, **more: Any) -> Finding | None:
        checked.append(f"{account}/{month}")
        house.machine.up_seconds += 1
        return await real_archive(account, month, *rest, **more)

    monkeypatch.setattr(house.store, "scrub", slow)
    monkeypatch.setattr(house.store, "scrub_archive", slow_archive)
    progress = []
    for _ in range(4):
        scrub = (await house.run(scrub_seconds=2)).scrub
        progress.append((scrub.checked, scrub.done, scrub.total, scrub.complete))
    assert progress == [(4, 4, 9, False), (2, 6, 9, False), (3, 9, 9, True), (4, 4, 9, False)]
    assert checked == [*ids, "default/2026-11", *work, *ids[:4]]
    assert (await house.note()).last_full_scrub is not None


async def test_a_run_checks_something_however_little_time_it_has(house: House) -> None:
    ids = await fill(house.store, 3)
    assert (await house.run(scrub_seconds=1e-9)).scrub.checked == len(ids)
    assert (await house.run(scrub_seconds=0)).scrub.checked == 0


async def test_a_pass_that_stopped_at_an_account_that_is_gone_comes_to_its_end(house: House) -> None:
    ids = await fill(house.store, 9)
    await house.store.write_note(
        NOTE, b'{"scrub":{"account":"gone","archives":true,"after":"2020-01","done":7}}'
    )
    scrub = (await house.run()).scrub
    assert scrub.complete
    assert (await house.run()).scrub.checked == 5 + 1
    assert list(await house.store.between("default", None, None)) == ids[-5:]


async def test_a_file_that_cannot_be_set_aside_does_not_hide_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(scrubbing, "_SLICE", 2)
    ids = await fill(house.store, 5)
    house.break_version(ids[0])
    (tmp_path / "elsewhere").mkdir()
    (house.root / "quarantine").symlink_to(tmp_path / "elsewhere")
    swept = await house.run()
    assert swept.problems == ["quarantine is a link, which is not followed: make it a folder"]
    assert (swept.scrub.checked, swept.scrub.complete) == (5, False)
    assert (house.history / f"{ids[0]}.json").read_text() == "{"
    (house.root / "quarantine").unlink()
    assert (await house.run()).scrub.bad == 1


async def test_what_is_bad_is_set_aside_before_it_is_decided_what_leaves(house: House) -> None:
    ids = await fill(house.store, 12)
    for bad in (ids[0], ids[-1], ids[-3]):
        house.break_version(bad)
    good = [version_id for version_id in ids if version_id not in {ids[0], ids[-1], ids[-3]}]
    planned = await house.run(dry_run=True)
    assert (await house.store.census("default")).versions == ids
    done = await house.run()
    assert [d.version for d in planned.accounts[0].plan] == good
    assert planned.accounts[0].plan == done.accounts[0].plan
    assert done.scrub.bad == 3
    assert sorted(f.set_aside or "" for f in done.scrub.findings) == [
        f"quarantine/{bad}.json" for bad in sorted({ids[0], ids[-1], ids[-3]})
    ]
    assert list(await house.store.between("default", None, None)) == good[-5:]
    assert [v.id for m in ("2026-11",) for v in await house.store.archived("default", m)] == good[:-5]
    assert f"set aside as quarantine/{ids[0]}.json" in "\n".join(describe(done))


async def test_a_bad_version_that_the_archive_has_counts_in_the_plan(house: House) -> None:
    ids = await fill(house.store, 5)
    await house.store.archive("default", ids)
    house.break_version(ids[2])
    planned = await house.run(dry_run=True)
    done = await house.run()
    assert planned.scrub.findings[0].restored
    assert done.scrub.findings[0].restored
    assert [d.version for d in planned.accounts[0].plan] == [d.version for d in done.accounts[0].plan] == ids
    assert await house.store.count("default") == 5


@pytest.mark.parametrize("archive", [True, False])
async def test_a_bad_file_is_never_deleted_even_when_nothing_was_checked_before(
    house: House, archive: bool
) -> None:
    ids = await fill(house.store, 12)
    house.break_version(ids[0])
    swept = await house.run(archive=archive, scrub_seconds=0)
    assert swept.accounts[0].deleted == 6
    left = [*house.history.glob(f"{ids[0]}*"), *house.root.glob(f"quarantine/{ids[0]}.json")]
    assert [path.read_text() for path in left] == ["{"]


async def test_what_is_foreign_is_told_and_left(house: House) -> None:
    await fill(house.store, 2)
    (house.history / "notes.txt").write_text("mine")
    swept = await house.run()
    assert swept.scrub.foreign == ["default: console-usage-history/notes.txt"]
    assert (house.history / "notes.txt").read_text() == "mine"
    assert "nothing of ours, left alone: default: console-usage-history/notes.txt" in list(describe(swept))


async def test_a_damaged_archive_keeps_nothing_from_leaving(house: House) -> None:
    ids = await fill(house.store, 12)
    await house.store.archive("default", ids[:3])
    archive = house.root / "archive" / "2026-11.ndjson.gz"
    archive.write_bytes(archive.read_bytes()[:-9])
    swept = await house.run()
    assert (swept.problems, swept.accounts[0].deleted) == ([], 7)
    assert [version.id for version in await house.store.archived("default", "2026-11")] == ids[:7]
    assert len(list((house.root / "quarantine").glob("2026-11.ndjson.gz"))) == 1


async def test_a_version_mended_between_archiving_and_deleting_stays_until_it_is_archived(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await fill(house.store, 12)
    file = house.root / "console-usage-history" / f"{ids[2]}.json"
    whole = file.read_bytes()
    real = type(house.store).archive

    async def mended_after(self: Any, account: str, some: Sequence[str]) -> Archived:
        file.write_bytes(b"{")
        done: Archived = await real(self, account, some)
        file.write_bytes(whole)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(type(house.store), "archive", mended_after)
        await house.run()
    here = list(await house.store.between("default", None, None))
    there = [version.id for version in await house.store.archived("default", "2026-11")]
    assert ids[2] in here
    assert sorted([*here, *there]) == ids
    await house.run()
    assert list(await house.store.between("default", None, None)) == ids[-5:]
