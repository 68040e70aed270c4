"""The lines of an index log (pure).

The log lets every process follow a history without listing its folder. Its first line names the format and
the boot of the machine it was written in; then come `+id` for a version that was stored, `-id` for one that
is being removed, and `=time` when the folder's modification time (nanoseconds) is known to match all
lines before. A log that does not end so, or whose time is not the folder's, is not believed.
"""

from collections.abc import Iterable

from msgspec import Struct

from shared.store.keys import is_version_id

__all__ = ["Entries", "adding", "header", "parse", "removing", "settled", "whole"]

_FORMAT = b"marigraph-index 1 "


class Entries(Struct, frozen=True):
    """What some lines of a log say: changes in their order, and the folder's time if they end with one."""

    changes: list[tuple[bool, str]]
    """(True, id) for a version stored, (False, id) for one removed."""
    settled: int | None


def header(boot: str) -> bytes:
    """Return a log's first line."""
    return _FORMAT + boot.encode() + b"\n"


def adding(ids: Iterable[str]) -> bytes:
    """Return the lines for versions stored."""
    return b"".join(b"+%b\n" % version_id.encode() for version_id in ids)


def removing(ids: Iterable[str]) -> bytes:
    """Return the lines for versions about to be removed."""
    return b"".join(b"-%b\n" % version_id.encode() for version_id in ids)


def settled(folder_time: int) -> bytes:
    """Return the line that says: up to here this log and the folder agree."""
    return b"=%d\n" % folder_time


def whole(boot: str, ids: Iterable[str], folder_time: int) -> bytes:
    """Return a log that says just what the folder holds."""
    return header(boot) + adding(ids) + settled(folder_time)


def parse(data: bytes) -> Entries:
    """Read lines, without the first one of a log. Raises ValueError for torn or foreign ones."""
    if data and not data.endswith(b"\n"):
        raise ValueError("the last line is torn")
    changes: list[tuple[bool, str]] = []
    folder_time = None
    for line in data.decode("ascii").split("\n")[:-1]:
        sign, rest = line[:1], line[1:]
        if sign == "=":
            folder_time = int(rest)
        elif sign in {"+", "-"} and len(rest) == _ID_LENGTH:
            changes.append((sign == "+", rest))
            folder_time = None
        else:
            raise ValueError(f"not a line of an index log: {line[:40]!r}")
    if changes and not is_version_id(changes[-1][1]):
        raise ValueError(f"not a version: {changes[-1][1]!r}")
    return Entries(changes, folder_time)


_ID_LENGTH = len("2026-11-22T12-00-00-1a2b3c4d")
