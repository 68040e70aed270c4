"""Reading a request's body as it arrives: no longer and no larger than allowed."""

import asyncio

from sanic import Request

from services.receiver.batch import BATCH_LIMIT, BLANK
from services.receiver.ingest import BODY_LIMIT
from services.receiver.refusals import Refusal, too_large

__all__ = ["read_body"]

_BODY_SECONDS = 10
"""How long a body may take to arrive, however busily it trickles."""

_DROP_LIMIT = 1024 * 1024
"""Bytes read of a body that is too large, before the connection is cut."""


async def read_body(request: Request, *, takes_batch: bool = False) -> bytes:
    """Return the body of a request to a `stream=True` route: 64 KiB, or 1 MiB of an array where one is taken.

    Raises Refusal (408, 413, 415). Somewhat too much is read to its end and dropped: a client that is cut off
    while it sends sees a broken connection instead of the answer, and would send the same again.
    """
    _check_encoding(request)
    data = bytearray()
    length = 0
    first = b""
    limit = BODY_LIMIT
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream:  # type: ignore[union-attr] # a stream=True route always has one
                length += len(part)
                first = first or part.lstrip(BLANK)[:1]
                limit = BATCH_LIMIT if takes_batch and first == b"[" else BODY_LIMIT
                if length <= limit:
                    data += part
                elif length > max(limit, _DROP_LIMIT):
                    break
    except TimeoutError as error:
        raise Refusal(
            408, "INTERNAL_ERROR", f"The body took longer than {_BODY_SECONDS} s to arrive.", "Send it again."
        ) from error
    if length > limit:
        raise too_large(limit)
    return bytes(data)


def _check_encoding(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in {"identity", ""}:
        raise Refusal(
            415, "INVALID_REQUEST", f"The body is encoded as {encoding[:40]!r}.", "Send it as plain JSON."
        )
