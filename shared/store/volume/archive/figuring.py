"""The figures of a whole member, at once: for folding a year. Blocking.

Each line of a member was believed when its month was read through or written, and the catalogue holds for
the file only as long as that stands as it did. The check sum says that these are the same bytes, so content
and name are not held against each other again. Whatever is not just so is left to the careful way.
"""

import os
import zlib
from collections.abc import Sequence
from itertools import pairwise

import msgspec
from msgspec import Struct

from shared.schemas.figures import Figures
from shared.store.keys import stamp_of
from shared.store.volume.archive.members import GZIP
from shared.store.volume.archive.months import Member

__all__ = ["Pair", "figures_in"]

_LONGEST = 8 * 1024 * 1024
"""Bytes of a member, packed or not; one of 64 usual versions has 60,000."""

Pair = tuple[str, Figures]
"""A version's id and its figures."""


class _Line(Struct, frozen=True):
    version: str
    snapshot: Figures


_decoder = msgspec.json.Decoder(_Line)


def figures_in(descriptor: int, member: Member) -> Sequence[Pair] | None:
    """Return all versions of a member, oldest first; None when that needs a closer look. Raises OSError.

    The member must be whole, sorted, have the right check sum, as many lines as were believed in it, the same
    first and last one, and no two of one second.
    """
    size = member.end - member.offset
    if not (member.whole and member.ordered) or size > _LONGEST:
        return None
    text = _unpacked(os.pread(descriptor, size, member.offset))
    if not text.endswith(b"\n"):
        return None
    try:
        lines = _decoder.decode_lines(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    pairs = [(line.version, line.snapshot) for line in lines]
    return pairs if _is_as_known(pairs, member) else None


def _unpacked(packed: bytes) -> bytes:
    """Return what a member holds, nothing when it is not just that and right by its check sum."""
    unpacking = zlib.decompressobj(GZIP)
    try:
        text = unpacking.decompress(packed, _LONGEST)
    except zlib.error:
        return b""
    return text if unpacking.eof and not unpacking.unused_data else b""


def _is_as_known(pairs: Sequence[Pair], member: Member) -> bool:
    if len(pairs) != member.count or pairs[0][0] != member.first or pairs[-1][0] != member.last:
        return False
    seconds = [stamp_of(version_id) for version_id, _ in pairs]
    return all(one < other for one, other in pairwise(seconds))
