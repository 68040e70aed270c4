"""The keys file on the disk: whose it stays, what is refused, and that a link stays one."""

import os
import stat
from pathlib import Path

import pytest

from services.receiver.keyfile import disk


def put(path: Path, data: bytes = b"new") -> None:
    disk.change(path, lambda _: (data, None), create=True)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_and_its_folder_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        put(tmp_path / "new" / "keys.json")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "new") == 0o700
    assert mode_of(tmp_path / "new" / "keys.json") == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    ("before", "after"), [(0o600, 0o600), (0o640, 0o640), (0o664, 0o644), (0o400, 0o600)]
)
def test_who_could_read_a_file_still_can_and_nobody_else_may_write_it(
    tmp_path: Path, before: int, after: int
) -> None:
    file = tmp_path / "keys.json"
    file.touch()
    file.chmod(before)
    put(file)
    assert mode_of(file) == after


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_changes_or_makes_stays_with_the_owner_of_the_file_or_the_folder(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "theirs" / "new.json"
    old.touch()
    os.chown(old, 65532, 65531)
    new.parent.mkdir()
    os.chown(new.parent, 65532, 65532)
    for file in (old, new):
        put(file)
    assert (old.stat().st_uid, old.stat().st_gid) == (65532, 65531)
    assert new.stat().st_uid == 65532


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    put(real, b"old")
    link.symlink_to(real)
    put(link)
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    put(file, b"old")

    def failing(data: bytes) -> tuple[bytes, None]:
        assert data == b"old"
        raise LookupError

    with pytest.raises(LookupError):
        disk.change(file, failing)
    assert file.read_bytes() == b"old"
    with pytest.raises(FileNotFoundError):
        disk.change(tmp_path / "none.json", failing)


def test_pipes_and_endless_files_are_refused_rather_than_waited_for(tmp_path: Path) -> None:
    pipe, long = tmp_path / "pipe", tmp_path / "long"
    os.mkfifo(pipe)
    long.write_bytes(b" " * (disk.LARGEST + 1))
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (pipe, long, Path("/dev/zero"), tmp_path):
        with pytest.raises(disk.UnfitFileError):
            disk.take(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


@pytest.mark.parametrize(
    ("mode", "owner", "told"),
    [
        (0o600, 1000, ""),
        (0o640, 1000, ""),
        (0o644, 1000, "read"),
        (0o644, 0, "read"),
        (0o444, 0, ""),  # a secret as Docker and Kubernetes hand it in
        (0o444, 1000, "read"),
        (0o660, 1000, "write"),
    ],
)
def test_rights_that_are_too_wide_are_told(mode: int, owner: int, told: str) -> None:
    said = disk.rights_of(mode, owner)
    assert bool(said) == bool(told)
    assert told in said
