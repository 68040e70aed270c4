"""The lines of an export (pure): one JSON object each, so that any tool can read them.

    {"marigraph": "export", "format": 1, ...}                               first: what this is, and of what
    {"account": ..., "part": "history"|"archive", "version": id, "snapshot": {...}, "sum": hex}
    {"account": ..., "report": id, "content": {...}, "sum": hex}
    {"account": ..., "counts": {"created": n, "deleted": n, "lastCleanup": text}}
    {"end": {"versions": n, "reports": n, "sha256": hex}}                   last: of all bytes before it

A version that is in both history and archive has a line for each. `sum` is of the line's snapshot or content,
`receivedAt` included; the id alone vouches neither for that field nor for the origin's own versions.
"""

import hashlib

import msgspec
from msgspec import Struct

from shared.schemas.codec import RECEIVED_AT, Document, digest, encode
from shared.store.base import Part, Version
from shared.store.keys import is_account, is_version_id
from shared.store.metadata import Lifetime
from shared.store.reports import StoredReport

__all__ = [
    "FORMAT",
    "Counts",
    "End",
    "Head",
    "NotAnExportError",
    "Row",
    "counts_line",
    "end_line",
    "head_line",
    "read_head",
    "read_row",
    "report_line",
    "version_line",
]

FORMAT = 1


class NotAnExportError(ValueError):
    """A file or a line that is none of an export's; says why."""


class Head(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The first line: the format, and what was asked for."""

    marigraph: str
    format: int
    exported_at: str = ""
    accounts: list[str] = []
    start: str | None = None
    end: str | None = None


class Counts(Struct, frozen=True, kw_only=True, rename="camel"):
    """The counts of an account's whole life."""

    created: int
    deleted: int
    last_cleanup: str | None = None

    @property
    def lifetime(self) -> Lifetime:
        """As the store knows them."""
        return Lifetime(created=self.created, deleted=self.deleted, last_cleanup=self.last_cleanup)


class End(Struct, frozen=True, kw_only=True):
    """The last line: how much came before it, and the sum by which a change shows."""

    versions: int
    reports: int
    sha256: str


class _Line(Struct, frozen=True, kw_only=True):
    account: str = ""
    part: Part = "history"
    version: str | None = None
    snapshot: Document | None = None
    report: str | None = None
    content: Document | None = None
    counts: Counts | None = None
    sum: str = ""
    end: End | None = None


Row = tuple[str, Part, Version] | StoredReport | tuple[str, Counts] | End
"""What a line brings: a version and where it was, a report, an account's counts, or the end."""

_head_decoder = msgspec.json.Decoder(Head)
_line_decoder = msgspec.json.Decoder(_Line)


def head_line(head: Head) -> bytes:
    """Write the first line."""
    return encode(head) + b"\n"


def version_line(part: Part, version: Version) -> bytes:
    """Write a version."""
    line = {
        "account": version.account,
        "part": part,
        "version": version.id,
        "snapshot": version.document,
        "sum": _sum(version.document),
    }
    return encode(line) + b"\n"


def report_line(report: StoredReport) -> bytes:
    """Write a report."""
    line = {
        "account": report.account,
        "report": report.id,
        "content": report.document,
        "sum": _sum(report.document),
    }
    return encode(line) + b"\n"


def counts_line(account: str, lifetime: Lifetime) -> bytes:
    """Write an account's counts."""
    counts = Counts(created=lifetime.created, deleted=lifetime.deleted, last_cleanup=lifetime.last_cleanup)
    return encode({"account": account, "counts": counts}) + b"\n"


def end_line(end: End) -> bytes:
    """Write the last line."""
    return encode({"end": end}) + b"\n"


def read_head(line: bytes) -> Head:
    """Read the first line. Raises NotAnExportError."""
    try:
        head = _head_decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotAnExportError("this is no export: its first line does not say so") from error
    if head.marigraph != "export":
        raise NotAnExportError("this is no export: its first line does not say so")
    if head.format != FORMAT:
        raise NotAnExportError(
            f"this export has format {head.format}, known here is {FORMAT}: use a newer program"
        )
    return head


def read_row(line: bytes) -> Row:
    """Read any other line. Raises NotAnExportError."""
    try:
        read = _line_decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NotAnExportError(f"not a line of an export: {error}") from error
    if read.end is not None:
        return read.end
    if not is_account(read.account):
        raise NotAnExportError(f"{read.account[:40]!r} is no account")
    content = read.snapshot or read.content
    if content is not None and read.sum != _sum(content):
        raise NotAnExportError("its content does not match its sum")
    if read.version is not None and read.snapshot is not None and is_version_id(read.version):
        return read.account, read.part, Version(read.account, read.version, read.snapshot)
    if read.report is not None and read.content is not None and is_version_id(read.report):
        return StoredReport(read.account, read.report, read.content)
    if read.counts is not None:
        return read.account, read.counts
    raise NotAnExportError("it holds neither a version nor a report nor counts")


def _sum(document: Document) -> str:
    """Return 16 hex digits that any change of a document changes."""
    return hashlib.sha256(f"{digest(document)} {document.get(RECEIVED_AT)}".encode()).hexdigest()[:16]
