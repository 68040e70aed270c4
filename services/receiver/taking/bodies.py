"""Reading a request's body as it arrives: no larger than allowed."""

from sanic import Request

from services.receiver.refusing.refusals import Refusal, too_large
from services.receiver.taking.batch import BATCH_LIMIT, BLANK
from services.receiver.taking.ingest import BODY_LIMIT

__all__ = ["read_body"]

_DROP_LIMIT = 1024 * 1024
"""Bytes read of a body that is too large, before the connection is cut."""


async def read_body(request: Request, *, takes_batch: bool = False) -> bytes:
    """Return the body of a request to a `stream=True` route: 64 KiB, or 1 MiB of an array where one is taken.

    Raises Refusal (413, 415); how long it may take is up to the wire. Somewhat too much is read to its end
    and dropped: a client that is cut off while it sends may see a broken connection instead of the answer.
    """
    _check_encoding(request)
    data = bytearray()
    length = 0
    first = b""
    limit = BODY_LIMIT
    async for part in request.stream:  # type: ignore[union-attr] # a stream=True route always has one
        length += len(part)
        first = first or part.lstrip(BLANK)[:1]
        limit = BATCH_LIMIT if takes_batch and first == b"[" else BODY_LIMIT
        if length <= limit:
            data += part
        elif length > max(limit, _DROP_LIMIT):
            break
    if length > limit:
        raise too_large(limit)
    return bytes(data)


def _check_encoding(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in {"identity", ""}:
        raise Refusal(
            415, "INVALID_REQUEST", f"The body is encoded as {encoding[:40]!r}.", "Send it as plain JSON."
        )
