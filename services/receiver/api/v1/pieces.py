"""Sending an answer that is made piece by piece: at once when it is short, streamed when it is long.

It is made on the event loop, some milliseconds at a time: in a thread it would keep others waiting longer.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sanic import Request
from sanic.exceptions import InvalidHeader
from sanic.response import HTTPResponse

from services.receiver.answering import begin_stream
from services.receiver.giving.encodings import SMALLEST, accepts_gzip, packed, packer
from services.receiver.giving.tags import holds, quoted

__all__ = ["accepted", "sent"]

_ACCEPTED = {
    "application/json": "json",
    "text/csv": "csv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
}

_WHOLE_UP_TO = 256 * 1024
"""Bytes of an answer that is sent at once."""

_SECONDS_AT_A_TIME = 0.003
"""How long others wait while an answer is made."""

_VARY = "Accept, Accept-Encoding, X-API-Key, Authorization"


def accepted(request: Request) -> str:
    """Return the form that the caller likes best; JSON when there is none among ours."""
    try:
        liked = request.accept.match(*_ACCEPTED)
    except InvalidHeader:  # nobody else here reads it
        return "json"
    return _ACCEPTED[str(liked.mime)] if liked else "json"


async def sent(
    request: Request,
    pieces: Iterator[bytes],
    *,
    kind: str,
    tag: str,
    more: Mapping[str, str] = MappingProxyType({}),
) -> HTTPResponse | None:
    """Answer with pieces of a content type, or 304 when the caller holds the answer of this tag.

    `more` are headers beside the usual. Returns None when the answer was streamed.
    """
    if holds(request.headers.get("if-none-match"), tag):
        return HTTPResponse(status=304, headers=_headers(tag, is_packed=False))
    packs = accepts_gzip(request.headers.get("accept-encoding"))
    making = _Making(pieces)
    begin = await making.up_to(_WHOLE_UP_TO)
    if not making.ended:
        await _streamed(request, begin, making, kind, {**_headers(tag, is_packed=packs), **more})
        return None
    packs = packs and len(begin) >= SMALLEST
    body = packed(begin) if packs else begin
    return HTTPResponse(body, headers={**_headers(tag, is_packed=packs), **more}, content_type=kind)


async def _streamed(
    request: Request, begin: bytes, making: "_Making", kind: str, headers: dict[str, str]
) -> None:
    answer = await begin_stream(request, kind, headers=headers)
    if request.method == "HEAD":
        return
    packing = packer() if "Content-Encoding" in headers else None
    part = begin
    while part:
        if data := packing.compress(part) if packing else part:
            await answer.send(data)
        part = await making.up_to(_WHOLE_UP_TO)
    if packing:
        await answer.send(packing.flush())


def _headers(tag: str, *, is_packed: bool) -> dict[str, str]:
    encoding = {"Content-Encoding": "gzip"} if is_packed else {}
    return {
        "ETag": quoted(tag, is_packed=is_packed),
        "Cache-Control": "private, no-cache",
        "Vary": _VARY,
        **encoding,
    }


class _Making:
    """Pieces as they are asked for; others get their turn in between."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.ended = False

    async def up_to(self, length: int) -> bytes:
        """Return the next pieces, so many that they are at least that long; nothing at the end."""
        made: list[bytes] = []
        since = time.perf_counter()
        while length > 0:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
                break
            made.append(piece)
            length -= len(piece)
            if time.perf_counter() - since > _SECONDS_AT_A_TIME:
                await asyncio.sleep(0)
                since = time.perf_counter()
        return b"".join(made)
