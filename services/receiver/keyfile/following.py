"""Which keys are valid, after each look at the keys file (pure).

| the file | its keys |
|---|---|
| can be read | what it says, each entry by itself |
| no keys file now, or empty | those of before; but not one that it ceased to name while it names others |
| cannot be read (rights, the disk) | those of before |
| is gone | none |

A slip in an edit by hand, or a disk that fails, must not lock every scraper and dashboard out. But the
commonest slip is a comma left behind by deleting an entry, and that key was deleted for a reason.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from services.receiver.admission.auth import Key
from services.receiver.keyfile.entries import KeyFile, NotAKeyFileError, read, state_of

__all__ = ["Gone", "Known", "Look", "Readable", "Unreadable", "after", "ended", "valid"]

_BLANK = b"\xef\xbb\xbf \t\r\n"
"""A byte order mark and blanks: a file of nothing else is empty."""


class Readable(Struct, frozen=True):
    """The file was read: its bytes, and what is to be said about its rights."""

    data: bytes
    rights: str = ""


class Unreadable(Struct, frozen=True):
    """The file is there, but could not be read."""

    why: str


class Gone(Struct, frozen=True):
    """There is no such file."""


Look = Readable | Unreadable | Gone


class Known(Struct, frozen=True):
    """What is known of a keys file: its keys, and what is wrong with it now.

    `broken` says why the file cannot be believed ("" when it can), `problems` what else is to be said.
    """

    keys: Sequence[Key] = ()
    broken: str = ""
    problems: Sequence[str] = ()


def after(known: Known, look: Look) -> Known:
    """Return what is known after a look at the file, from what was known before it."""
    match look:
        case Gone():
            return Known(broken="it is gone, and its keys with it")
        case Unreadable(why):
            return Known(known.keys, f"it cannot be read: {why}; its keys stay as they were")
        case Readable(data) if known.keys and not data.strip(_BLANK):  # a full disk below an editor
            return Known(known.keys, "it is empty; its keys stay as they were")
        case Readable(data, rights):
            try:
                found: KeyFile = read(data)
            except NotAKeyFileError as error:
                return Known(_still_named(known.keys, data), f"{error}; its keys stay as they were")
            return Known(found.keys, problems=[*([rights] if rights else []), *found.problems])


def _still_named(keys: Sequence[Key], data: bytes) -> Sequence[Key]:
    """Leave out the keys whose hash was taken out of a file that still holds others'."""
    named = [key for key in keys if key.sha256.encode() in data]
    return named or keys


def valid(keys: Iterable[Key], from_environment: Key | None, now: datetime) -> list[Key]:
    """Return the keys that are valid at `now`.

    Where the file names the key of the environment, the file decides: revoked there, it is revoked.
    """
    keys = list(keys)
    named = {key.sha256 for key in keys}
    own = [from_environment] if from_environment and from_environment.sha256 not in named else []
    return own + [key for key in keys if state_of(key, now) == "valid"]


def ended(keys: Iterable[Key], now: datetime) -> list[Key]:
    """Return the keys that are known, but not valid any more."""
    return [key for key in keys if state_of(key, now) != "valid"]
