"""Writing a series (pure): as JSON, as CSV, or as one JSON object a line, piece by piece."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import structs

from services.receiver.series.series_question import Asked
from shared.insight.series import Bucket, Point
from shared.schemas.codec import encode

__all__ = ["CONTENT_TYPES", "LimitSeries", "Series", "csv_lines", "piece", "plain", "written"]

Rows = Sequence[Bucket] | Sequence[Point]

CONTENT_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
}

_SPREADSHEET_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What begins with one of these is taken for a formula by spreadsheets."""


class LimitSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The series of one limit: `buckets` when a step was asked for, else `readings`."""

    limit: str
    buckets: list[Bucket] | msgspec.UnsetType = msgspec.UNSET
    readings: list[Point] | msgspec.UnsetType = msgspec.UNSET


class Series(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from"}):
    """The answer in JSON: `from` belongs to the range, `to` does not; `step` is in seconds."""

    account: str
    start: str
    to: str
    step: int | None
    series: list[LimitSeries]


def piece(form: str, limit: str, rows: Rows) -> bytes:
    """Write some rows of one limit; pieces are put together by `written`."""
    if form == "json":
        return encode(rows)[1:-1]
    if form == "csv":
        return csv_lines([limit, *map(plain, structs.astuple(row))] for row in rows)
    begin = b'{"limit":' + encode(limit) + b","
    return b"".join(begin + encode(row)[1:] + b"\n" for row in rows)


def written(
    account: str, asked: Asked, shown: tuple[str, str], pieces: Iterable[tuple[str, Iterator[bytes]]]
) -> Iterator[bytes]:
    """Yield a whole answer from the pieces of each limit; `shown` is the range as it is told."""
    if asked.form == "json":
        return _json(account, asked, shown, pieces)
    return _lines(_heading(asked) if asked.form == "csv" else b"", pieces)


def _lines(heading: bytes, pieces: Iterable[tuple[str, Iterator[bytes]]]) -> Iterator[bytes]:
    yield heading
    for _, parts in pieces:
        yield from parts


def _json(
    account: str, asked: Asked, shown: tuple[str, str], pieces: Iterable[tuple[str, Iterator[bytes]]]
) -> Iterator[bytes]:
    start, to = shown
    empty = encode(Series(account=account, start=start, to=to, step=asked.step, series=[]))
    yield empty.removesuffix(b"]}")
    name = b"readings" if asked.step is None else b"buckets"
    between = b""
    for limit, parts in pieces:
        yield between + b'{"limit":' + encode(limit) + b',"' + name + b'":['
        comma = b""
        for part in filter(None, parts):
            yield comma + part
            comma = b","
        yield b"]}"
        between = b","
    yield b"]}"


def _heading(asked: Asked) -> bytes:
    fields = structs.fields(Point if asked.step is None else Bucket)
    return csv_lines([["limit", *(field.encode_name for field in fields)]])


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Write rows as CSV (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def plain(value: object) -> object:
    """Keep a text that others sent from being run by a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_SPREADSHEET_SIGNS) else value
