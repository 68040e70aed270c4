"""A receiver's look at its keys file, one at a time."""

import os
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from services.receiver.admission.auth import key_of_secret
from services.receiver.keyfile.following import Known
from services.receiver.keyfile.gathering import gather
from services.receiver.keyfile.watching import KeyWatch
from shared.errors import SettingsError
from shared.timestamps import to_iso
from tests.receiver.conftest import SetClock

OWN = key_of_secret("CLAUDE_SYNC_API_KEY", "own")


def write(file: Path, *names: str, **more: str) -> None:
    entries = [{"name": name, "sha256": key_of_secret("", name).sha256, **more} for name in names]
    file.write_bytes(msgspec.json.encode({"keys": entries}))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def watch(file: Path) -> KeyWatch:
    """A watch over a file that holds the keys a and b, after its first look."""
    write(file, "a", "b")
    made = KeyWatch(file, Known(), OWN, SetClock())
    made.look()
    return made


def valid(watch: KeyWatch) -> list[str]:
    return [key.name for key in watch.keys.valid]


def test_a_file_that_is_just_being_written_is_not_believed_to_be_broken(watch: KeyWatch, file: Path) -> None:
    for half in (None, "", "{", '{"keys": ['):
        if half is None:
            file.unlink()
        else:
            file.write_text(half)
        watch.look()
        assert valid(watch) == ["CLAUDE_SYNC_API_KEY", "a", "b"]
        write(file, "a", "b")
        watch.look()
        assert not watch.keys.trouble


def test_what_is_seen_twice_is_believed(watch: KeyWatch, file: Path) -> None:
    file.write_text("{")
    watch.look()
    watch.look()
    assert watch.keys.trouble
    assert valid(watch) == ["CLAUDE_SYNC_API_KEY", "a", "b"]
    file.unlink()
    watch.look()
    watch.look()
    assert watch.keys.trouble
    assert valid(watch) == ["CLAUDE_SYNC_API_KEY"]
    write(file, "b")
    watch.look()
    assert not watch.keys.trouble
    assert valid(watch) == ["CLAUDE_SYNC_API_KEY", "b"]


@pytest.mark.parametrize("nothing", ["", "\ufeff\n"])
def test_a_file_that_was_emptied_keeps_its_keys_and_is_told(
    watch: KeyWatch, file: Path, nothing: str
) -> None:
    file.write_text(nothing)
    watch.look()
    watch.look()
    assert watch.keys.trouble
    assert valid(watch) == ["CLAUDE_SYNC_API_KEY", "a", "b"]
    file.write_text('{"keys": []}')
    watch.look()
    watch.look()
    assert not watch.keys.trouble
    assert valid(watch) == ["CLAUDE_SYNC_API_KEY"]


def test_a_key_expires_with_no_change_in_the_file(file: Path) -> None:
    clock = SetClock()
    write(file, "a", expires=to_iso(clock.now() + timedelta(minutes=1)))
    watch = KeyWatch(file, None, None, clock)
    watch.look()
    assert watch.keys.find("a") is not None
    clock.forward(seconds=60)
    watch.look()
    assert watch.keys.find("a") is None
    assert watch.keys.find_ended("a") is not None


def test_a_file_that_was_never_there_is_no_trouble(file: Path) -> None:
    watch = KeyWatch(file, None, OWN, SetClock())
    for _ in range(3):
        watch.look()
    assert not watch.keys.trouble
    assert valid(watch) == ["CLAUDE_SYNC_API_KEY"]


def test_a_change_of_the_same_length_within_one_tick_of_the_clock_is_seen(
    watch: KeyWatch, file: Path
) -> None:
    before = file.stat()
    write(file, "a", "c")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    watch.look()
    assert valid(watch) == ["CLAUDE_SYNC_API_KEY", "a", "c"]


@pytest.mark.parametrize("content", ["", " \n", '{"keys": []}'])
def test_a_start_with_a_file_without_a_key_needs_the_environments_and_points_it_out(
    file: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="holds no valid key"):
        gather(None, file, SetClock())
    assert valid(gather("a-key-from-the-environment", file, SetClock())) == ["CLAUDE_SYNC_API_KEY"]
    assert "it holds no key" in capsys.readouterr().out
