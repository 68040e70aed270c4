"""Scrubbing a volume: bad files are set aside and told, versions come back from the archive, nothing is lost."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.schemas.codec import digest
from shared.store import Store, open_store
from shared.store.upkeep import Finding
from shared.store.volume import scrub as scrubbing
from tests.store.samples import NOON, minutes, snapshot

Volume = tuple[Store, Path]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_SETTLED_SECONDS", 0)


def history(root: Path) -> Path:
    return root / "console-usage-history"


def version_file(root: Path, version_id: str) -> Path:
    return history(root) / f"{version_id}.json"


async def fill(store: Store, count: int) -> list[str]:
    moments = [NOON - minutes(back) for back in reversed(range(count))]
    return [(await store.append("default", snapshot(at), at)).version.id for at in moments]


async def scrub(store: Store, *, mend: bool = True) -> list[Finding]:
    versions = (await store.census("default")).versions
    return list(await store.scrub("default", versions, NOON, mend=mend))


async def scrub_archive(store: Store, *, mend: bool = True) -> Finding | None:
    return await store.scrub_archive("default", "2026-11", NOON, mend=mend)


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


DAMAGE: dict[str, Callable[[Path], object]] = {
    "emptied": lambda file: file.write_bytes(b""),
    "cut short": lambda file: file.write_bytes(file.read_bytes()[:-20]),
    "a bit flipped": lambda file: file.write_bytes(file.read_bytes().replace(b"47", b"46")),
    "of another time": lambda file: file.write_bytes(
        next(p for p in file.parent.glob("2*.json") if p != file).read_bytes()
    ),
    "a link": lambda file: (file.unlink(), file.symlink_to(file.parent / "_metadata.json")),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "a pipe": lambda file: (file.unlink(), os.mkfifo(file)),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("place", [0, -1])
async def test_a_bad_file_is_set_aside_as_it_is_with_a_note(volume: Volume, damage: str, place: int) -> None:
    store, root = volume
    ids = await fill(store, 3)
    file = version_file(root, ids[place])
    DAMAGE[damage](file)
    left = file.lstat()
    [found] = await scrub(store)
    assert (found.account, found.file, found.restored) == (
        "default",
        f"console-usage-history/{file.name}",
        False,
    )
    assert found.set_aside == f"quarantine/{file.name}"
    assert not os.path.lexists(file)
    kept = (root / found.set_aside).lstat()
    assert (kept.st_ino, kept.st_mode, kept.st_size) == (left.st_ino, left.st_mode, left.st_size)
    note = json.loads((root / f"{found.set_aside}.why").read_text())
    assert (note["file"], note["reason"], note["setAsideAt"]) == (
        found.file,
        found.reason,
        "2026-11-22T12:00:00Z",
    )
    assert await store.count("default") == 2
    assert json.loads((history(root) / "_metadata.json").read_text())["versionCount"] == 2
    assert await scrub(store) == []


async def test_every_receiver_sees_at_once_what_was_set_aside(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 3)
    other = open_store(f"file://{root}")
    assert (await other.latest("default")).version.id == ids[-1]
    version_file(root, ids[-1]).write_text("{")
    await scrub(store)
    latest = await other.latest("default")
    assert (latest.version.id, latest.total) == (ids[1], 2)
    assert json.loads((root / "console-usage-synced.json").read_text()) == latest.version.document
    await other.close()


async def test_looking_only_leaves_every_file_as_it_is(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 3)
    await store.archive("default", ids[:1])
    version_file(root, ids[1]).write_text("{")
    (root / "archive" / "2026-11.ndjson.gz").write_bytes(b"torn")
    before = tree(root)
    [found] = await scrub(store, mend=False)
    assert (found.set_aside, found.restored) == (None, False)
    assert (await scrub_archive(store, mend=False)).set_aside is None
    assert tree(root) == before


async def test_a_version_that_the_archive_has_is_put_back(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 3)
    right = (await store.by_id("default", ids[1])).version
    await store.archive("default", ids[:2])
    other = open_store(f"file://{root}")
    version_file(root, ids[1]).write_text("{")
    answered = await other.by_id("default", ids[1])
    assert (answered.archived, answered.version) == (True, right)
    [found] = await scrub(store)
    assert found.restored
    assert (root / found.set_aside).read_text() == "{"
    for opened in (store, other):
        assert (await opened.by_id("default", ids[1])).version == right
        assert await opened.count("default") == 3
    await other.close()


async def test_files_of_one_name_do_not_meet_in_quarantine(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 2)
    await store.archive("default", ids[:1])
    for content in ("{", "[", "("):
        version_file(root, ids[0]).write_text(content)
        assert len(await scrub(store)) == 1
    names = [ids[0] + ending for ending in (".json", ".json.2", ".json.3")]
    assert [(root / "quarantine" / name).read_text() for name in names] == ["{", "[", "("]
    assert len(list((root / "quarantine").iterdir())) == 6


async def test_a_file_that_somebody_is_writing_is_not_judged(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 2)
    file = version_file(root, ids[0])
    right = file.read_bytes()
    with file.open("wb") as copying:
        copying.write(right[:100])
        copying.flush()
        assert await scrub(store) == []
        copying.write(right[100:])
    assert await scrub(store) == []
    assert (await store.by_id("default", ids[0])) is not None


async def test_a_file_finished_between_the_two_looks_stays(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    ids = await fill(store, 2)
    file = version_file(root, ids[0])
    right = file.read_bytes()
    file.write_bytes(right[:100])
    monkeypatch.setattr(scrubbing, "_SETTLED_SECONDS", 2)
    monkeypatch.setattr(scrubbing.time, "sleep", lambda _: file.write_bytes(right))
    assert await scrub(store) == []
    assert file.read_bytes() == right


async def test_a_version_of_a_newer_form_is_told_and_left(volume: Volume) -> None:
    store, root = volume
    await fill(store, 1)
    newer: dict[str, Any] = {"lastUpdated": "2026-11-22T11:00:00Z", "currentSession": "gone in version 3"}
    name = f"2026-11-22T11-00-00-{digest(newer)[:8]}.json"
    (history(root) / name).write_text(json.dumps({**newer, "receivedAt": "2026-11-22T11:00:00.000Z"}))
    [found] = await scrub(store)
    assert found.set_aside is None
    assert "does not know" in found.reason
    assert (history(root) / name).exists()


async def test_a_file_the_disk_cannot_read_is_told_and_left(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = volume
    ids = await fill(store, 2)
    real = os.read

    def failing(descriptor: int, count: int) -> bytes:
        if Path(f"/proc/self/fd/{descriptor}").readlink().name == f"{ids[0]}.json":
            raise OSError(5, "Input/output error")
        return real(descriptor, count)

    monkeypatch.setattr(os, "read", failing)
    [found] = await scrub(store)
    assert (found.set_aside, found.reason) == (None, "it cannot be read: Input/output error")
    assert version_file(root, ids[0]).exists()


async def test_names_that_are_nothing_of_ours_are_listed(volume: Volume) -> None:
    store, root = volume
    ids = await fill(store, 2)
    await store.archive("default", ids[:1])
    (history(root) / "notes.txt").write_text("mine")
    (history(root) / "2026-13-45T99-00-00-0123abcd.json").write_text("{}")
    (history(root) / ".tmp-0123").write_text("")
    (root / "archive" / "2026-11.ndjson").write_text("")
    census = await store.census("default")
    assert census.versions == ids
    assert census.archives == ["2026-11"]
    assert census.foreign == [
        "archive/2026-11.ndjson",
        "console-usage-history/2026-13-45T99-00-00-0123abcd.json",
        "console-usage-history/notes.txt",
    ]
