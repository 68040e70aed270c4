"""The gzip members that a month's file is made of, read one by one in little memory. Blocking."""

import gzip
import os
import zlib
from collections.abc import Iterator

__all__ = ["GZIP", "DamagedMemberError", "MemberLines", "next_member", "packed"]

_CHUNK = 64 * 1024
_LONGEST_LINE = 1024 * 1024
"""Bytes; a version has about 1,000, and a body of 64 KiB is the most that is taken in."""

_MAGIC = b"\x1f\x8b\x08"
GZIP = 31
"""zlib's number for: a gzip header, a trailer that is checked, and the largest window."""


class DamagedMemberError(ValueError):
    """A member of an archive that cannot be read on from here; the lines before were whole."""


class MemberLines:
    """The lines of the member at an offset, without their ends; to be gone through once.

    `end` is the offset behind the member, known when all lines have been read. Raises DamagedMemberError
    where it cannot be read on, OSError.
    """

    def __init__(self, descriptor: int, offset: int) -> None:
        """Take an open file; it is read by position, so several may read it side by side."""
        self._descriptor = descriptor
        self._offset = offset
        self.end: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        for text in self._texts():
            *lines, rest = (rest + text).split(b"\n")
            yield from lines
            if len(rest) > _LONGEST_LINE:
                raise DamagedMemberError(f"a line is longer than {_LONGEST_LINE} bytes")
        if rest:
            raise DamagedMemberError("its last line is torn")

    def _texts(self) -> Iterator[bytes]:
        unpacking = zlib.decompressobj(GZIP)
        position = self._offset
        while not unpacking.eof:
            packed = unpacking.unconsumed_tail
            if not packed:
                packed = os.pread(self._descriptor, _CHUNK, position)
                position += len(packed)
            if not packed:
                raise DamagedMemberError("it ends in the middle")
            try:
                yield unpacking.decompress(packed, _LONGEST_LINE)
            except zlib.error as error:
                raise DamagedMemberError(f"it cannot be unpacked: {error}") from error
        self.end = position - len(unpacking.unused_data)


def next_member(descriptor: int, start: int) -> int | None:
    """Return the offset from `start` on at which a member may begin, None when there is none."""
    position = start
    while data := os.pread(descriptor, _CHUNK, position):
        if (found := data.find(_MAGIC)) >= 0:
            return position + found
        if len(data) < len(_MAGIC):
            return None
        position += len(data) - len(_MAGIC) + 1
    return None


def packed(lines: bytes) -> bytes:
    """Make a member."""
    return gzip.compress(lines, mtime=0)
