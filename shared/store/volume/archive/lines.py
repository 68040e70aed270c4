"""A line of an archive and the version it holds (pure)."""

import msgspec
from msgspec import Struct

from shared.schemas.codec import RECEIVED_AT, Document, encode
from shared.store.base import Version
from shared.store.believing import why_not
from shared.store.keys import is_version_id, month_of

__all__ = ["DamagedLineError", "believed", "line_of", "name_in", "version_in"]


class _Line(Struct, frozen=True):
    version: str
    snapshot: Document


class _Name(Struct, frozen=True):
    version: str


_line_decoder = msgspec.json.Decoder(_Line)
_name_decoder = msgspec.json.Decoder(_Name)


class DamagedLineError(ValueError):
    """A line of an archive that holds no version: torn, tampered with or foreign."""


def line_of(version: Version) -> bytes:
    """Write a version as a line, without its end."""
    return encode(_Line(version.id, version.document))


def name_in(line: bytes, month: str) -> str:
    """Return the id a line says it holds; cheaper than the version. Raises DamagedLineError."""
    try:
        version_id = _name_decoder.decode(line).version
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DamagedLineError(f"not a line of an archive: {error}") from error
    if not is_version_id(version_id):
        raise DamagedLineError("it names no version")
    if month_of(version_id) != month:
        raise DamagedLineError("it belongs to another month")
    return version_id


def version_in(line: bytes, account: str, *, vouched: bool = True) -> Version:
    """Return the version that a line holds. Raises DamagedLineError when it cannot be believed.

    `vouched` tells whether the check sum around it was right; a version that carries no digest needs that.
    """
    try:
        found = _line_decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DamagedLineError(f"not a line of an archive: {error}") from error
    if reason := why_not(found.version, found.snapshot):
        raise DamagedLineError(f"{found.version}: {reason}")
    if not vouched and RECEIVED_AT not in found.snapshot:
        raise DamagedLineError(f"{found.version}: nothing vouches for it where the archive is damaged")
    return Version(account, found.version, found.snapshot)


def believed(line: bytes, account: str = "", *, vouched: bool = True) -> Version | None:
    """Return the version that a line holds, None when it cannot be believed."""
    try:
        return version_in(line, account, vouched=vouched)
    except DamagedLineError:
        return None
