"""Keeps the book on the disk, whole at every moment; and one alerter at a time on its folder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from services.alerter.telling.book import Book
from shared.errors import PermanentError
from shared.files import private_folder, replace

__all__ = ["Keeper", "claimed", "look_into"]

FILE, LOCK = "alerter.json", "alerter.lock"

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Book)


class _Form(msgspec.Struct):
    """What every version of the book begins with."""

    version: int = 0


class Keeper:
    """The book's file in one folder."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read yet."""
        self._file = folder / FILE

    def load(self, now: datetime) -> Book:
        """Return the book as it was last saved, an empty one the first time. Raises OSError, PermanentError.

        A file that is damaged is set aside; one of a newer program is left alone.
        """
        try:
            data = self._file.read_bytes()
        except FileNotFoundError:
            return Book()
        try:
            found = msgspec.json.decode(data, type=_Form).version
            if found > Book().version:
                raise PermanentError(f"{self._file} was written by a newer program: start that one")
            return _decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            aside = self._file.with_name(f"{FILE}.damaged-{now:%Y%m%dT%H%M%S}")
            self._file.replace(aside)
            _log.error("the book was damaged and is begun anew", set_aside=str(aside), reason=str(error))
            return Book()

    def save(self, book: Book) -> None:
        """Replace the file, on the disk when this returns. Raises OSError."""
        replace(self._file, _encode(book))


def look_into(folder: Path) -> Book | None:
    """Return the book without touching anything, None when there is none that can be read."""
    try:
        return _decoder.decode((folder / FILE).read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Hold the folder as its only alerter while the block lasts; False when another does. Raises OSError."""
    private_folder(folder)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
