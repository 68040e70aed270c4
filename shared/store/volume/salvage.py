"""Archives checked to their last byte, and what is whole in a damaged one found. Blocking."""

import gzip
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.schemas.codec import RECEIVED_AT, Document
from shared.store.believing import why_not

__all__ = ["find_in_archive", "problem_of_archive", "salvage"]

_GZIP = 31
"""zlib's word for: a gzip member with its header and check sum."""
_MEMBER = b"\x1f\x8b\x08"
"""How a gzip member begins."""
_STEP = 512
"""Bytes decompressed at once: what a step gave stays when the next one fails."""


class _Line(Struct, frozen=True):
    version: str
    snapshot: Document


_decoder = msgspec.json.Decoder(_Line)


def problem_of_archive(path: Path) -> str | None:
    """Read an archive to its end; say what is wrong with it, None when all is right. Raises OSError."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        return "not a regular file"
    if found.st_size == 0:
        return "it is empty"
    try:
        with gzip.open(path) as lines:
            for number, line in enumerate(lines, 1):
                if reason := _problem_of_line(line):
                    return f"line {number}: {reason}"
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        return f"not whole: {error}"
    return None


def _problem_of_line(line: bytes) -> str | None:
    try:
        decoded = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return f"not a version: {error}"
    reason = why_not(decoded.version, decoded.snapshot)
    return f"{decoded.version}: {reason}" if reason else None


def find_in_archive(path: Path, version_id: str) -> Document | None:
    """Return a version's document from an archive, damaged or not, if it can be believed."""
    wanted = version_id.encode()
    for line in salvage(path):
        if wanted in line and (decoded := _decoder.decode(line)).version == version_id:
            return decoded.snapshot
    return None


def salvage(path: Path) -> Iterator[bytes]:
    """Yield the lines of an archive that can be believed, whatever else is in the file. Raises OSError.

    A version that carries no digest of its own is believed only in a member whose check sum is right.
    """
    try:
        data = path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else b""
    except FileNotFoundError:
        return
    place = data.find(_MEMBER)
    while place >= 0:
        text, end = _member(data, place)
        for line in text.splitlines(keepends=True):
            if not line.endswith(b"\n") or _problem_of_line(line):
                continue
            if end is not None or RECEIVED_AT in _decoder.decode(line).snapshot:
                yield line
        place = data.find(_MEMBER, place + 1 if end is None else end)


def _member(data: bytes, start: int) -> tuple[bytes, int | None]:
    """Decompress the member that begins at `start`; return what came and its end, None if it is not whole."""
    stream = zlib.decompressobj(_GZIP)
    parts: list[bytes] = []
    for place in range(start, len(data), _STEP):
        chunk = data[place : place + _STEP]
        try:
            parts.append(stream.decompress(chunk))
        except zlib.error:
            return b"".join(parts), None
        if stream.eof:
            return b"".join(parts), place + len(chunk) - len(stream.unused_data)
    return b"".join(parts), None
