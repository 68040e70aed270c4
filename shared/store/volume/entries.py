"""The lines of an index log (pure).

The log lets every process follow a history without listing its folder. Its first line names the format and
the boot of the machine it was written in; then come `+id` for a version that was stored, `-id` for one that
is being removed, and `=time sum` when the folder's modification time (nanoseconds) is known to match all
lines before, with the CRC-32 of all bytes before. A log that does not end so, or whose time is not the
folder's, is not believed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from zlib import crc32

from msgspec import Struct

__all__ = ["Entries", "Run", "adding", "header", "left_after", "parse", "removing", "settled", "whole"]

_FORMAT = b"marigraph-index 2 "
_LINE = len("+2026-11-22T12-00-00-1a2b3c4d\n")
_CHANGES = re.compile(rb"(?:[+-][0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}\n)*")
_SETTLED = re.compile(rb"=([0-9]{1,20}) ([0-9a-f]{8})\n")
_SETTLED_SIGN = b"="
_SLICE = 8192
"""Lines taken at a time: a long log is never in memory in two forms at once."""


Run = tuple[bool, list[str]]
"""(True, ids) for versions stored one after another, (False, ids) for versions being removed."""


class Entries(Struct, frozen=True):
    """What some lines of a log say: changes in their order, and the folder's time if they end with one."""

    runs: list[Run]
    settled: int | None
    sum: int
    """The CRC-32 of all bytes up to here."""


def header(boot: str) -> bytes:
    """Return a log's first line."""
    return _FORMAT + boot.encode() + b"\n"


def adding(ids: Iterable[str]) -> bytes:
    """Return the lines for versions stored."""
    return "".join(f"+{version_id}\n" for version_id in ids).encode()


def removing(ids: Iterable[str]) -> bytes:
    """Return the lines for versions about to be removed."""
    return "".join(f"-{version_id}\n" for version_id in ids).encode()


def settled(folder_time: int, before: int) -> bytes:
    """Return the line that says: up to here, where the sum is `before`, this log and the folder agree."""
    return b"=%d %08x\n" % (folder_time, before)


def whole(boot: str, ids: Sequence[str], folder_time: int) -> Iterator[bytes]:
    """Yield, part by part, a log that says just what the folder holds."""
    slices = (ids[at : at + _SLICE] for at in range(0, len(ids), _SLICE))
    total = 0
    for part in chain([header(boot)], map(adding, slices)):
        total = crc32(part, total)
        yield part
    yield settled(folder_time, total)


def parse(data: bytes, before: int = 0) -> Entries:
    """Read lines, without the first one of a log; `before` is the sum of what stands before them.

    Raises ValueError for torn, changed or foreign ones.
    """
    if data and not data.endswith(b"\n"):
        raise ValueError("the last line is torn")
    runs: list[Run] = []
    folder_time, total, place = None, before, 0
    while place < len(data):
        if data.startswith(_SETTLED_SIGN, place):
            part = data[place : data.index(b"\n", place) + 1]
            folder_time = _read_settled(part, total)
        else:
            end = data.find(b"\n=", place, place + _LINE * _SLICE) + 1
            part = data[place : end or place + _LINE * _SLICE]
            _add_changes(runs, part)
            folder_time = None
        total = crc32(part, total)
        place += len(part)
    return Entries(runs, folder_time, total)


def _read_settled(line: bytes, before: int) -> int:
    found = _SETTLED.fullmatch(line)
    if found is None:
        raise ValueError(f"not a line of an index log: {line[:40]!r}")
    if int(found[2], 16) != before:
        raise ValueError("something before this line is not as it was written")
    return int(found[1])


def _add_changes(runs: list[Run], part: bytes) -> None:
    if not _CHANGES.fullmatch(part):
        raise ValueError(f"not lines of an index log: {part[:40]!r}")
    text = part.decode("ascii")
    place = 0
    for sign, group in groupby(text[::_LINE]):
        end = place + _LINE * len(list(group))
        ids = [text[at : at + _LINE - 2] for at in range(place + 1, end, _LINE)]
        if runs and runs[-1][0] == (sign == "+"):
            runs[-1][1].extend(ids)
        else:
            runs.append((sign == "+", ids))
        place = end


def left_after(ids: Iterable[str], runs: Sequence[Run]) -> Iterable[str]:
    """Return which ids are there, each once, after what some lines say was done to `ids`."""
    left = dict.fromkeys(ids)
    for stored, changed in runs:
        if stored:
            left.update(dict.fromkeys(changed))
        else:
            for version_id in changed:
                left.pop(version_id, None)
    return left
