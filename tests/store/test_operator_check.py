"""`python -m shared.store check | rebuild`, as an operator calls them."""

import asyncio
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.store import open_store
from shared.store.operator.progress import Progress
from shared.store.volume import inspecting
from tests.store.archives import fill
from tests.store.operators import HISTORY, Command, of_volume, recorded, tree
from tests.store.samples import NOON, minutes, snapshot


@pytest.fixture
def command(repository: Path) -> Command:
    return Command(repository)


async def test_progress_is_told_of_long_work_only(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, 1.0, 6.0, 6.0, 7.0])
    progress = Progress("exported", lambda: next(moments))
    progress.step(1000)
    progress.step(1000)
    progress.step()
    assert capsys.readouterr().err == "... exported 2,000\n"


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "version tampered with": (
        lambda root: version_of(root).write_text(version_of(root).read_text().replace("47", "48")),
        "does not match its name",
    ),
    "version cut short": (lambda root: os.truncate(version_of(root), 0), "not a snapshot"),
    "foreign file": (lambda root: (root / HISTORY / "notes.txt").write_text("mine"), "nothing of ours"),
    "folder named like a version": (
        lambda root: (root / HISTORY / "2026-11-22T13-00-00-0123abcd.json").mkdir(),
        "not a regular file",
    ),
    "latest older": (
        lambda root: (root / "console-usage-synced.json").write_text(version_of(root).read_text()),
        "not the newest version",
    ),
    "metadata wrong": (
        lambda root: (root / HISTORY / "_metadata.json").write_text("{}"),
        "does not describe",
    ),
    "archive torn": (lambda root: tear(root / "archive" / "2026-11.ndjson.gz"), "it ends in the middle"),
    "report torn": (lambda root: os.truncate(min((root / "reports").glob("2*.json")), 20), "1 damaged"),
    "left behind": (lambda root: old_temporary(root / HISTORY / ".tmp-0"), "left behind"),
    "open to others": (lambda root: version_of(root).chmod(0o644), "open to others"),
}


def version_of(root: Path) -> Path:
    return min((root / HISTORY).glob("2026-11-*.json"))


def tear(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 12)


def old_temporary(path: Path) -> None:
    path.write_text("half")
    os.utime(path, (1, 1))


@pytest.mark.parametrize("damage", DAMAGE)
async def test_check_names_what_is_not_right_and_changes_nothing(
    command: Command, tmp_path: Path, damage: str
) -> None:
    await recorded(tmp_path)
    url = f"file://{tmp_path}"
    do, said = DAMAGE[damage]
    do(tmp_path)
    before = tree(tmp_path)
    done = command("check", "--url", url, "--json")
    assert done.returncode == 1
    problems = json.loads(done.stdout)["problems"]
    assert any(said in problem["reason"] for problem in problems), problems
    assert tree(tmp_path) == before


@pytest.mark.parametrize("arguments", [["check"], ["export", "-"]])
async def test_an_account_that_is_not_there_is_named_with_those_that_are(
    command: Command, tmp_path: Path, arguments: list[str]
) -> None:
    await recorded(tmp_path)
    done = command(*arguments, "--url", f"file://{tmp_path}", "--account", "nobody")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"store: there is no account nobody in it: it holds default, empty, work\n"


async def test_check_of_a_store_in_which_all_is_right(command: Command, tmp_path: Path) -> None:
    await recorded(tmp_path)
    fine = command("check", "--url", f"file://{tmp_path}")
    assert (fine.returncode, fine.stderr) == (0, b"")
    assert fine.stdout == b"3 accounts: 22 versions, 12 archived, 4 reports: all is right\n"


async def test_rebuild_makes_everything_derived_anew(command: Command, tmp_path: Path) -> None:
    await recorded(tmp_path)
    url = f"file://{tmp_path}"
    command("rebuild", "--url", url)
    assert command("check", "--url", url).returncode == 0
    right = [kept[:3] for kept in (await of_volume(tmp_path)).values()]
    for name in ("console-usage-synced.json", f"{HISTORY}/_metadata.json", ".index", ".archive-index"):
        (tmp_path / name).write_bytes(b"\0" * 50)
    done = command("rebuild", "--url", url, "--json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["mended"]) == 2
    assert command("check", "--url", url).returncode == 0
    assert [kept[:3] for kept in (await of_volume(tmp_path)).values()] == right
    assert json.loads((tmp_path / ".archive-index").read_bytes().partition(b"\n")[2])[0]["count"] == 12
    assert command("rebuild", "--url", url).stdout == b"everything derived was right\n"


async def test_check_beside_a_writer_at_work_finds_nothing_wrong(command: Command, tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}")
    await fill(store, 20)
    writing = True

    async def write() -> None:
        step = 0
        while writing:
            step += 1
            await store.append("default", snapshot(NOON + minutes(step)), NOON + minutes(step))
            await asyncio.sleep(0.005)

    writer = asyncio.create_task(write())
    done = await asyncio.to_thread(command, "check", "--url", f"file://{tmp_path}")
    writing = False
    await writer
    assert (done.returncode, done.stderr) == (0, b""), done.stdout
    await store.close()


async def test_what_comes_while_a_check_looks_is_not_taken_for_something_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store so busy that at each look of the check something is stored, and latest is behind."""
    store = open_store(f"file://{tmp_path}")
    await fill(store, 5)
    steps = itertools.count(1)

    async def one_more() -> None:
        at = NOON + minutes(next(steps))
        other = open_store(f"file://{tmp_path}")
        await other.append("default", snapshot(at), at)
        await other.close()

    def meanwhile(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            asyncio.run(one_more())
            return real(*arguments)

        return call

    for name in ("_ids", "content_of_derived", "read_metadata"):
        monkeypatch.setattr(inspecting, name, meanwhile(getattr(inspecting, name)))
    assert list(await store.inspect("default")) == []
    await store.close()
