"""Links inside a store are not followed, whatever is asked; nor is anything else that stands for a file or folder."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shared.store import Store, open_store
from shared.store.errors import StoreDamagedError
from shared.store.metadata import Lifetime
from tests.store.archives import fill
from tests.store.operators import Command, recorded, tree
from tests.store.samples import NOON, minutes, snapshot

OPERATIONS: dict[str, Callable[[Store, list[str]], Awaitable[Any]]] = {
    "append": lambda store, _: store.append("work", snapshot(NOON, 5), NOON),
    "latest": lambda store, _: store.latest("work"),
    "by number": lambda store, _: store.by_number("work", 1),
    "by id": lambda store, ids: store.by_id("work", ids[0]),
    "nearest": lambda store, _: store.nearest("work", NOON),
    "as of": lambda store, _: store.as_of("work", NOON),
    "stream": lambda store, _: anext(store.stream("work", None, None)),
    "between": lambda store, _: store.between("work", None, None),
    "count": lambda store, _: store.count("work"),
    "metadata": lambda store, _: store.metadata("work"),
    "archive": lambda store, ids: store.archive("work", ids[:1]),
    "archived": lambda store, _: store.archived("work", "2026-11"),
    "archives": lambda store, _: store.archives("work"),
    "delete": lambda store, ids: store.delete("work", ids[:1], NOON),
    "restore": lambda store, _: store.restore("work", [], "history"),
    "restore into the archive": lambda store, _: store.restore("work", [], "archive"),
    "raise counts": lambda store, _: store.raise_counts("work", Lifetime(created=9)),
    "census": lambda store, _: store.census("work"),
    "scrub": lambda store, ids: store.scrub("work", ids, NOON, mend=True),
    "look at versions": lambda store, ids: store.scrub("work", ids, NOON, mend=False),
    "scrub an archive": lambda store, _: store.scrub_archive("work", "2026-11", NOON, mend=True),
    "inspect": lambda store, _: store.inspect("work"),
    "add a report": lambda store, _: store.add_report("work", {"at": NOON.isoformat(), "state": "ok"}, NOON),
    "reports": lambda store, _: store.reports("work"),
    "prune reports": lambda store, _: store.prune_reports("work", NOON),
    "restore reports": lambda store, _: store.restore_reports("work", []),
    "news": lambda store, _: store.arrivals("work", NOON),
    "tail": lambda store, _: store.tail("work"),
}


async def linked(root: Path, elsewhere: Path, place: str) -> list[str]:
    """A store in which an account, or all of them, lie behind a link; what is behind it is whole."""
    other = open_store(f"file://{elsewhere}")
    await fill(other, 2)
    ids = [(await other.append("work", snapshot(NOON, step), NOON)).version.id for step in range(3)]
    await other.archive("work", ids[:1])
    await other.close()
    root.mkdir()
    if place == "accounts":
        (root / "accounts").symlink_to(elsewhere / "accounts")
    else:
        (root / "accounts").mkdir()
        (root / "accounts" / "work").symlink_to(elsewhere / "accounts" / "work")
    return ids


@pytest.mark.parametrize("place", ["accounts", "accounts/work"])
async def test_nothing_is_read_or_written_through_a_link_to_an_account(tmp_path: Path, place: str) -> None:
    ids = await linked(tmp_path / "store", tmp_path / "elsewhere", place)
    before = tree(tmp_path / "elsewhere")
    store = open_store(f"file://{tmp_path}/store")
    for ask in OPERATIONS.values():
        with pytest.raises(StoreDamagedError, match="is a link, which is not followed"):
            await ask(store, ids)
    assert list(await store.accounts()) == []
    await store.rebuild(thorough=True)
    await store.probe()
    await store.tend()
    assert tree(tmp_path / "elsewhere") == before
    await store.close()


async def test_an_account_that_becomes_a_link_while_a_store_is_open_is_not_followed(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/store")
    await store.append("work", snapshot(NOON), NOON)
    ids = list(await store.between("work", None, None))
    folder = tmp_path / "store" / "accounts" / "work"
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path / "elsewhere")
    for ask in OPERATIONS.values():
        with pytest.raises(StoreDamagedError):
            await ask(store, ids)
    with pytest.raises(StoreDamagedError):
        await store.tend()
    assert tree(tmp_path / "elsewhere") == before
    folder.unlink()
    (tmp_path / "elsewhere").rename(folder)
    assert (await store.latest("work")) is not None
    await store.close()


HISTORY_OPERATIONS = [
    *("append", "latest", "by number", "as of", "nearest", "stream", "between", "count", "metadata"),
    *("archive", "delete", "restore", "raise counts", "census", "scrub", "inspect", "news"),
]


@pytest.mark.parametrize("operation", HISTORY_OPERATIONS)
async def test_nothing_is_read_or_written_through_a_link_to_a_history(tmp_path: Path, operation: str) -> None:
    store = open_store(f"file://{tmp_path}/store")
    ids = [(await store.append("work", snapshot(NOON, step), NOON)).version.id for step in range(3)]
    history = tmp_path / "store" / "accounts" / "work" / "console-usage-history"
    history.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / f"{ids[0]}.json").write_text("{")
    history.symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path / "elsewhere")
    for opened in (store, open_store(f"file://{tmp_path}/store")):
        with pytest.raises(StoreDamagedError):
            await OPERATIONS[operation](opened, ids)
    assert tree(tmp_path / "elsewhere") == before
    await store.close()


async def test_a_check_names_a_link_and_goes_on_with_the_other_accounts(
    tmp_path: Path, repository: Path
) -> None:
    await recorded(tmp_path)
    history = tmp_path / "console-usage-history"
    history.rename(tmp_path / "elsewhere")
    history.symlink_to(tmp_path / "elsewhere")
    done = Command(repository)("check", "--url", f"file://{tmp_path}")
    assert done.returncode == 1
    assert b"console-usage-history is a link" in done.stdout
    assert done.stdout.endswith(b"1 versions, 0 archived, 1 reports: 1 problem\n")


DERIVED = [".index", ".archive-index", "console-usage-synced.json", "console-usage-history/_metadata.json"]
INSTEAD: dict[str, Callable[[Path, Path], object]] = {
    "a link to another's": lambda path, other: path.symlink_to(other),
    "a link to nothing": lambda path, _: path.symlink_to("nowhere"),
    "a link to itself": lambda path, _: path.symlink_to(path.name),
    "a folder": lambda path, _: path.mkdir(),
    "a pipe": lambda path, _: os.mkfifo(path),
    "another account's": lambda path, other: path.write_bytes(other.read_bytes()),
    "torn in the middle of a line": lambda path, other: path.write_bytes(other.read_bytes()[:-20]),
}


@pytest.mark.parametrize("instead", INSTEAD)
@pytest.mark.parametrize("name", DERIVED)
async def test_whatever_stands_for_a_derived_file_every_answer_is_right(
    tmp_path: Path, name: str, instead: str
) -> None:
    store = open_store(f"file://{tmp_path}/store")
    ids = await fill(store, 6)
    moments = [NOON - minutes(back) for back in (2, 1, 0)]
    other = [(await store.append("work", snapshot(at, 90), at)).version.id for at in moments]
    for account, its in (("default", ids), ("work", other)):
        await store.archive(account, its[:2])
        await store.delete(account, its[:2], NOON)
    path = tmp_path / "store" / name
    theirs = tmp_path / "store" / "accounts" / "work" / name
    before = theirs.read_bytes()
    path.unlink()
    INSTEAD[instead](path, theirs)
    newcomer = open_store(f"file://{tmp_path}/store")
    async with asyncio.timeout(20):
        for opened in (store, newcomer):
            assert list(await opened.between("default", None, None)) == ids[2:]
            assert (await opened.latest("default")).version.id == ids[-1]
            assert [version.id async for version in opened.stream("default", None, None)] == ids
            assert (await opened.metadata("default")).version_count == 4
        added = await newcomer.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
        assert (await store.latest("default")).version == added.version
        assert theirs.read_bytes() == before, "nothing is written through a link"
        await store.rebuild(thorough=True)
        assert (await store.latest("default")).version == added.version
    await store.close()
    await newcomer.close()


@pytest.mark.parametrize("name", DERIVED)
async def test_a_derived_file_that_may_not_be_read_changes_no_answer(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file with the mode 000: a superuser could read it, so the call itself refuses here."""
    store = open_store(f"file://{tmp_path}/store")
    ids = await fill(store, 6)
    await store.archive("default", ids[:2])
    await store.delete("default", ids[:2], NOON)
    await store.close()
    inode, real = (tmp_path / "store" / name).stat().st_ino, os.open

    def refused(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if not flags & os.O_CREAT and os.path.lexists(path) and os.lstat(path).st_ino == inode:
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", refused)
    again = open_store(f"file://{tmp_path}/store")
    assert list(await again.between("default", None, None)) == ids[2:]
    assert [version.id async for version in again.stream("default", None, None)] == ids
    assert (await again.metadata("default")).version_count == 4
    added = await again.append("default", snapshot(NOON + minutes(1)), NOON + minutes(1))
    assert (await again.latest("default")).version == added.version
    await again.close()
