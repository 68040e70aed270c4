"""Of which blocks a report is made (pure): the same ones are written as text and as a page."""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

__all__ = ["Block", "Document", "Facts", "Heading", "Points", "Prose", "Record", "Table"]


class Heading(Struct, frozen=True):
    """The title of a part."""

    text: str


class Prose(Struct, frozen=True):
    """A paragraph."""

    text: str


class Points(Struct, frozen=True):
    """Sentences one below the other."""

    lines: Sequence[str]


class Facts(Struct, frozen=True):
    """What is what: a label, and the lines behind it."""

    rows: Sequence[tuple[str, Sequence[str]]]


class Record(Struct, frozen=True):
    """One case in full: its title and its facts; never torn apart by the end of a page of paper."""

    title: str
    facts: Facts


class Table(Struct, frozen=True):
    """Short cells under their heads; the first column names the row, numbers stand to the right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


Block: TypeAlias = Heading | Prose | Points | Facts | Record | Table


class Document(Struct, frozen=True):
    """A report: its title, and its blocks."""

    title: str
    blocks: Sequence[Block]
