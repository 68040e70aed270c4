"""The files of exports: plain or gzipped, `-` for standard input and output; never written over."""

import contextlib
import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from shared.errors import PermanentError
from shared.files import TEMPORARY, sync_folder

__all__ = ["CannotWriteError", "FileTakenError", "reading", "writing"]

STANDARD = "-"
_MAGIC = b"\x1f\x8b"
_LONGEST_LINE = 1024 * 1024
"""Bytes; a snapshot has at most 64 KiB."""


class FileTakenError(PermanentError):
    """The file that an export should go to is there already: name another."""


class CannotWriteError(PermanentError):
    """The file that an export should go to cannot be made: no rights, a read-only disk."""


@contextlib.contextmanager
def writing(name: str) -> Iterator[Callable[[bytes], object]]:
    """Open a new file; it gets its name when it is complete. Raises OSError and the errors above."""
    if name == STANDARD:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    final = Path(name)
    if os.path.lexists(final):
        raise FileTakenError(f"{name} is there already and is not written over: name another file")
    unfinished = final.with_name(f"{TEMPORARY}{final.name}-{os.getpid()}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotWriteError(
            f"{name} cannot be written: {error.strerror}. Name a file in a folder that you may write to"
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as plain:
            if final.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=plain, mode="wb", mtime=0) as packed:
                    yield packed.write
            else:
                yield plain.write
            plain.flush()
            os.fsync(plain.fileno())
        os.link(unfinished, final)
        sync_folder(final.parent)
    except FileExistsError as error:
        raise FileTakenError(f"{name} has come meanwhile and is not written over") from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def reading(name: str) -> Iterator[Iterator[bytes]]:
    """Open an export, gzipped or not, as its lines. Raises OSError; so does going through the lines."""
    with contextlib.ExitStack() as opened:
        named = sys.stdin.buffer if name == STANDARD else opened.enter_context(Path(name).open("rb"))
        plain = cast("BufferedReader", named)
        packed = plain.peek(len(_MAGIC)).startswith(_MAGIC)
        source = cast("BinaryIO", gzip.GzipFile(fileobj=plain) if packed else plain)
        yield _lines(source)


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """Yield lines; one that is too long comes in pieces, which nobody takes for lines of an export."""
    try:
        while line := source.readline(_LONGEST_LINE):
            yield line
    except (EOFError, gzip.BadGzipFile, zlib.error):  # a gzip file that was cut off or damaged: it ends early
        return
