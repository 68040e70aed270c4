"""A body that holds many items (pure): how it is taken apart, and what is answered for each of them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from services.receiver.refusing.problems import problem
from services.receiver.refusing.refusals import Refusal, too_large
from services.receiver.taking.ingest import BODY_LIMIT, not_json
from shared.schemas.codec import RECEIVED_AT, Document

__all__ = [
    "BATCH_LIMIT",
    "BLANK",
    "MOST_ITEMS",
    "Outcome",
    "Receipt",
    "checked_length",
    "is_batch",
    "items_of",
    "receipt_of",
    "results_of",
]

BATCH_LIMIT = 1024 * 1024
"""Bytes of a body that is an array; each item in it may have as many as one sent alone."""

MOST_ITEMS = 1000

BLANK = b" \t\r\n"
"""What may stand before a JSON text."""

_items = msgspec.json.Decoder(list[msgspec.Raw])


class Receipt(Struct, frozen=True, rename="camel"):
    """What is answered for an item that is on the disk: 201, or 200 for one that was stored before.

    `received_at` is when it came first.
    """

    status: int
    id: str
    duplicate: bool
    received_at: str | None
    account: str


Outcome = Receipt | Refusal
"""What became of one item."""


def receipt_of(account: str, item_id: str, document: Document, *, duplicate: bool) -> Receipt:
    """Describe what is stored under an id."""
    return Receipt(
        HTTPStatus.OK if duplicate else HTTPStatus.CREATED,
        item_id,
        duplicate,
        document.get(RECEIVED_AT),
        account,
    )


def is_batch(body: bytes) -> bool:
    """Tell, from its beginning, whether a body is an array."""
    return body.lstrip(BLANK)[:1] == b"["


def items_of(body: bytes) -> list[bytes]:
    """Take an array apart; what is wrong within one item is found out when that item is read.

    Raises Refusal: 400 when it is not JSON as a whole, 413 for too many items.
    """
    try:
        items = _items.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from error
    if len(items) > MOST_ITEMS:
        raise Refusal(
            413,
            "VALIDATION_OUT_OF_RANGE",
            f"The array holds {len(items)} items; {MOST_ITEMS} are taken at once.",
            "Send it in several parts.",
        )
    return [bytes(item) for item in items]


def checked_length(item: bytes) -> bytes:
    """Return an item that is no longer than one sent alone may be; raises Refusal (413)."""
    if len(item) > BODY_LIMIT:
        raise too_large(BODY_LIMIT)
    return item


def results_of(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the answer to a batch, in the order in which it was sent.

    Raises the first server's fault among them when nothing at all could be stored: all is to be sent again.
    """
    faults = [one for one in outcomes if isinstance(one, Refusal)]
    grave = [one for one in faults if one.status >= HTTPStatus.INTERNAL_SERVER_ERROR]
    if grave and len(faults) == len(outcomes):
        raise grave[0]
    return {
        "results": [
            {"status": one.status, "problem": problem(one)} if isinstance(one, Refusal) else one
            for one in outcomes
        ]
    }
