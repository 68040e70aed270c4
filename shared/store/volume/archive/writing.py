"""Adding versions to a month's file. Blocking, under the archive's lock.

The file is replaced whole, so that it is never seen torn: old members are copied as they are, new ones are
added behind. A last member that is not full is made anew with what comes, so that members stay few.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from shared.files import sync_folder, write_temporary
from shared.store.base import Version
from shared.store.placing import is_ahead
from shared.store.volume.archive.lines import believed, line_of
from shared.store.volume.archive.members import packed
from shared.store.volume.archive.months import Mark, Member, Month, mark_of, month_with
from shared.store.volume.archive.reading import Line, OpenMonth

__all__ = ["added", "rewritten"]

_FULL = 64
"""Versions in one member: what is unpacked to find one of them, and what damage to one can cost."""


class _Writer:
    """Makes members of lines and notes where they lie; `members` are those of the whole new file."""

    def __init__(self, copied: list[Member]) -> None:
        self.members = copied
        self.offset = copied[-1].end if copied else 0

    def parts(self, lines: Iterator[Line]) -> Iterator[bytes]:
        """Yield the bytes of members for lines sorted by id."""
        while some := list(islice(lines, _FULL)):
            data = packed(b"".join(text + b"\n" for _, text in some))
            end = self.offset + len(data)
            self.members.append(Member(self.offset, end, len(some), some[0][0], some[-1][0]))
            self.offset = end
            yield data


Announce = Callable[[Month], None]
"""Told what the new file holds just before it takes its name, so that nobody has to read it through."""


def added(
    path: Path, month: str, known: OpenMonth | None, versions: Sequence[Version], announce: Announce
) -> Month:
    """Add versions that are not there yet, durably; return what the file holds now. Raises OSError.

    What is there (`known`) must be undamaged.
    """
    new = [(version.id, line_of(version)) for version in versions]
    members = list(known.known.members) if known else []
    if known and members and members[-1].count < _FULL:
        new += known.lines_of(members.pop())
    writer = _Writer(members)

    def parts() -> Iterator[bytes]:
        if known:
            yield from known.bytes_until(writer.offset)
        yield from writer.parts(iter(sorted(new)))

    count = (known.known.count if known else 0) + len(versions)
    ahead = [*(known.known.ahead if known else ()), *_ahead(versions)]
    return _replaced(
        path, parts(), lambda mark: month_with(month, mark, writer.members, count, ahead=ahead), announce
    )


def rewritten(
    path: Path, month: str, known: OpenMonth, versions: Sequence[Version], announce: Announce
) -> Month:
    """Write a month anew from what can be believed in it, and versions that are added. Raises OSError."""
    new = sorted((version.id, line_of(version)) for version in versions)
    written = 0
    ahead: list[str] = []

    def lines() -> Iterator[Line]:
        nonlocal written
        last = ""
        for name, line in heapq.merge(known.between(month, month + "~"), new):
            if name != last and (version := believed(line)):
                last, written = name, written + 1
                ahead.extend(_ahead([version]))
                yield name, line

    writer = _Writer([])
    return _replaced(
        path,
        writer.parts(lines()),
        lambda mark: month_with(month, mark, writer.members, written, ahead=ahead),
        announce,
    )


def _ahead(versions: Iterable[Version]) -> list[str]:
    return [version.id for version in versions if is_ahead(version.id, version.document)]


def _replaced(
    path: Path, parts: Iterator[bytes], describe: Callable[[Mark], Month], announce: Announce
) -> Month:
    """Put a new file in the place of a month's, durably; its mark is the same before and after."""
    temporary = write_temporary(path.parent, parts)
    try:
        month = describe(mark_of(temporary.stat()))
        announce(month)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return month
