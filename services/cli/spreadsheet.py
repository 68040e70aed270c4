"""A spreadsheet of rows that came as NDJSON; needs the extra `xlsx`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

import msgspec

from services.cli.exits import FAILED, USAGE, CommandError

__all__ = ["write_xlsx"]

_MOST_ROWS = 1_048_575
"""A sheet holds one more, which is the heading."""


def write_xlsx(file: IO[bytes], pieces: Iterable[bytes]) -> None:
    """Write a sheet; raises CommandError without the extra, and for more rows than a sheet holds."""
    try:
        import xlsxwriter  # type: ignore[import-untyped,import-not-found,unused-ignore] # noqa: PLC0415 - the extra
    except ImportError as error:
        raise CommandError(
            USAGE,
            "spreadsheets need the package xlsxwriter, which is not installed",
            "Install Marigraph with its extra xlsx (pip install '.[xlsx]'), or export csv.",
        ) from error
    rows = [_flat(msgspec.json.decode(line)) for line in _lines(pieces)]
    if len(rows) > _MOST_ROWS:
        raise CommandError(
            FAILED, f"{len(rows)} rows are more than a sheet holds", "Ask for a shorter range."
        )
    heads = list(dict.fromkeys(name for row in rows for name in row))
    # Texts stay texts: what begins with = is no formula, what looks like an address no link.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, bold = book.add_worksheet("marigraph"), book.add_format({"bold": True})
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, heads, bold)
        for place, row in enumerate(rows, 1):
            for column, name in enumerate(heads):
                _write(sheet, place, column, row.get(name), moments)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _flat(row: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Lay what is nested side by side: `at.earliest`; lists stay as they are, as JSON."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[before + name] = msgspec.json.encode(value).decode() if isinstance(value, list) else value
    return flat


def _write(sheet: Any, row: int, column: int, value: Any, moments: Any) -> None:  # noqa: ANN401 - an untyped library
    """Write a cell: an unknown one stays empty, a moment in UTC is one."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, str):
        moment = _moment(value)
        if moment is None:
            sheet.write_string(row, column, value)
        else:
            sheet.write_datetime(row, column, moment, moments)


def _moment(text: str) -> datetime | None:
    if not text.endswith("Z") or text[10:11] != "T":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
