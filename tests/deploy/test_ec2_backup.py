"""`make ec2-backup` and `make ec2-restore`, with a shell here in the place of the host's."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.scripts import load
from tests.store.operators import of_volume, recorded

EC2 = Path(__file__).parents[2] / "deploy" / "ec2"
NOW = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def script() -> Any:
    sys.path[:0] = [str(EC2 / "host"), str(EC2.parent / "local")]
    try:
        return load(EC2 / "backup.py")
    finally:
        del sys.path[:2]


class Shell:
    """A link to this machine; `cut` ends what it says early."""

    host = "admin@203.0.113.7"

    def __init__(self, *, cut: bool = False) -> None:
        self.cut = cut

    def start(self, command: str, *, root: bool) -> "subprocess.Popen[bytes]":
        line = f"{command} | head -c 700" if self.cut else command
        return subprocess.Popen(["bash", "-c", line], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, command: str, pieces: Any, *, root: bool) -> None:
        subprocess.run(["bash", "-c", command], input=b"".join(pieces), check=True)

    def show(self, command: str, *, root: bool) -> int:
        return subprocess.run(["bash", "-c", command], check=False).returncode

    def see_whole(self, code: int) -> None:
        """Nothing is cut here but what a test cuts."""


@pytest.fixture
def store_of_host(script: Any, monkeypatch: pytest.MonkeyPatch, repository: Path) -> Callable[[Path], None]:
    """Have the works on the host's store done on a folder here."""
    monkeypatch.chdir(repository)

    def at(folder: Path) -> None:
        def work(verb: str, *rest: str) -> str:
            return shlex.join(
                [sys.executable, "-m", "shared.store", verb, "--url", f"file://{folder}", *rest]
            )

        monkeypatch.setattr(script, "work", work)

    return at


AtHost = Callable[[Path], None]


async def test_what_is_backed_up_and_restored_elsewhere_is_the_same(
    script: Any, store_of_host: AtHost, tmp_path: Path
) -> None:
    await recorded(tmp_path / "a")
    store_of_host(tmp_path / "a")
    file = tmp_path / "backup.ndjson.gz"
    script.backup(Shell(), file)
    assert file.stat().st_mode & 0o777 == 0o600
    store_of_host(tmp_path / "b")
    script.restore(Shell(), file)
    assert await of_volume(tmp_path / "b") == await of_volume(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup.ndjson.gz"]


async def test_a_backup_that_was_cut_leaves_nothing_and_says_so(
    script: Any, store_of_host: AtHost, tmp_path: Path
) -> None:
    await recorded(tmp_path / "a")
    store_of_host(tmp_path / "a")
    with pytest.raises(script.DeployError, match="not whole"):
        script.backup(Shell(cut=True), tmp_path / "backup.ndjson.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


async def test_a_damaged_file_is_not_restored(script: Any, store_of_host: AtHost, tmp_path: Path) -> None:
    await recorded(tmp_path / "a")
    store_of_host(tmp_path / "a")
    file = tmp_path / "backup.ndjson.gz"
    script.backup(Shell(), file)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(script.DeployError, match="not whole"):
        script.restore(Shell(), file)
    assert not (tmp_path / "b").exists()


def test_a_file_that_is_there_is_never_written_over(script: Any, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    with pytest.raises(script.MisuseError, match="is there already"):
        script.chosen("backup", {"FILE": str(tmp_path / "kept")}, "admin@host", NOW)
    assert script.chosen("backup", {}, "admin@host", NOW) == Path(
        "marigraph-host-2026-11-22T12-00-05Z.ndjson.gz"
    )
    with pytest.raises(script.MisuseError, match="FILE names"):
        script.chosen("restore", {}, "admin@host", NOW)


def test_on_the_host_a_work_sees_the_store_alone_and_an_export_cannot_write() -> None:
    sys.path.insert(0, str(EC2 / "host"))
    try:
        from marigraph_host.launching import places  # noqa: PLC0415 - the host's own program
        from marigraph_host.layout import Layout  # noqa: PLC0415 - as above
        from marigraph_host.storework import command  # noqa: PLC0415 - as above
    finally:
        sys.path.pop(0)
    folder = {"EC2_DATA_DIR": "/mnt/data"}
    seen = places(Layout(), folder, "receiver")
    export = command("sha256:1", seen, folder, ["export", "-"])
    assert "type=bind,src=/mnt/data,dst=/data,readonly" in export
    assert export[export.index("--network") + 1] == "none"
    assert export[-6:] == ["-m", "shared.store", "export", "--url", "file:///data", "-"]
    restoring = command("sha256:1", seen, folder, ["import", "--into-empty", "-"])
    assert "type=bind,src=/mnt/data,dst=/data" in restoring

    bucket = {**folder, "STORE_URL": "s3://b/p", "AWS_SHARED_CREDENTIALS_FILE": "/run/aws/credentials"}
    copy = command("sha256:1", seen, bucket, ["copy"])
    assert copy[-5:] == ["-m", "shared.store", "copy", "file:///data", "s3://b/p"]
    assert copy[copy.index("--network") + 1] == "host"
    mounts = [word for word in copy if word.startswith("type=bind")]
    assert mounts == [
        "type=bind,src=/etc/marigraph/secrets/aws,dst=/run/aws,readonly",
        "type=bind,src=/mnt/data,dst=/data,readonly",
    ]
