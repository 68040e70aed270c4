"""What is kept in a bucket, and how it is written (pure)."""

import contextlib
import gzip
import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeVar

import msgspec
from msgspec import Raw, Struct

from shared.schemas.codec import Document
from shared.store.errors import StoreDamagedError
from shared.store.metadata import Lifetime

__all__ = [
    "Added",
    "Change",
    "Counted",
    "Entry",
    "Item",
    "Litter",
    "Name",
    "Pack",
    "Record",
    "Removed",
    "State",
    "Swapped",
    "encode_record",
    "read",
    "read_lines",
    "salvaged",
    "sum_of",
    "write",
    "write_lines",
]

Name = Literal["history", "archive", "reports"]
"""The shelves of an account."""

_UNREADABLE = (zlib.error, EOFError, OSError)
"""What unpacking raises."""


class Item(Struct, frozen=True, gc=False):
    """A version or a report: when the store took it in (microseconds since 1970), and its document."""

    id: str
    at: int
    document: Raw

    def read(self) -> Document:
        """Return the document."""
        return msgspec.json.decode(self.document, type=Document)


class Pack(Struct, frozen=True, kw_only=True):
    """An object of up to some hundred items that follow each other in time, and what it holds."""

    key: str
    first: str
    last: str
    count: int
    size: int
    """Bytes of all documents."""
    newest_at: int
    days: Mapping[str, int]
    """How many there are of each UTC day."""


class Added(Struct, frozen=True, kw_only=True, tag="added"):
    """Items that came, versions or reports; of `created` of them nobody had known before."""

    shelf: Name
    items: Sequence[Item]
    created: int = 0


class Removed(Struct, frozen=True, kw_only=True, tag="removed"):
    """Items that left; each was there."""

    shelf: Name
    ids: Sequence[str]
    cleaned_at: str | None = None


class Swapped(Struct, frozen=True, kw_only=True, tag="swapped"):
    """Packs of a shelf that took the place of others.

    What is dropped may also be any object on which no entry was built; no pack comes then.
    """

    shelf: Name
    dropped: Sequence[str]
    packs: Sequence[Pack]
    ahead: Sequence[str] = ()
    """Which of the new versions came before their own time."""


class Counted(Struct, frozen=True, kw_only=True, tag="counted"):
    """Counts of the account's whole life that are at least these."""

    lifetime: Lifetime


Change = Added | Removed | Swapped | Counted


class Record(Struct, frozen=True):
    """What one commit changed; `token` is of the commit alone."""

    number: int
    token: str
    changes: Sequence[Change]


class Entry(Struct, frozen=True):
    """An object of the chain: its own record, and before it all others since the state it builds on."""

    base: int
    records: Sequence[Raw]


class Litter(Struct, frozen=True):
    """What nobody needs any more since the state `number` was made."""

    number: int
    keys: Sequence[str]
    first_entry: int
    last_entry: int


class State(Struct, frozen=True, kw_only=True):
    """What an account came to with its first `number` entries."""

    number: int = 0
    token: str = ""
    newest_at: int = 0
    history: Sequence[Pack] = ()
    archive: Sequence[Pack] = ()
    reports: Sequence[Pack] = ()
    ahead: Sequence[str] = ()
    reports_ahead: Sequence[str] = ()
    lifetime: Lifetime = Lifetime()
    litter: Sequence[Litter] = ()


Form = TypeVar("Form", bound=Struct)

_encoder = msgspec.json.Encoder()
_line_decoder = msgspec.json.Decoder(Item)


def encode_record(record: Record) -> Raw:
    """Encode a record as entries hold it."""
    return Raw(_encoder.encode(record))


def write(what: Struct, *, quickly: bool = False) -> bytes:
    """Encode an entry or a state; `quickly` for what is soon gone again."""
    return gzip.compress(_encoder.encode(what), 1 if quickly else 6, mtime=0)


def read(data: bytes, form: type[Form], key: str) -> Form:
    """Decode what was written. Raises StoreDamagedError."""
    try:
        return msgspec.json.decode(gzip.decompress(data), type=form)
    except (*_UNREADABLE, msgspec.MsgspecError) as error:
        raise StoreDamagedError(f"{key} is damaged: {error}") from error


def write_lines(items: Iterable[Item]) -> bytes:
    """Encode a pack: one JSON object a line, gzipped."""
    return gzip.compress(b"".join(_encoder.encode(item) + b"\n" for item in items), 6, mtime=0)


def read_lines(data: bytes, key: str) -> list[Item]:
    """Decode a pack that is as it was written: its sum is in its name. Raises StoreDamagedError."""
    if sum_of(data)[:16] not in key:
        raise StoreDamagedError(f"{key} is damaged: its content does not match its name")
    return [_line_decoder.decode(line) for line in gzip.decompress(data).splitlines()]


def salvaged(data: bytes) -> list[Item]:
    """Decode what can be decoded of a damaged pack."""
    unpacker, whole = zlib.decompressobj(wbits=31), b""
    with contextlib.suppress(*_UNREADABLE):
        for start in range(0, len(data), 512):  # what comes before the damage is whole
            whole += unpacker.decompress(data[start : start + 512])
    found = []
    for line in whole.splitlines():
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
            found.append(_line_decoder.decode(line))
    return found


def sum_of(data: bytes) -> str:
    """Return the SHA-256 of an object."""
    return hashlib.sha256(data).hexdigest()
