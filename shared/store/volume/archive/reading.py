"""Finding versions in one month's file: by id, by time, or all of a range in order. Blocking."""

import contextlib
import errno
import heapq
import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from shared.store.base import Version
from shared.store.keys import stamp_of
from shared.store.ranking import rank_of
from shared.store.volume.archive.figuring import Pair, figures_in
from shared.store.volume.archive.lines import DamagedLineError, believed, name_in
from shared.store.volume.archive.members import DamagedMemberError, MemberLines
from shared.store.volume.archive.months import Member, Month

__all__ = ["OpenMonth"]

_PIECE = 1024 * 1024
"""Bytes copied at a time."""

Line = tuple[str, bytes]
"""An id and the line that says it holds that version."""


class OpenMonth:
    """One month's open file and what is known of it. What is damaged is passed over."""

    def __init__(self, account: str, descriptor: int, month: Month) -> None:
        """Take an open file and the entry that was made from it as it stands."""
        self._account = account
        self._descriptor = descriptor
        self.known = month

    def is_known_to_its_end(self) -> bool:
        """Tell whether the last member still holds as many lines as are known; more damage may lie before."""
        if self.known.damage or not self.known.members:
            return True
        last = self.known.members[-1]
        return sum(1 for _ in self.lines_of(last)) == last.count

    def get(self, version_id: str) -> Version | None:
        """Return the version with an id."""
        return next(self.among([version_id]), None)

    def among(self, ids: Sequence[str]) -> Iterator[Version]:
        """Yield those of some versions that are here, each once; `ids` must be sorted.

        A member is unpacked once, however many of them it holds, and not at all if it can hold none.
        """
        left = set(ids)
        for member in self.known.members:
            place = bisect_left(ids, member.first)
            if place == len(ids) or ids[place] > member.last:
                continue
            for name, line in self.lines_of(member):
                if name in left and (found := believed(line, self._account)):
                    left.remove(name)
                    yield found

    def newest_until(self, stamp: str) -> Version | None:
        """Return the newest version whose time is not after a stamp."""
        come = (member for member in self.known.members if stamp_of(member.first) <= stamp)
        members = sorted(come, key=lambda member: member.last, reverse=True)
        best: Version | None = None
        for member in members:
            if best and stamp_of(member.last) < stamp_of(best.id):
                break
            best = self._best(member, best, lambda name: stamp_of(name) <= stamp, max)
        return best

    def oldest_after(self, stamp: str) -> Version | None:
        """Return the oldest version whose time is after a stamp."""
        ahead = (member for member in self.known.members if stamp_of(member.last) > stamp)
        members = sorted(ahead, key=lambda member: member.first)
        best: Version | None = None
        for member in members:
            if best and stamp_of(member.first) > stamp_of(best.id):
                break
            best = self._best(member, best, lambda name: stamp_of(name) > stamp, min)
        return best

    def _best(
        self,
        member: Member,
        best: Version | None,
        wanted: Callable[[str], bool],
        pick: Callable[..., Any],
    ) -> Version | None:
        """Return the newest (`pick` is max) or oldest (min) of the wanted versions of a member and `best`."""
        lines = sorted((line for line in self.lines_of(member) if wanted(line[0])), reverse=pick is max)
        for name, line in lines:
            if best and pick(stamp_of(best.id), stamp_of(name)) != stamp_of(name):
                break
            if found := believed(line, self._account):
                best = pick(best or found, found, key=_order)
        return best

    def between(self, start: str, end: str) -> Iterator[Line]:
        """Yield the lines whose ids are start <= id < end, by id; a version may come more than once.

        Members are opened when their turn comes, so little is in memory however long the month is.
        """
        waiting = sorted(
            (m for m in self.known.members if m.first < end and m.last >= start), key=lambda m: m.first
        )
        waiting.reverse()
        heap: list[tuple[str, int, bytes, Iterator[Line]]] = []
        number = count()
        while waiting or heap:
            while waiting and (not heap or waiting[-1].first <= heap[0][0]):
                lines = self._sorted_lines(waiting.pop(), start, end)
                if first := next(lines, None):
                    heapq.heappush(heap, (first[0], next(number), first[1], lines))
            if heap:
                name, _, line, lines = heap[0]
                yield name, line
                following = next(lines, None)
                if following:
                    heapq.heapreplace(heap, (following[0], next(number), following[1], lines))
                else:
                    heapq.heappop(heap)

    def figures(self, member: Member) -> Sequence[Pair] | None:
        """Return the figures of a member as `figures_in` does."""
        return figures_in(self._descriptor, member)

    def _sorted_lines(self, member: Member, start: str, end: str) -> Iterator[Line]:
        lines = (line for line in self.lines_of(member) if start <= line[0] < end)
        return lines if member.ordered else iter(sorted(lines))

    def bytes_until(self, end: int) -> Iterator[bytes]:
        """Yield the file's bytes up to an offset, piece by piece."""
        position = 0
        while position < end:
            piece = os.pread(self._descriptor, min(_PIECE, end - position), position)
            if not piece:
                raise OSError(errno.EIO, "the file became shorter while it was copied")
            position += len(piece)
            yield piece

    def lines_of(self, member: Member) -> Iterator[Line]:
        """Yield the lines of one member; of one that is not whole those that carry their own digest."""
        try:
            for line in MemberLines(self._descriptor, member.offset):
                with contextlib.suppress(DamagedLineError):
                    name = name_in(line, self.known.month)
                    if member.whole or believed(line, vouched=False):
                        yield name, line
        except DamagedMemberError:  # told of when the file was scanned
            return


def _order(version: Version) -> tuple[object, ...]:
    return rank_of(version.id, version.document)
