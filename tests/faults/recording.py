"""The log of a disk that records what is written to it, in the order of its coming."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HEADER = struct.Struct("<cQI")


class Event(NamedTuple):
    """What happened to the disk: `w` a write, `f` a flush, `m` a remark."""

    kind: str
    offset: int
    data: bytes


def record(kind: bytes, offset: int, data: bytes) -> bytes:
    """Return the bytes that tell of an event."""
    return HEADER.pack(kind, offset, len(data)) + data


def read_log(path: Path) -> Iterator[Event]:
    with path.open("rb") as file:
        while head := file.read(HEADER.size):
            kind, offset, length = HEADER.unpack(head)
            yield Event(kind.decode(), offset, file.read(length))
