"""The key of `make run-local`: made once, and named in the receiver's file of keys."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from services.receiver.admission.auth import Keys
from services.receiver.keyfile.entries import read
from services.receiver.keyfile.following import valid
from shared.clock import SystemClock


@pytest.fixture
def own_key(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(repository / "deploy" / "local"), *sys.path])
    import own_key  # noqa: PLC0415 - a script of another folder

    return own_key


def opens(file: Path, secret: str, account: str) -> bool:
    keys = Keys(valid(read(file.read_bytes()).keys, None, SystemClock().now()))
    found = keys.find(secret)
    return found is not None and found.allows("write", account)


def test_it_opens_every_account_and_only_the_newest_one_does(tmp_path: Path, own_key: ModuleType) -> None:
    file, keys = tmp_path / "key", tmp_path / "keys.json"
    first = own_key.key_file(file).read_text().strip()
    own_key.keys_file(keys, first)
    made = keys.read_bytes()
    assert opens(keys, first, "work")
    own_key.keys_file(keys, own_key.key_file(file).read_text().strip())
    assert keys.read_bytes() == made  # the second start changes nothing
    own_key.keys_file(keys, "another-key-after-the-file-was-lost")
    assert opens(keys, "another-key-after-the-file-was-lost", "work")
    assert not opens(keys, first, "default")


def test_a_file_of_keys_that_is_not_understood_is_left_alone(tmp_path: Path, own_key: ModuleType) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text("{broken")
    own_key.keys_file(keys, "a-key")
    assert keys.read_text() == "{broken"
