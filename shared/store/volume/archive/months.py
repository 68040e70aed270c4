"""What one month's file holds: its members and their ranges, found by reading it once. Blocking."""

import os
from collections.abc import Iterable, Sequence

from msgspec import Struct

from shared.schemas.codec import RECEIVED_AT
from shared.store.placing import is_ahead
from shared.store.volume.archive.lines import DamagedLineError, name_in, version_in
from shared.store.volume.archive.members import DamagedMemberError, MemberLines, next_member

__all__ = ["Mark", "Member", "Month", "mark_of", "month_with", "scanned"]

_MOST_AHEAD = 1024
"""Ids kept of a month's versions that came before their own time, the newest: normally there is none."""

_MOST_TOLD = 20
"""Sentences kept on one month's damage; the rest is counted."""


class Mark(Struct, frozen=True, array_like=True):
    """Which file it was, how long, and when it last changed: another content shows in one of them."""

    inode: int
    size: int
    changed: int


class Member(Struct, frozen=True, array_like=True):
    """One gzip member: where it lies, and the versions in it that can be believed.

    `first` and `last` are the least and the greatest id; `ordered` tells whether the lines are sorted.
    """

    offset: int
    end: int
    count: int
    first: str
    last: str
    ordered: bool = True
    whole: bool = True


class Month(Struct, frozen=True, kw_only=True):
    """One month's file: `count` is of different versions, `damage` says what in it cannot be believed.

    `oldest` and `newest` are the least and the greatest id that can be believed. `ahead` are those that came
    from a clock ahead: sent again they would get another id, so they are found by their content.
    """

    month: str
    mark: Mark
    members: list[Member]
    count: int
    ahead: list[str]
    damage: list[str] = []
    oldest: str | None = None
    newest: str | None = None


def month_with(
    month: str,
    mark: Mark,
    members: list[Member],
    count: int,
    *,
    ahead: Iterable[str],
    damage: Sequence[str] = (),
) -> Month:
    """Describe a month's file by its members."""
    return Month(
        month=month,
        mark=mark,
        members=members,
        count=count,
        ahead=sorted(set(ahead))[-_MOST_AHEAD:],
        damage=list(damage),
        oldest=min((member.first for member in members), default=None),
        newest=max((member.last for member in members), default=None),
    )


def mark_of(found: os.stat_result) -> Mark:
    """Return how a file stands."""
    return Mark(found.st_ino, found.st_size, found.st_mtime_ns)


class _Scan:
    """One reading of a month's file from its beginning to its end."""

    def __init__(self, descriptor: int, month: str) -> None:
        self._descriptor = descriptor
        self._month = month
        self.seen: set[str] = set()
        self.ahead: list[str] = []
        self.members: list[Member] = []
        self.damage: list[str] = []
        self._untold = 0

    def run(self, size: int) -> None:
        offset = 0
        if size == 0:
            self._tell("it is empty")
        while offset < size:
            offset = self._member(offset, size)
        if self._untold:
            self.damage.append(f"and {self._untold} more")

    def _member(self, offset: int, size: int) -> int:
        """Read the member at an offset; return where the next one begins."""
        lines = MemberLines(self._descriptor, offset)
        names: list[str] = []
        found: list[tuple[str, bool, bool]] = []
        whole = True
        try:
            for number, line in enumerate(lines, 1):
                try:
                    names.append(name_in(line, self._month))
                    version = version_in(line, "")
                    ahead = is_ahead(version.id, version.document)
                    found.append((version.id, RECEIVED_AT in version.document, ahead))
                except DamagedLineError as error:
                    self._tell(f"line {number} of the member at byte {offset}: {error}")
        except DamagedMemberError as error:
            whole = False
            self._tell(f"the member at byte {offset}: {error}")
        end = lines.end if lines.end is not None else next_member(self._descriptor, offset + 1) or size
        ids = [version_id for version_id, has_digest, _ in found if whole or has_digest]
        self.ahead += [version_id for version_id, _, ahead in found if ahead]
        if ids:
            self.seen.update(ids)
            ordered = names == sorted(names)
            self.members.append(Member(offset, end, len(ids), min(ids), max(ids), ordered, whole))
        return end

    def _tell(self, what: str) -> None:
        if len(self.damage) < _MOST_TOLD:
            self.damage.append(what)
        else:
            self._untold += 1


def scanned(descriptor: int, month: str) -> Month:
    """Read a month's open file and say what is in it; what is damaged is told, the rest counts."""
    found = os.fstat(descriptor)
    scan = _Scan(descriptor, month)
    scan.run(found.st_size)
    return month_with(
        month, mark_of(found), scan.members, len(scan.seen), ahead=scan.ahead, damage=scan.damage
    )
