"""JSON encoders and decoders, made once; and the canonical form from which a version's id is taken."""

import hashlib
from typing import Any

import msgspec

from shared.schemas.reports import Report
from shared.schemas.usage import Snapshot

__all__ = [
    "Document",
    "decode_document",
    "decode_report",
    "decode_snapshot",
    "digest",
    "encode",
    "encode_pretty",
    "to_document",
]

Document = dict[str, Any]
"""A snapshot as it came: every field, known or not."""

RECEIVED_AT = "receivedAt"

_LONGEST_INDENTED = 512 * 1024
"""Bytes; a snapshot of 64 KiB can become 50 MB by indenting."""

_encoder = msgspec.json.Encoder()
_sorted_encoder = msgspec.json.Encoder(order="sorted")
_document_decoder = msgspec.json.Decoder(Document)

encode = _encoder.encode


def decode_document(data: bytes) -> Document:
    """Decode one JSON object; raises msgspec.DecodeError, whatever it is that does not fit.

    msgspec raises RecursionError and UnicodeDecodeError for hostile input; both become a DecodeError here.
    """
    try:
        return _document_decoder.decode(data)
    except RecursionError as error:
        raise msgspec.DecodeError("JSON is nested too deeply") from error
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("JSON is not UTF-8") from error


def decode_snapshot(document: Document) -> Snapshot:
    """Check a document against the snapshot's types; raises msgspec.ValidationError naming the field."""
    return msgspec.convert(document, Snapshot, strict=True)


def decode_report(document: Document) -> Report:
    """Check a document against the report's types; raises msgspec.ValidationError naming the field."""
    return msgspec.convert(document, Report, strict=True)


def to_document(record: Snapshot | Report) -> Document:
    """Turn a record into the document that is sent and stored."""
    document: Document = msgspec.to_builtins(record, builtin_types=())
    return document


def encode_pretty(document: Document) -> bytes:
    """Encode as the files are kept: indented by 2, ending in a newline.

    One that is nested so deeply that this makes it long is kept in one line: readers read no more than 1 MiB.
    """
    plain = encode(document)
    indented = msgspec.json.format(plain, indent=2)
    return (indented if len(indented) <= _LONGEST_INDENTED else plain) + b"\n"


def digest(document: Document) -> str:
    """Return the SHA-256 (64 hex digits) of the canonical snapshot: keys sorted, `receivedAt` left out."""
    canonical = document.copy()
    canonical.pop(RECEIVED_AT, None)
    return hashlib.sha256(_sorted_encoder.encode(canonical)).hexdigest()
