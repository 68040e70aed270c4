"""All keys of a receiver at its start, or why it does not start."""

from pathlib import Path

import structlog

from services.receiver.admission.auth import key_of_secret
from services.receiver.keyfile import disk
from services.receiver.keyfile.entries import KeyFile, NotAKeyFileError, read
from services.receiver.keyfile.following import Known, valid
from services.receiver.keyfile.making import command, how_to_make_one
from services.receiver.keyfile.minting import is_weak
from services.receiver.keyfile.watching import KeyWatch
from shared.clock import Clock
from shared.errors import SettingsError
from shared.keyform import prefix_of

__all__ = ["ENVIRONMENT", "gather"]

ENVIRONMENT = "CLAUDE_SYNC_API_KEY"

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def gather(api_key: str | None, path: Path | None, clock: Clock) -> KeyWatch:
    """Read the keys file, if one is named, and put the environment's key beside it.

    Raises SettingsError when the file is not what it should be, or when no key is valid.
    """
    own = key_of_secret(ENVIRONMENT, api_key, prefix_of(api_key)) if api_key else None
    known = _read(path)
    if not valid(known.keys if known else (), own, clock.now()):
        why = "holds no valid key" if known else "is not there"
        beside = "is a key that the file says is not valid any more" if own else "is not set"
        names = f"RECEIVER_KEYS_FILE names {str(path)!r}, which {why}"
        raise SettingsError([f"{names}; {ENVIRONMENT} {beside}. {how_to_make_one(path)}"])
    if api_key and is_weak(api_key):
        _log.warning(
            "weak key",
            name=ENVIRONMENT,
            why="it is short or repeats itself, so that it can be guessed",
            better=f"openssl rand -hex 24, or {command(path)}",
        )
    if path is not None and known is None:
        _log.info("no keys file yet; one counts as soon as it is there", file=str(path))
    for problem in known.problems if known else ():
        _log.warning("keys file", file=str(path), problem=problem)
    return KeyWatch(path, known, own, clock)


def _read(path: Path | None) -> Known | None:
    """Return what the file says, None when there is none."""
    if path is None:
        return None
    names = f"RECEIVER_KEYS_FILE names {str(path)!r}"
    try:
        content = disk.take(path)
        found = read(content.data)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError([f"{names}, which cannot be read: {error.strerror}"]) from error
    except (disk.UnfitFileError, NotAKeyFileError) as error:
        raise SettingsError([f"{names}: {error}"]) from error
    if found.problems:
        raise SettingsError([f"{names}: {problem}" for problem in found.problems])
    return Known(found.keys, problems=[said for said in (content.rights, _emptiness(found)) if said])


def _emptiness(found: KeyFile) -> str:
    return "" if found.keys else "it holds no key"
