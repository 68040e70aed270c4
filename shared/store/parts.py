"""Which digests the ids of a history can have been made from (pure): a quick look that never misses one.

Four bytes a version: at a million versions the question "was this snapshot stored before, at another time?"
costs a search in a sorted table instead of a look at each id.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from shared.store.keys import digest_part, digest_parts

__all__ = ["Parts"]

_LATE = 4096
"""Parts kept beside the table until it is sorted anew."""


class Parts:
    """The 8 hex digits that ids took from digests; one that was taken out may still be found, at no harm."""

    def __init__(self, ids: Iterable[str]) -> None:
        """Take the ids that are there."""
        self._table = array("I", sorted(_number(version_id) for version_id in ids))
        self._late: set[int] = set()

    def add(self, version_id: str) -> None:
        """Take one more id."""
        self._late.add(_number(version_id))
        if len(self._late) > _LATE:
            self._table = array("I", sorted([*self._table, *self._late]))
            self._late = set()

    def among(self, ids: Sequence[str], fingerprint: str) -> list[str]:
        """Return those of `ids` that can have been made from a digest; each was in `Parts` or added."""
        known = {part for part in digest_parts(fingerprint) if self._has(int(part, 16))}
        return [version_id for version_id in ids if digest_part(version_id) in known] if known else []

    def _has(self, number: int) -> bool:
        place = bisect_left(self._table, number)
        return number in self._late or (place < len(self._table) and self._table[place] == number)


def _number(version_id: str) -> int:
    return int(digest_part(version_id), 16)
