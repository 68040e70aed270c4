"""How calls under `/api/v1` answer: with a tag, 304 for those who hold it, gzip for those who take it."""

import asyncio

from sanic import Request
from sanic.response import HTTPResponse

from services.receiver.giving.encoded import Encoded
from services.receiver.giving.encodings import SMALLEST, accepts_gzip, packed
from services.receiver.giving.tags import holds, quoted, tag_of

__all__ = ["FOR_EVER", "cacheable"]

FOR_EVER = b"private, max-age=31536000, immutable"
"""For what never changes once it is there."""

_ASK_FIRST = b"private, no-cache"
"""For what may be another answer the next time: kept, but asked for again with its tag."""

_THREAD_FROM = 64 * 1024
"""Bytes from which packing leaves the event loop: it takes 0.2 ms there."""

_VARY = (b"Vary", b"X-API-Key, Authorization")
_VARY_PACKED = (b"Vary", b"X-API-Key, Authorization, Accept-Encoding")
_PACKED = (b"Content-Encoding", b"gzip")


async def cacheable(
    request: Request,
    body: bytes,
    *,
    tag: str | None = None,
    keep: bytes = _ASK_FIRST,
    kind: str = "application/json",
) -> HTTPResponse:
    """Answer 200 with a body (JSON, or another `kind`), or 304 when the caller holds it.

    `tag` names the body if not its content does. `keep` is the Cache-Control: always
    private, for readings are somebody's own.
    """
    tag = tag or tag_of(body)
    headers = request.headers
    may_pack = len(body) >= SMALLEST
    is_packed = may_pack and accepts_gzip(headers.get("accept-encoding"))
    lines = (
        (b"ETag", quoted(tag, is_packed=is_packed).encode()),
        (b"Cache-Control", keep),
        _VARY_PACKED if may_pack else _VARY,
    )
    if holds(headers.get("if-none-match"), tag):
        return Encoded(b"", 304, lines)
    if not is_packed:
        return Encoded(body, 200, lines, kind=kind)
    if len(body) < _THREAD_FROM:
        return Encoded(packed(body), 200, (*lines, _PACKED), kind=kind)
    return Encoded(await asyncio.to_thread(packed, body), 200, (*lines, _PACKED), kind=kind)
