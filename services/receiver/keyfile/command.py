"""`python -m services.receiver keys`: exits 0 when done, 1 when it could not be done, 2 for bad settings."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from services.receiver.admission.auth import DEFAULT_ACCOUNTS, DEFAULT_SCOPES, Key, digest_of
from services.receiver.keyfile import disk, editing, words
from services.receiver.keyfile.entries import Document, NotAKeyFileError, decode, read, state_of
from services.receiver.keyfile.making import command
from services.receiver.keyfile.minting import mint
from services.receiver.keyfile.settings import KeysSettings
from shared.keyform import prefix_of
from shared.saying import hush, say
from shared.startup import begin

__all__ = ["run"]

_FAILED, _USAGE = 1, 2

T = TypeVar("T")


class _UnprintableError(Exception):
    """Standard output takes nothing: a full disk, or a pipe that nobody reads a key from."""


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line says; return the exit code."""
    settings = begin("receiver", KeysSettings, ())
    path = arguments.file or settings.keys_file
    if path is None:
        _tell("no keys file is named: pass --file, or set RECEIVER_KEYS_FILE")
        return _USAGE
    path = Path(path).expanduser()
    actions = {"add": _add, "list": _list, "revoke": _revoke, "rotate": _rotate}
    try:
        actions[arguments.action](path, arguments)
    except FileNotFoundError:
        _tell(f"there is no file {path}; the first key makes it: {command(path)}")
    except OSError as error:
        _tell(f"{path}: {error.strerror or error}{words.cure(error)}")
    except (NotAKeyFileError, disk.UnfitFileError) as error:
        _tell(f"{path}: {error}; nothing was changed")
    except (editing.CannotEditError, _UnprintableError) as error:
        _tell(str(error))
    else:
        return 0
    return _FAILED


def _add(path: Path, arguments: argparse.Namespace) -> None:
    secret, now = mint(), _now()
    key = Key(
        name=arguments.name,
        prefix=prefix_of(secret),
        sha256=digest_of(secret).hex(),
        scopes=_flat(arguments.scopes) or DEFAULT_SCOPES,
        accounts=_flat(arguments.accounts) or DEFAULT_ACCOUNTS,
        created=now,
        expires=arguments.expires,
    )

    def edit(data: bytes) -> tuple[bytes, None]:
        return editing.encoded(editing.add(_understood(data), key, now)), None

    disk.change(path, edit, create=True)
    _show(secret, path, key)
    _tell(words.added(key, path))


def _show(secret: str, path: Path, key: Key, replaced: Sequence[Key] = ()) -> None:
    """Print a secret; a key that nobody could see is taken out again."""
    try:
        if not _print(secret + "\n"):
            raise _UnprintableError("nobody reads the output")  # noqa: TRY301 - undone in one place
    except _UnprintableError as error:
        disk.change(path, lambda data: (editing.encoded(editing.undo(decode(data), key, replaced)), None))
        raise editing.CannotEditError(
            f"the key could not be printed ({error}), so it was taken out again"
        ) from error


def _list(path: Path, arguments: argparse.Namespace) -> None:
    content = disk.take(path)
    found = read(content.data)
    if arguments.json:
        _print(words.as_json(found.keys, _now()))
    elif found.keys:
        _print(words.as_table(found.keys, _now()))
    else:
        _tell(f"{path} holds no key; make one: {command(path)}")
    for problem in ([content.rights] if content.rights else []) + list(found.problems):
        _tell(f"{path}: {problem}")


def _revoke(path: Path, arguments: argparse.Namespace) -> None:
    now = _now()

    def edit(data: bytes) -> tuple[bytes, tuple[Sequence[Key], bool]]:
        document, revoked = editing.revoke(_understood(data), arguments.key, now)
        after = editing.encoded(document)
        left = any(state_of(key, now) == "valid" for key in read(after).keys)
        return after, (revoked, left)

    revoked, left = disk.change(path, edit)
    _tell(words.revoked(revoked))
    if not left:
        _tell(f"{path} holds no valid key any more: a receiver needs CLAUDE_SYNC_API_KEY then")


def _rotate(path: Path, arguments: argparse.Namespace) -> None:
    secret, now = mint(), _now()
    new = Key(
        name=arguments.key[:64],
        prefix=prefix_of(secret),
        sha256=digest_of(secret).hex(),
        created=now,
        expires=arguments.expires,
    )

    def edit(data: bytes) -> tuple[bytes, tuple[Key, Sequence[Key]]]:
        document, made, old = editing.rotate(
            _understood(data), arguments.key, new, until=now + arguments.overlap, now=now
        )
        return editing.encoded(document), (made, old)

    made, old = disk.change(path, edit)
    _show(secret, path, made, old)
    _tell(words.rotated(made, old, now + arguments.overlap, path))


def _understood(data: bytes) -> Document:
    """Decode a file that is to be changed; say what in it opens nothing, and leave that as it is."""
    document = decode(data)
    for problem in read(data).problems:
        _tell(f"{problem}; it is left as it is")
    return document


def _flat(given: Sequence[Sequence[T]] | None) -> list[T]:
    """Join what repeated options gave, each once."""
    return list(dict.fromkeys(part for parts in given or () for part in parts))


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _print(text: str) -> bool:
    """Write to standard output; returns whether anybody reads. Raises _UnprintableError on a full disk."""
    try:
        return say(text, end="")
    except OSError as error:
        hush(sys.stdout)
        raise _UnprintableError(error.strerror) from error


def _tell(text: str) -> None:
    """Explain on standard error: standard output is for the key alone."""
    sys.stderr.write(text + "\n")
