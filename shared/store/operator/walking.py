"""Going through an export's lines: each is checked, and the whole against its end (pure)."""

import hashlib
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from shared.store.base import Part, Version
from shared.store.believing import why_not
from shared.store.operator.exported import Counts, End, NotAnExportError, read_head, read_row
from shared.store.reports import StoredReport

__all__ = ["Brought", "Problems", "Verified", "verify", "walk"]

Brought = tuple[str, Part, Version] | StoredReport | tuple[str, Counts]
"""What a line brings."""

_MOST_TOLD = 100
"""Problems kept word by word; the rest is counted."""


class Problems(Struct, kw_only=True, rename="camel"):
    """What was not right, and how often."""

    problem_count: int = 0
    problems: list[str] = []

    def tell(self, problem: str) -> None:
        """Note a line that was not taken, or an export that is not whole."""
        self.problem_count += 1
        if len(self.problems) < _MOST_TOLD:
            self.problems.append(problem)


class Verified(Problems, kw_only=True, rename="camel"):
    """What a look through an export found."""

    versions: int = 0
    reports: int = 0


def walk(lines: Iterable[bytes], tell: Callable[[str], None]) -> Iterator[tuple[int, Brought]]:
    """Yield what the lines bring, with their numbers. Raises NotAnExportError when it is no export at all.

    A line that cannot be taken is told of and left out; so is what comes after the end, and an export that
    ends early or was changed is told.
    """
    summed, counted, ended = hashlib.sha256(), {"versions": 0, "reports": 0}, False
    numbered = enumerate(lines, 1)
    first = next(numbered, (1, b""))[1]
    read_head(first)
    summed.update(first)
    for number, line in numbered:
        if ended:
            tell(f"line {number}: from here on is no part of the export, and was left out")
            break
        try:
            row = read_row(line)
        except NotAnExportError as error:
            tell(f"line {number}: {error}")
        else:
            if isinstance(row, End):
                ended = True
                _check_end(row, counted, summed.hexdigest(), tell)
            else:
                _count(counted, row)
                yield number, row
        summed.update(line)
    if not ended:
        tell("the export ends early: it was cut off")


def verify(lines: Iterable[bytes], step: Callable[[], None]) -> Verified:
    """Look through an export without a store. Raises NotAnExportError when it is none."""
    found = Verified()
    for number, row in walk(lines, found.tell):
        step()
        match row:
            case (_, ("history" | "archive"), Version() as version):
                if reason := why_not(version.id, version.document):
                    found.tell(f"line {number}: {version.id}: {reason}")
                found.versions += 1
            case StoredReport():
                found.reports += 1
    return found


def _count(counted: dict[str, int], row: Brought) -> None:
    if isinstance(row, StoredReport):
        counted["reports"] += 1
    elif isinstance(row[-1], Version):
        counted["versions"] += 1


def _check_end(end: End, counted: dict[str, int], summed: str, tell: Callable[[str], None]) -> None:
    if {"versions": end.versions, "reports": end.reports} != counted:
        tell(
            f"the export says it has {end.versions} versions and {end.reports} reports;"
            f" {counted['versions']} and {counted['reports']} could be read"
        )
    if end.sha256 != summed:
        tell("the export was changed since it was written: its sum is not right")
