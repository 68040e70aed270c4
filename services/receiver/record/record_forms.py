"""Writing answers about the record (pure), piece by piece: JSON, CSV, or one JSON object a line.

In CSV and in lines each row says for which moment it holds and how old the newest reading was then.
"""

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from services.receiver.series.series_forms import csv_lines, plain
from shared.insight.told.answers import About
from shared.schemas.codec import encode

__all__ = ["written"]

_AT_A_TIME = 200
"""Rows of a piece."""

_AGE = ("asOf", "ageMinutes", "isStale")


def written(answer: About, rows: Sequence[Struct], form: str, kind: type[Struct]) -> Iterator[bytes]:
    """Yield an answer whose rows, of a kind, are its last field, and still empty there."""
    if form == "json":
        return _json(answer, rows)
    return _csv(answer, rows, kind) if form == "csv" else _lines(answer, rows)


def _json(answer: About, rows: Sequence[Struct]) -> Iterator[bytes]:
    yield encode(answer)[: -len("]}")]
    between = b""
    for some in _pieces(rows):
        yield between + encode(some)[1:-1]
        between = b","
    yield b"]}"


def _lines(answer: About, rows: Sequence[Struct]) -> Iterator[bytes]:
    age = b"," + encode(dict(zip(_AGE, _age_of(answer), strict=True)))[1:] + b"\n"
    for some in _pieces(rows):
        yield b"".join([encode(row)[:-1] + age for row in some])


def _csv(answer: About, rows: Sequence[Struct], kind: type[Struct]) -> Iterator[bytes]:
    yield csv_lines([[*_heading(kind), *_AGE]])
    age = msgspec.to_builtins(_age_of(answer))
    for some in _pieces(rows):
        yield csv_lines([[*map(plain, _cells(kind, row)), *age] for row in msgspec.to_builtins(some)])


def _pieces(rows: Sequence[Struct]) -> Iterator[Sequence[Struct]]:
    return (rows[place : place + _AT_A_TIME] for place in range(0, len(rows), _AT_A_TIME))


def _age_of(answer: About) -> list[Any]:
    newest = answer.newest
    return [answer.as_of, newest and newest.age_minutes, newest and newest.is_stale]


def _heading(kind: type[Struct], before: str = "") -> list[str]:
    """Name the columns of a kind of row; those of what is within are named after it, too."""
    names = []
    for field in structs.fields(kind):
        name = _joined(before, field.encode_name)
        inner = _struct_in(field.type)
        names += _heading(inner, name) if inner else [name]
    return names


def _cells(kind: type[Struct], row: Mapping[str, Any] | None) -> list[Any]:
    """Return the columns of a row; lists are written as JSON."""
    cells: list[Any] = []
    for field in structs.fields(kind):
        value = row[field.encode_name] if row is not None else None
        inner = _struct_in(field.type)
        if inner:
            cells += _cells(inner, value)
        else:
            cells.append(encode(value).decode() if isinstance(value, (list, dict)) else value)
    return cells


def _joined(before: str, name: str) -> str:
    return before + name[0].upper() + name[1:] if before else name


def _struct_in(kind: object) -> type[Struct] | None:
    """Return the struct that a field holds, if it does, even when it may be null."""
    among = typing.get_args(kind) if typing.get_origin(kind) in {typing.Union, types.UnionType} else (kind,)
    return next((one for one in among if isinstance(one, type) and issubclass(one, Struct)), None)
