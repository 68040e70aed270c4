"""`python -m shared.store export | import`, as an operator calls them."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from shared.store import open_store
from shared.store.operator.files import reading
from shared.store.operator.importing import import_lines
from shared.store.operator.progress import Progress
from tests.store.operators import HISTORY, Command, everything, of_volume, recorded, tree
from tests.store.samples import NOON, minutes, snapshot


@pytest.fixture
def command(repository: Path) -> Command:
    return Command(repository)


@pytest.mark.parametrize("name", ["all.ndjson", "all.ndjson.gz"])
async def test_what_is_exported_and_imported_elsewhere_is_the_same_store(
    command: Command, tmp_path: Path, name: str
) -> None:
    await recorded(tmp_path / "a")
    before = tree(tmp_path / "a")
    done = command("export", "--url", f"file://{tmp_path}/a", "--json", str(tmp_path / name))
    assert (done.returncode, done.stderr) == (0, b"")
    told = {"accounts": ["default", "empty", "work"], "versions": 34, "reports": 4, "damaged": 0}
    assert json.loads(done.stdout) == told
    assert tree(tmp_path / "a") == before
    imported = command("import", "--url", f"file://{tmp_path}/b", str(tmp_path / name))
    assert (imported.returncode, imported.stderr) == (0, b"")
    assert await of_volume(tmp_path / "b") == await of_volume(tmp_path / "a")
    memory = open_store("memory:")
    with reading(str(tmp_path / name)) as lines:
        await import_lines(memory, lines, Progress("", lambda: 0.0))
    assert await everything(memory) == await of_volume(tmp_path / "a")
    again = command("import", "--url", f"file://{tmp_path}/b", "--json", str(tmp_path / name))
    told = json.loads(again.stdout)
    assert (again.returncode, told["versions"], told["known"], told["problemCount"]) == (0, 0, 34, 0)
    assert command("check", "--url", f"file://{tmp_path}/b").returncode == 0


async def test_an_export_through_pipes_of_one_account_and_range(command: Command, tmp_path: Path) -> None:
    await recorded(tmp_path / "a")
    start, end = (NOON - minutes(25)).isoformat(), (NOON - minutes(5)).isoformat()
    done = command(
        "export",
        "--account",
        "default",
        "--from",
        start,
        "--to",
        end,
        "-",
        env={"STORE_URL": f"file://{tmp_path}/a"},
    )
    assert done.returncode == 0
    assert done.stderr == b"exported 22 versions and 0 reports of 1 account\n"
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["part"] for row in rows[1:-1]] == ["history"] * 14 + ["archive"] * 8
    imported = command("import", "--url", f"file://{tmp_path}/b", "-", input=done.stdout)
    assert imported.returncode == 0
    assert next(
        version.time for version in (await of_volume(tmp_path / "b"))["default"][0]
    ) == NOON - minutes(19)
    assert not any("counts" in row for row in rows)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def tampered(data: bytes) -> bytes:
    return data.replace(b'"percentageUsed":47', b'"percentageUsed":48', 1)


def a_line_lost(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[:3], *lines[4:]])


def garbage_inside(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[:3], b"\xff{\n", *lines[3:]])


@pytest.mark.parametrize("form", [lambda data: data, gzip.compress])
@pytest.mark.parametrize("damage", [cut, tampered, a_line_lost, garbage_inside])
async def test_a_damaged_export_gives_what_is_whole_in_it_and_is_told(
    command: Command, tmp_path: Path, damage: Callable[[bytes], bytes], form: Callable[[bytes], bytes]
) -> None:
    await recorded(tmp_path / "a")
    whole = command("export", "--url", f"file://{tmp_path}/a", "-").stdout
    data = cut(form(whole)) if damage is cut else form(damage(whole))
    done = command("import", "--url", f"file://{tmp_path}/b", "--json", "-", input=data)
    told = json.loads(done.stdout or done.stderr)
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)
    assert told["problemCount"] > 0
    source, copy = await of_volume(tmp_path / "a"), await of_volume(tmp_path / "b")
    for account, kept in copy.items():
        assert all(version in source[account][0] for version in kept[0])
    assert len(copy["default"][0]) >= (20 if damage is not cut else 1)
    finished = command("import", "--url", f"file://{tmp_path}/b", "--out-of-archive", "-", input=whole)
    assert finished.returncode == 0
    assert await of_volume(tmp_path / "b") == source


async def test_an_import_overwrites_nothing(command: Command, tmp_path: Path) -> None:
    await recorded(tmp_path / "a")
    export = command("export", "--url", f"file://{tmp_path}/a", "-").stdout
    command("import", "--url", f"file://{tmp_path}/b", "-", input=export)
    origin = tmp_path / "b" / HISTORY / "2026-02-09T12-00-00-0123abcd.json"
    origin.write_text(json.dumps(snapshot(NOON - timedelta(days=286), 12)))
    mine = origin.read_bytes()
    done = command("import", "--url", f"file://{tmp_path}/b", "-", input=export)
    assert done.returncode == 1
    assert b"0123abcd is there with other content" in done.stderr
    assert origin.read_bytes() == mine


async def test_an_export_is_never_written_over_a_file(command: Command, tmp_path: Path) -> None:
    await recorded(tmp_path / "a")
    (tmp_path / "mine").write_text("mine")
    done = command("export", "--url", f"file://{tmp_path}/a", str(tmp_path / "mine"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert (tmp_path / "mine").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "mine"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], "pass --url, or set STORE_URL"),
        (["check", "--url", "file:///nowhere/at/all"], "there is no store"),
        (["check", "--url", "s3://b"], "names no bucket"),
        (["export", "--url", "file:///tmp", "--account", "../x", "-"], "no account"),
        (["export", "--url", "file:///tmp", "--from", "yesterday", "-"], "2026-11-22T10:00:00Z"),
        (
            ["export", "--url", "file:///tmp", "--from", "2026-11-22", "--to", "2026-11-21", "-"],
            "before --to",
        ),
        (["export", "--url", "file:///tmp", "/no/such/folder/file"], "no folder /no/such/folder to export"),
        (["import", "--url", "file:///nowhere/at/all", "/no/such/file"], "there is no file"),
        (["mend"], "invalid choice"),
        ([], "required"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_2(command: Command, arguments: list[str], said: str) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


async def test_a_file_that_cannot_be_made_is_said_by_the_name_that_was_given(
    command: Command, tmp_path: Path
) -> None:
    await recorded(tmp_path / "a")
    done = command("export", "--url", f"file://{tmp_path}/a", "/proc/all.ndjson")
    assert done.returncode == 1
    assert done.stderr.startswith(b"store: /proc/all.ndjson cannot be written: ")
    assert b"Errno" not in done.stderr


def test_what_is_no_export_is_refused(command: Command, tmp_path: Path) -> None:
    for data in (b"", b"hello\n", b'{"marigraph":"export","format":9}\n', os.urandom(400)):
        done = command("import", "--url", f"file://{tmp_path}/b", "-", input=data)
        assert done.returncode == 1
        assert b"export" in done.stderr
        assert b"Traceback" not in done.stderr


async def test_a_reader_that_has_enough_ends_an_export_quietly(command: Command, tmp_path: Path) -> None:
    await recorded(tmp_path / "a")
    script = f"{sys.executable} -m shared.store export --url file://{tmp_path}/a - | head -c 10"
    done = subprocess.run(
        ["bash", "-c", f"{script}; echo ${{PIPESTATUS[0]}}"],
        cwd=command.repository,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


async def test_what_an_export_leaves_out_as_damaged_is_counted_and_ends_with_1(
    command: Command, tmp_path: Path
) -> None:
    await recorded(tmp_path / "a")
    versions = sorted((tmp_path / "a" / HISTORY).glob("2*.json"))
    versions[3].write_bytes(versions[3].read_bytes()[:100])
    done = command("export", "--url", f"file://{tmp_path}/a", "--json", str(tmp_path / "out.ndjson"))
    assert done.returncode == 1
    assert json.loads(done.stdout)["damaged"] == 1
    said = command("export", "--url", f"file://{tmp_path}/a", str(tmp_path / "again.ndjson")).stdout
    assert b"left out, as they cannot be believed: 1 damaged file" in said


async def test_an_import_leaves_in_the_archive_what_a_janitor_let_leave(
    command: Command, tmp_path: Path
) -> None:
    await recorded(tmp_path / "a")
    early = command("export", "--url", f"file://{tmp_path}/a", "-").stdout
    store = open_store(f"file://{tmp_path}/a")
    leaving = list(await store.between("default", None, None))[:5]
    await store.archive("default", leaving)
    await store.delete("default", leaving, NOON)
    await store.close()
    before = (await of_volume(tmp_path / "a"))["default"][:2]
    done = command("import", "--url", f"file://{tmp_path}/a", "--json", "-", input=early)
    told = json.loads(done.stdout or done.stderr)
    assert (done.returncode, told["versions"], told["known"]) == (0, 0, 34)
    assert (await of_volume(tmp_path / "a"))["default"][:2] == before
    back = command("import", "--url", f"file://{tmp_path}/a", "--out-of-archive", "-", input=early)
    assert back.returncode == 0
    assert {version.id for version in (await of_volume(tmp_path / "a"))["default"][0]} >= set(leaving)


async def test_what_comes_after_the_end_of_an_export_is_told_and_left_out(
    command: Command, tmp_path: Path
) -> None:
    await recorded(tmp_path / "a")
    one, two = (
        command("export", "--url", f"file://{tmp_path}/a", "--account", account, "-").stdout
        for account in ("work", "default")
    )
    done = command("import", "--url", f"file://{tmp_path}/b", "-", input=one + two.split(b"\n", 1)[1])
    assert done.returncode == 1
    assert b"line 5: from here on is no part of the export" in done.stdout + done.stderr
    assert list(await of_volume(tmp_path / "b")) == ["work"]


async def test_a_moment_without_a_zone_or_a_date_alone_means_utc(command: Command, tmp_path: Path) -> None:
    await recorded(tmp_path / "a")
    url = f"file://{tmp_path}/a"
    for start, end in (("2026-11-22T11:40:00Z", "2026-11-23T00:00Z"), ("2026-11-22T11:40", "2026-11-23")):
        done = command("export", "--url", url, "--from", start, "--to", end, "-")
        assert done.stderr.startswith(b"exported 23 versions"), done.stderr
