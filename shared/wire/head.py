"""The head of a request as bytes (pure): what a strict reader refuses before Sanic's lenient one reads it.

What two readers could take for different requests (RFC 9112, section 11.2) is refused, not repaired. Heads
that are as they should be cost about one microsecond.
"""

import re
from typing import NamedTuple

from shared.wire.limits import HEAD_BYTES, LINE_BYTES

__all__ = ["CHUNK_LINE", "CHUNK_LINE_BYTES", "Fault", "fault_in", "fault_so_far", "is_known", "rest_of"]

_START = rb"[A-Z][A-Z-]{0,15}+ /[!\"$-~]*+"
_VERSION = b" HTTP/1."
_LINE = _START + rb" HTTP/1\.(?P<minor>[01])\r\n"
_NAME = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_FIELDS = 100

_TO_TARGET = re.compile(_START)
_WHOLE_LINE = re.compile(_LINE)
_WHOLE = re.compile(_LINE + rb"(?:" + _NAME + rb":[\t -~\x80-\xff]*+\r\n){0,%d}+\r\n" % _FIELDS)
_SINGLE = re.compile(
    rb"\n(host|content[-_]length|transfer[-_]encoding|expect|authorization|x[-_]api[-_]key)"
    rb":[\t ]*([^\r]*)",
    re.IGNORECASE,
)
"""Fields that are there once or not at all; with an underscore some proxies take them for the same."""

_HOST = re.compile(rb"[A-Za-z0-9.:_~%\[\]-]+[\t ]*")
_LENGTH = re.compile(rb"[0-9]{1,15}[\t ]*")
_STRAY = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n|\Z)")
_FIELD = re.compile(_NAME + rb":")
_TARGET = re.compile(rb"[A-Z][A-Z-]{0,15} (?![ /])")

CHUNK_LINE = re.compile(rb"\r\n[0-9A-Fa-f]{1,8}(?:[\t ]*;[\t -~]*)?\r\n")
"""The size of a chunk, with the end of the one before."""
CHUNK_LINE_BYTES = 64


class Fault(NamedTuple):
    """Why a head is refused: the status of the answer, and a sentence without its full stop."""

    status: int
    words: str


def is_known(head: bytes | bytearray, rest: bytes) -> bool:
    """Tell whether a head is as it should be because all of it behind the target has been found to be."""
    place = head.find(rest)
    return (
        0 < place < LINE_BYTES - len(_VERSION)
        and place + len(rest) < HEAD_BYTES
        and _TO_TARGET.fullmatch(head, 0, place) is not None
    )


def rest_of(head: bytes) -> bytes:
    """Return what `is_known` takes, of a head that is as it should be: all of it behind the target."""
    return head[head.index(_VERSION) :]


def fault_in(head: bytes | bytearray, end: int) -> Fault | None:
    """Return what is wrong with a head that is complete; `end` is where its empty line begins."""
    if end > HEAD_BYTES or (end > LINE_BYTES and head.find(b"\r\n") > LINE_BYTES):
        return _too_long(head)
    whole = _WHOLE.match(head)
    if whole is None:
        return _explained(bytes(head[: end + 2]))
    fields = _SINGLE.findall(head, 0, end + 2)
    if len(fields) == 1 and whole["minor"] == b"1" and fields[0][0] in {b"Host", b"host"}:
        return None if _HOST.fullmatch(fields[0][1]) else _bad_host()
    return _fault_of_fields(fields, whole["minor"])


def fault_so_far(head: bytes | bytearray, known: int) -> Fault | None:
    """Return why waiting for the rest of a head is of no use; `known` bytes were looked at before."""
    if head[:1] < b"A" or head[:1] > b"Z" or _STRAY.search(head, max(0, known - 1)):
        return _explained(bytes(head))
    line = head.find(b"\r\n")
    if line > LINE_BYTES or (line < 0 and len(head) > LINE_BYTES) or len(head) > HEAD_BYTES:
        return _too_long(head)
    return None if line < 0 or _WHOLE_LINE.match(head) else _explained(bytes(head))


def _fault_of_fields(fields: list[tuple[bytes, bytes]], minor: bytes) -> Fault | None:
    values = {name.lower(): value.rstrip(b"\t ") for name, value in fields}
    if len(values) < len(fields):
        names = [name.lower() for name, _value in fields]
        twice = next(name for name in names if names.count(name) > 1)
        return _bad(f"The header {twice.decode()} is there twice")
    for name in values:
        if b"_" in name:
            return _bad(f"The header {name.decode()} is written with an underscore")
    host = values.get(b"host")
    if (host is None and minor == b"1") or (host is not None and not _HOST.fullmatch(host)):
        return _bad_host()
    return _fault_of_length(values.get(b"content-length"), values.get(b"transfer-encoding"), minor)


def _fault_of_length(length: bytes | None, coding: bytes | None, minor: bytes) -> Fault | None:
    if coding is not None:
        if length is not None:
            return _bad("Content-Length and Transfer-Encoding exclude each other")
        if coding != b"chunked" or minor == b"0":
            return _bad("The only Transfer-Encoding read here is chunked, in HTTP/1.1")
    elif length is not None and not _LENGTH.fullmatch(length):
        return _bad("Content-Length is no whole number that could be meant")
    return None


def _explained(head: bytes) -> Fault:
    """Say what is wrong with a head that is not well-formed, complete or not."""
    if _STRAY.search(head):
        return _bad("The head holds a control character, or a line that does not end in CR LF")
    line, _, rest = head.partition(b"\r\n")
    if not _WHOLE_LINE.match(line + b"\r\n"):
        if _TARGET.match(line):
            return _bad("The target of the request is not a path that begins with /")
        return _bad("The first line is not METHOD /path HTTP/1.1")
    fields = rest.split(b"\r\n")[:-1]
    if len(fields) > _FIELDS:
        return Fault(431, f"The head has more than {_FIELDS} headers")
    if any(field[:1] in {b" ", b"\t"} for field in fields):
        return _bad("A header is continued on a second line")
    if any(not _FIELD.match(field) for field in fields):
        return _bad("The name of a header is empty, or not followed by a colon at once")
    return _bad("The head is not well-formed")


def _too_long(head: bytes | bytearray) -> Fault:
    line = head.find(b"\r\n")
    if line < 0 or line > LINE_BYTES:
        return Fault(414, f"The first line is longer than {LINE_BYTES} bytes")
    return Fault(431, f"The head is longer than {HEAD_BYTES} bytes")


def _bad_host() -> Fault:
    return _bad("The header Host is missing or names no host")


def _bad(words: str) -> Fault:
    return Fault(400, words)
