"""The contract about reports, and about putting versions and reports back under their own ids."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.store import Store, Version, open_store
from shared.store import reports as bounds
from shared.store.errors import StoreConflictError, StoreDamagedError
from shared.store.metadata import Lifetime
from shared.store.reports import StoredReport
from shared.store.volume import reportfolder
from tests.store.archives import fill
from tests.store.samples import NOON, minutes, snapshot


def report(at: datetime = NOON, state: str = "login_required", **more: Any) -> dict[str, Any]:
    return {"at": at.isoformat().replace("+00:00", "Z"), "state": state, "reason": "the login page", **more}


async def listed(store: Store, **more: Any) -> list[str]:
    return [found.id for found in await store.reports("default", **more)]


async def test_a_report_is_kept_with_its_arrival_and_fields_that_are_not_known(store: Store) -> None:
    added = await store.add_report("default", report(mood="sad"), NOON + minutes(1))
    assert not added.duplicate
    assert added.report.time == NOON
    assert list(await store.reports("default")) == [added.report]
    assert added.report.document == {**report(mood="sad"), "receivedAt": "2026-11-22T12:01:00.000Z"}


async def test_the_same_report_again_is_a_duplicate_also_from_a_clock_ahead(store: Store) -> None:
    first = await store.add_report("default", report(NOON + minutes(60)), NOON)
    again = await store.add_report("default", report(NOON + minutes(60)), NOON + minutes(5))
    assert (again.duplicate, again.report) == (True, first.report)
    assert await listed(store) == [first.report.id]


async def test_many_reports_at_once_are_stored_each_once_and_a_bad_one_stops_no_other(store: Store) -> None:
    there = (await store.add_report("default", report(), NOON)).report
    many = [report(NOON - minutes(1)), {"at": "yesterday"}, report(), report(NOON - minutes(1))]
    added = await store.add_reports("default", [*many, report(NOON + minutes(9))], NOON)
    outcomes = [type(one) if isinstance(one, Exception) else one.duplicate for one in added]
    assert outcomes == [False, msgspec.ValidationError, True, True, False]
    assert not isinstance(added[2], Exception)
    assert added[2].report == there
    assert len(await listed(store)) == 3
    again = await store.add_reports("default", [report(NOON + minutes(9))], NOON + minutes(3))
    assert [one for one in again if not isinstance(one, Exception) and one.duplicate] == list(again)
    assert await store.add_reports("nobody", [{}], NOON)
    assert "nobody" not in await store.accounts()


async def test_many_reports_at_once_keep_to_the_bounds(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "KEPT_COUNT", 3)
    await store.add_reports("default", [report(NOON - minutes(step)) for step in range(9)], NOON)
    assert [found.time for found in await store.reports("default")] == [NOON - minutes(n) for n in range(3)]


async def test_reports_come_newest_first_a_page_at_a_time(store: Store) -> None:
    at = [NOON - minutes(step) for step in (3, 0, 5, 1)]
    ids = [(await store.add_report("default", report(moment), NOON)).report.id for moment in at]
    in_order = sorted(ids, reverse=True)
    assert await listed(store) == in_order
    assert await listed(store, most=2) == in_order[:2]
    assert await listed(store, before=in_order[1]) == in_order[2:]
    assert await listed(store, most=1, before=in_order[1]) == in_order[2:3]


async def test_reports_are_each_accounts_own_and_no_versions(store: Store) -> None:
    await store.add_report("work", report(), NOON)
    assert await listed(store) == []
    assert await store.latest("work") is None
    assert await store.count("work") == 0
    assert list(await store.accounts()) == ["work"]
    assert list(await store.rebuild()) == []
    await store.probe()


@pytest.mark.parametrize(
    "document", [{}, {"at": "yesterday", "state": "x"}, report(state="Not A State"), report(pad="x" * 70_000)]
)
async def test_what_is_no_report_is_refused_and_nothing_is_kept(
    store: Store, document: dict[str, Any]
) -> None:
    with pytest.raises(msgspec.ValidationError):
        await store.add_report("default", document, NOON)
    assert await listed(store) == []


async def test_the_oldest_reports_make_room_in_number_and_in_bytes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "KEPT_COUNT", 5)
    ids = [
        (await store.add_report("default", report(NOON + minutes(n)), NOON + minutes(n))).report.id
        for n in range(8)
    ]
    assert await listed(store) == ids[:2:-1]
    monkeypatch.setattr(bounds, "KEPT_BYTES", 500)
    added = await store.add_report("default", report(NOON + minutes(9)), NOON + minutes(9))
    kept = await listed(store)
    assert kept[0] == added.report.id
    assert 1 < len(kept) < 5
    assert kept[1:] == ids[::-1][: len(kept) - 1]


async def test_a_janitor_removes_what_is_too_old(store: Store) -> None:
    old = (await store.add_report("default", report(NOON - timedelta(days=91)), NOON)).report.id
    young = (await store.add_report("default", report(NOON - timedelta(days=89)), NOON)).report.id
    assert await listed(store) == [young, old]
    assert await store.prune_reports("default", NOON) == 1
    assert await listed(store) == [young]
    assert await store.prune_reports("default", NOON) == 0
    assert await store.prune_reports("nobody", NOON) == 0


async def test_versions_go_back_under_their_ids_once_and_nothing_is_overwritten(store: Store) -> None:
    ids = await fill(store, 4)
    versions = [version async for version in store.stream("default", None, None)]
    other = open_store("memory:")
    assert await other.restore("default", versions, "history") == 4
    assert await other.restore("default", versions, "history") == 0
    assert await other.restore("default", versions[:2], "archive") == 2
    assert [version async for version in other.stream("default", None, None)] == versions
    assert await store.restore("default", versions, "history") == 0
    changed = Version("default", ids[0], {**versions[0].document, "receivedAt": "2026-11-22T12:30:00.000Z"})
    for part in ("history", "archive"):
        await store.restore("default", versions, part)
        with pytest.raises(StoreConflictError, match=ids[0]):
            await store.restore("default", [changed], part)
    tampered = Version("default", ids[0], {**versions[0].document, "plan": "Max"})
    with pytest.raises(StoreDamagedError, match="does not match"):
        await store.restore("default", [tampered], "history")
    assert [version async for version in store.stream("default", None, None)] == versions


async def test_restored_versions_are_counted_and_the_newest_is_the_latest(store: Store) -> None:
    source = open_store("memory:")
    ids = await fill(source, 3)
    versions = [version async for version in source.stream("default", None, None)]
    await store.append("default", snapshot(NOON - minutes(60)), NOON)
    await store.restore("default", versions, "history")
    assert (await store.latest("default")).version.id == ids[-1]
    metadata = await store.metadata("default")
    assert (metadata.version_count, metadata.total_versions_created) == (4, 4)
    await store.raise_counts(
        "default", Lifetime(created=50, deleted=40, last_cleanup="2026-11-01T00:00:00.000Z")
    )
    await store.raise_counts("default", Lifetime(created=3))
    metadata = await store.metadata("default")
    assert (metadata.total_versions_created, metadata.total_versions_deleted) == (50, 40)
    assert metadata.last_cleanup == "2026-11-01T00:00:00.000Z"


async def test_reports_go_back_once_and_are_not_overwritten(store: Store) -> None:
    kept = (await store.add_report("default", report(), NOON)).report
    other = open_store("memory:")
    assert await other.restore_reports("default", [kept]) == 1
    assert await other.restore_reports("default", [kept]) == 0
    assert list(await other.reports("default")) == [kept]
    changed = StoredReport("default", kept.id, {**kept.document, "receivedAt": "2026-11-22T12:30:00.000Z"})
    with pytest.raises(StoreConflictError):
        await store.restore_reports("default", [changed])
    with pytest.raises(StoreDamagedError):
        await store.restore_reports("default", [StoredReport("default", kept.id, report(NOON))])


async def test_a_damaged_report_on_a_volume_is_passed_over_and_told_once(
    volume: tuple[Store, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    store, root = volume
    good = (await store.add_report("default", report(), NOON)).report
    bad = (await store.add_report("default", report(NOON - minutes(1)), NOON)).report
    file = root / "reports" / f"{bad.id}.json"
    file.write_text(file.read_text().replace("login page", "login_page"))
    (root / "reports" / "notes.txt").write_text("mine")
    (root / "reports" / "2026-11-22T13-00-00-00000000.json").symlink_to(file)
    for _ in range(3):
        assert await listed(store) == [good.id]
    assert store.damage_seen() == 1
    assert capsys.readouterr().out.count("report is damaged") == 1
    assert json.loads((root / "reports" / f"{good.id}.json").read_text()) == good.document


async def test_a_folder_of_reports_that_is_a_link_is_not_followed(
    volume: tuple[Store, Path], tmp_path: Path
) -> None:
    store, root = volume
    await store.add_report("default", report(), NOON)
    (root / "reports").rename(tmp_path / "elsewhere")
    (root / "reports").symlink_to(tmp_path / "elsewhere")
    assert await listed(store) == []
    with pytest.raises(StoreDamagedError, match="link"):
        await store.add_report("default", report(NOON + minutes(1)), NOON + minutes(1))
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


async def test_a_report_found_stored_is_synced_too(
    volume: tuple[Store, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    await store.add_report("default", report(), NOON)
    synced: list[Path] = []
    monkeypatch.setattr(reportfolder, "sync_folder", synced.append)
    assert (await store.add_report("default", report(), NOON)).duplicate
    assert synced == [root / "reports"]
