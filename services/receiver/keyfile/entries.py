"""What a keys file says (pure): `{"keys": [{"name", "sha256", ...}]}`, each entry believed by itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from services.receiver.admission.auth import Key

__all__ = ["Document", "KeyFile", "NotAKeyFileError", "State", "decode", "read", "state_of"]

Document = dict[str, Any]
State = Literal["valid", "revoked", "expired"]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotAKeyFileError(ValueError):
    """The bytes are no keys file; the text says why."""


class KeyFile(Struct, frozen=True):
    """The keys of a file, valid or not any more, and a sentence for each entry that opens nothing."""

    keys: Sequence[Key] = ()
    problems: Sequence[str] = ()


def read(data: bytes) -> KeyFile:
    """Read a keys file; an empty one holds no key. Raises NotAKeyFileError.

    An entry that cannot be understood whole opens nothing: an unknown field may be a newer version's way to
    say that less is allowed. Two entries with one hash contradict each other, and both open nothing.
    """
    raw = decode(data)["keys"]
    keys: list[Key] = []
    problems: list[str] = []
    hashes = Counter(str(entry.get("sha256")) for entry in raw if isinstance(entry, dict))
    for number, entry in enumerate(raw, 1):
        try:
            keys.append(_key(entry, hashes))
        except ValueError as error:
            problems.append(f"key {number}{_named(entry)} opens nothing: {error}")
    return KeyFile(keys, problems)


def decode(data: bytes) -> Document:
    """Decode a keys file as it stands, for a command that changes it. Raises NotAKeyFileError."""
    text = data.removeprefix(_BYTE_ORDER_MARK).strip()
    try:
        document = msgspec.json.decode(text) if text else {"keys": []}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAKeyFileError(f"it is not a keys file: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise NotAKeyFileError('it is not a keys file: one begins with {"keys": [')
    if strange := [name for name in document if name != "keys" and not _is_comment(name)]:
        raise NotAKeyFileError(f"it is not a keys file of this version: {strange[0]!r} is unknown")
    return document


def _key(entry: object, hashes: Counter[str]) -> Key:
    if not isinstance(entry, dict):
        raise ValueError("it is no object with name and sha256")  # noqa: TRY004 - one kind of error for every fault
    if hashes[str(entry.get("sha256"))] > 1:
        raise ValueError("another entry has the same sha256")
    try:
        return msgspec.convert({name: entry[name] for name in entry if not _is_comment(name)}, Key)
    except msgspec.ValidationError as error:
        raise ValueError(_explained(str(error))) from error


def _explained(text: str) -> str:
    """Say what msgspec found in words for people; its texts hold no value of the file."""
    if "`$.sha256`" in text:
        return "sha256 is not the hash of a key, 64 digits and letters a to f"
    if "`$.accounts" in text:
        return "accounts is not a list of account names, or of *"
    if "`$.scopes" in text:
        return "scopes is not a list of read, write and admin"
    if "unknown field" in text:
        return f"{text[:1].lower()}{text[1:]}, perhaps of a newer version (a comment's name begins with _)"
    return text[:1].lower() + text[1:]


def _is_comment(name: str) -> bool:
    return name.startswith("_") or name == "comment"


def _named(entry: object) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f" ({name[:64]!r})" if isinstance(name, str) else ""


def state_of(key: Key, now: datetime) -> State:
    """Tell whether a key is valid at `now`."""
    if key.revoked is not None:
        return "revoked"
    return "expired" if key.expires is not None and key.expires <= now else "valid"
