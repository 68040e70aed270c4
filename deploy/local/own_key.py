"""The local set-up's own key: in a file for scraper and people, and in the receiver's file of keys."""

import os
from datetime import UTC, datetime
from pathlib import Path

from services.receiver.admission.auth import Key, key_of_secret
from services.receiver.keyfile import disk, editing
from services.receiver.keyfile.entries import NotAKeyFileError, decode, read, state_of
from services.receiver.keyfile.minting import mint
from shared.keyform import prefix_of

_NAME = "run-local"


def key_file(path: Path) -> Path:
    """Return a file that holds a key and that only its owner can read; made the first time."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(mint() + "\n")
    return path


def keys_file(path: Path, key: str) -> Path:
    """Return a file of keys in which this key opens every account; other keys in it stay.

    A file that is not understood is left alone: the receiver says what is wrong with it.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    own = Key(
        name=_NAME,
        prefix=prefix_of(key),
        sha256=key_of_secret("", key).sha256,
        scopes=["admin"],
        accounts=["*"],
        created=now,
    )

    def edit(data: bytes) -> tuple[bytes, Path]:
        keys = read(data).keys
        if own.sha256 in {known.sha256 for known in keys}:
            return data, path
        document = decode(data)
        if any(known.name == _NAME and state_of(known, now) == "valid" for known in keys):
            document, _ = editing.revoke(document, _NAME, now)  # the one before, whose file is gone
        return editing.encoded(editing.add(document, own, now)), path

    try:
        return disk.change(path, edit, create=True)
    except (NotAKeyFileError, disk.UnfitFileError):
        return path
