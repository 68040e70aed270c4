"""`marigraph export`: readings or findings as CSV, NDJSON or a spreadsheet, to a file or the output."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from services.cli.arguments import CALLS, FORMATS
from services.cli.commands.asking_rows import parameters
from services.cli.commands.known import answer
from services.cli.exits import FAILED, OK, USAGE, CommandError
from services.cli.session import Session
from services.cli.shown.lines import harmless
from shared.saying import hush

__all__ = ["run"]

_DAYS = 30


def run(session: Session) -> int:
    """Export a range: 30 days, where none is asked for."""
    asked = session.arguments
    form = _form(asked.format, asked.output)
    if form == "xlsx" and (asked.output is None or asked.output == "-"):
        raise CommandError(USAGE, "a spreadsheet is written to a file only", "Name one: --output FILE.xlsx.")
    answer(session)  # nothing recorded is told as such, not as an empty file
    pieces = _pieces(session, "ndjson" if form == "xlsx" else form)
    if asked.output is None or asked.output == "-":
        _print(session, pieces)
        return OK
    _write(Path(asked.output), pieces, form)
    sys.stderr.write(f"marigraph: {asked.output} is written\n")
    return OK


def _form(asked: str | None, output: str | None) -> str:
    """Return the format that is asked for, or that the file is called by; raises CommandError in doubt."""
    if output == "":
        raise CommandError(USAGE, "--output is empty", "Name a file, or leave it out.")
    ending = Path(output or "").suffix.removeprefix(".").lower()
    if asked and ending in FORMATS and ending != asked:
        words = f"{output!r} is called {ending}, and the format asked for is {asked}"
        raise CommandError(USAGE, words, "Change one of them.")
    if not asked and ending and ending not in FORMATS:
        words = f"{output!r}: .{ending} is no format there is; an ending is one of {', '.join(FORMATS)}"
        raise CommandError(USAGE, words, "Call it so, or say what to write into it: --format csv.")
    return asked or ending or FORMATS[0]


def _pieces(session: Session, form: str) -> Iterator[bytes]:
    asked, receiver = session.arguments, session.receiver
    call = CALLS[asked.what]
    step = {"step": asked.step} if asked.step and call == "series" else {}
    return receiver.pieces(receiver.of_account(call), {**parameters(session, _DAYS), **step, "format": form})


def _print(session: Session, pieces: Iterator[bytes]) -> None:
    """Print as it comes: bytes as they are into a pipe, harmless text onto a terminal."""
    if session.live:
        text = b"".join(pieces).decode("utf-8", "replace")
        session.say("\n".join(harmless(line) for line in text.splitlines()))
        return
    raw = sys.stdout.buffer
    try:
        for piece in pieces:
            raw.write(piece)
        raw.flush()
    except BrokenPipeError:
        hush(sys.stdout)
    except CommandError:
        raise
    except OSError as error:
        raise CommandError(FAILED, f"the output cannot be written: {error.strerror}") from error


def _write(path: Path, pieces: Iterator[bytes], form: str) -> None:
    """Write a file: it appears whole or not at all, and replaces one that was there.

    What is there and is no file (`/dev/stdout`, a pipe) is written to, never replaced.
    """
    temporary: str | None = None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as file:
                _fill(file, pieces, form)
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            _fill(file, pieces, form)
        Path(temporary).replace(path)
        temporary = None
    except CommandError:
        raise
    except OSError as error:
        raise CommandError(FAILED, f"{path} cannot be written: {error.strerror}") from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()


def _fill(file: IO[bytes], pieces: Iterator[bytes], form: str) -> None:
    if form == "xlsx":
        from services.cli.spreadsheet import write_xlsx  # noqa: PLC0415 - an extra, loaded when asked for

        write_xlsx(file, pieces)
    else:
        file.writelines(pieces)
