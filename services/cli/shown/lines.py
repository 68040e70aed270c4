"""Lines of a terminal (pure): spans of words with a style, written so that no word can act as an instruction.

What a page, a key's owner or another machine wrote is shown, never obeyed: characters that do not print are
replaced here, at the one place where text becomes output, and styles are added after.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Line", "Span", "Style", "cut", "fitted", "harmless", "padded", "table", "width_of", "written"]

Style: TypeAlias = Literal["", "bold", "dim", "good", "warn", "bad"]

_INDENT = 4
_WRAPPED = 24
"""Columns in which the last cell of a row may be wrapped beside the others."""

_SHORTEST = 8

_CODES = {"bold": "1", "dim": "2", "good": "32", "warn": "33", "bad": "31"}


class Span(NamedTuple):
    """Words of one style."""

    text: str
    style: Style = ""


Line: TypeAlias = Sequence[Span]


def harmless(text: str) -> str:
    """Replace what does not print: control characters, escapes, turns of the direction of writing."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "�" for one in text)


def width_of(text: str) -> int:
    """Return how many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def cut(text: str, width: int) -> str:
    """Cut a text to a width, with a mark where something is missing."""
    text = harmless(text)
    if width_of(text) <= width:
        return text
    kept = ""
    for one in text:
        if width_of(kept + one) > width - 1:
            break
        kept += one
    return kept + "…" if width > 0 else ""


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text up with blanks to a width, before it or behind it."""
    blanks = " " * max(0, width - width_of(text))
    return blanks + text if right else text + blanks


def table(rows: Sequence[Sequence[Span]], *, right: Iterable[int] = (), width: int) -> list[Line]:
    """Set cells under each other, two blanks apart; what does not fit beside goes below, nothing is cut off.

    Which columns go below is the same in every row; the last one is wrapped.
    """
    clean = [[Span(harmless(cell.text), cell.style) for cell in row] for row in rows]
    columns = max((len(row) for row in clean), default=0)
    clean = [row + [Span("")] * (columns - len(row)) for row in clean]
    widths = [max(width_of(cell.text) for cell in column) for column in zip(*clean, strict=True)]
    groups = _grouped(widths, width)
    numbers = set(right)
    return [line for row in clean for line in _row(row, widths, groups, numbers, width)]


def _grouped(widths: Sequence[int], width: int) -> list[list[int]]:
    """Say which columns stand beside each other: all of them, or some on lines below."""
    groups: list[list[int]] = [[]]
    used = 0
    for column, wanted in enumerate(widths):
        needed = min(wanted, _WRAPPED) if column == len(widths) - 1 else wanted
        if groups[-1] and used + needed > width:
            groups.append([])
            used = _INDENT
        groups[-1].append(column)
        used += wanted + 2
    return groups


def _row(
    row: Sequence[Span], widths: Sequence[int], groups: Sequence[list[int]], numbers: set[int], width: int
) -> Iterator[Line]:
    for number, group in enumerate(groups):
        line = [Span(" " * _INDENT)] if number else []
        used = _INDENT if number else 0
        rest: list[str] = []
        for column in group:
            cell = row[column]
            if column == len(row) - 1 and column not in numbers:
                first, *rest = _wrapped(cell.text, max(_SHORTEST, width - used))
                line.append(Span(first, cell.style))
                break
            text = padded(cell.text, widths[column], right=column in numbers)
            last = column == group[-1]
            line += [Span(text.rstrip() if last else text, cell.style), *([] if last else [Span("  ")])]
            used += widths[column] + 2
        if any(span.text.strip() for span in line):
            yield line
        yield from ([Span(" " * used), Span(more, row[-1].style)] for more in rest)


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text at its blanks, and where a word is too long."""
    lines, line = [], ""
    for word in text.split(" "):
        while width_of(word) > width:
            lines += [line] if line else []
            line, head = "", cut(word, width)[:-1] or word[0]
            lines.append(head)
            word = word[len(head) :]  # noqa: PLW2901 - what is left of it
        if line and width_of(line) + 1 + width_of(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def fitted(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """Break lines that are too long for a terminal, between words or spans."""
    for line in lines:
        if sum(width_of(harmless(span.text)) for span in line) <= width:
            yield line
            continue
        made: list[Span] = []
        used = 0
        for span in line:
            text = harmless(span.text)
            if made and used + width_of(text) > width:
                yield made
                made, used, text = [Span("  ")], 2, text.strip()
            first, *rest = _wrapped(text, max(_SHORTEST, width - used))
            made.append(Span(first, span.style))
            for more in rest:
                yield made
                made, used, first = [Span("  "), Span(more, span.style)], 2, more
            used += width_of(first)
        yield made


def written(lines: Iterable[Line], *, colour: bool, ascii_only: bool = False) -> str:
    """Write lines, with colours or without; `ascii_only` for a terminal that knows no other characters."""
    text = "\n".join("".join(_painted(span, colour=colour) for span in line).rstrip(" ") for line in lines)
    return text.translate(_PLAIN).encode("ascii", "replace").decode() if ascii_only else text


def _painted(span: Span, *, colour: bool) -> str:
    text = harmless(span.text)
    if not colour or not span.style or not text.strip():
        return text
    return f"\x1b[{_CODES[span.style]}m{text}\x1b[0m"


_PLAIN = str.maketrans(
    {
        **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*%#", strict=True)),
        "░": ".",
        "·": " ",
        "…": "~",
        "→": ">",
    }
)
