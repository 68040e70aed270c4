"""A report as plain text (pure): at most 80 characters a line, fit for a mail or an issue."""

import textwrap
from collections.abc import Iterator, Sequence

from shared.insight.report.blocks import Block, Document, Facts, Heading, Points, Prose, Record, Table

__all__ = ["plain", "text"]

WIDTH = 80
_LABEL = 12


def text(document: Document) -> str:
    """Write a document; ends with a line end."""
    lines = [plain(document.title), "=" * min(WIDTH, len(plain(document.title))), ""]
    for block in document.blocks:
        lines += [*_written(block), ""]
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def plain(words: str) -> str:
    """Make a text harmless where it is shown: no control character, which a terminal would obey, stays."""
    return words if words.isprintable() else "".join(char if char.isprintable() else "?" for char in words)


def _written(block: Block) -> Iterator[str]:
    match block:
        case Heading(words):
            yield plain(words)
            yield "-" * len(plain(words))
        case Prose(words):
            yield from _wrapped(words, "")
        case Points(lines):
            for line in lines:
                yield from _wrapped(line, "- ", "  ")
        case Facts(rows):
            yield from _facts(rows, "")
        case Record(title, facts):
            yield from _wrapped(title, "", "   ")
            yield from _facts(facts.rows, "   ")
        case Table(head, rows):
            yield from _table([head, *rows])


def _facts(rows: Sequence[tuple[str, Sequence[str]]], indent: str) -> Iterator[str]:
    for label, lines in rows:
        for place, line in enumerate(lines):
            name = f"{plain(label) if place == 0 else '':<{_LABEL}}"
            yield from _wrapped(line, indent + name, indent + " " * _LABEL)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write rows under each other where they fit, else each number behind its own head."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    if sum(widths) + 2 * (len(widths) - 1) <= WIDTH:
        for row in cells:
            numbers = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
            yield "  ".join([f"{row[0]:<{widths[0]}}", *numbers])
        return
    for row in cells[1:]:
        counted = [f"{head} {cell}" for head, cell in zip(cells[0][1:], row[1:], strict=True) if cell != "0"]
        yield from _wrapped(f"{row[0]}: {', '.join(counted)}", "", "  ")


def _wrapped(words: str, first: str, later: str = "") -> list[str]:
    """Wrap to the width; a line that fits stays as it is, with the blanks that align it."""
    line = first + plain(words)
    if len(line) <= WIDTH:
        return [line]
    return textwrap.wrap(
        plain(words), WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
    )
