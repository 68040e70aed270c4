"""The archive: versions that left the history, one gzipped file of JSON lines a month that any `zcat` reads.

A month's file is replaced whole, so that it is never seen torn: the old members are copied, a new one is
added behind them. Adding a version that is there already changes nothing, so a run that was cut short can be
repeated.
"""

import gzip
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.files import private_folder, replace
from shared.schemas.codec import Document, encode
from shared.store.base import Version
from shared.store.errors import StoreDamagedError
from shared.store.keys import month_of
from shared.store.volume.layout import Layout

__all__ = ["add_to_archive", "gzipped", "read_month"]


class _Line(Struct, frozen=True):
    version: str
    snapshot: Document


_decoder = msgspec.json.Decoder(_Line)


def add_to_archive(layout: Layout, versions: Iterable[Version]) -> int:
    """Put versions into their months' files, durably; return how many were new. Under the account's lock.

    Raises OSError, and StoreDamagedError when a month's file cannot be read: it is then left as it is.
    """
    ordered = sorted(versions, key=lambda version: version.id)
    if ordered:
        private_folder(layout.archive)
    return sum(
        _add_to_month(layout.month(month), list(members))
        for month, members in groupby(ordered, key=lambda version: month_of(version.id))
    )


def _add_to_month(path: Path, versions: Sequence[Version]) -> int:
    present = path.read_bytes() if path.exists() else b""
    known = {line.version for line in _lines(path, present)}
    new = [version for version in versions if version.id not in known]
    if new:
        lines = b"".join(encode(_Line(version.id, version.document)) + b"\n" for version in new)
        replace(path, present + gzipped(lines))
    return len(new)


def gzipped(lines: bytes) -> bytes:
    """Return lines as one gzip member; the same lines give the same bytes."""
    return gzip.compress(lines, mtime=0)


def read_month(layout: Layout, account: str, month: str) -> list[Version]:
    """Return a month's archived versions, each once, oldest first. Raises OSError, StoreDamagedError."""
    path = layout.month(month)
    if not path.exists():
        return []
    found = {line.version: line.snapshot for line in _lines(path, path.read_bytes())}
    return [Version(account, version_id, found[version_id]) for version_id in sorted(found)]


def _lines(path: Path, data: bytes) -> list[_Line]:
    try:
        return [_decoder.decode(line) for line in gzip.decompress(data).splitlines()] if data else []
    except (OSError, EOFError, msgspec.DecodeError) as error:
        raise StoreDamagedError(f"the archive {path.name} cannot be read: {error}") from error
