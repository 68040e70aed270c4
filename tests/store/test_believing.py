"""What is believed of a version's file: every bit of it counts."""

import msgspec

from shared.schemas.codec import Document, decode_document, encode_pretty
from shared.store import open_store
from shared.store.believing import why_not
from tests.store.samples import NOON, minutes, snapshot


def believed(version_id: str, data: bytes) -> Document | None:
    try:
        document = decode_document(data)
    except msgspec.DecodeError:
        return None
    return document if why_not(version_id, document) is None else None


async def test_no_flipped_bit_changes_what_is_believed_of_a_reading() -> None:
    more = {
        "plan": "Max",
        "schemaVersion": 2,
        "extractionErrors": {"weekly": "über \\ 80 %"},
        "isPartial": True,
    }
    version = (await open_store("memory:").append("default", snapshot(**more), NOON + minutes(1))).version
    data = encode_pretty(version.document)
    assert believed(version.id, data) == version.document
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        document = believed(version.id, bytes(flipped))
        # All that the name does not vouch for is when it arrived, as long as that is after the reading.
        if document is not None:
            assert {**document, "receivedAt": ""} == {**version.document, "receivedAt": ""}
            assert str(document["receivedAt"]) >= "2026-11-22T12:00:00"
