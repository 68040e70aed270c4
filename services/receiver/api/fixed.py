"""Answers that stay the same as long as the process runs: pages, scripts, the API's document."""

from collections.abc import Mapping

from msgspec import Struct
from sanic import Request
from sanic.response import HTTPResponse

from services.receiver.giving.encodings import SMALLEST, accepts_gzip, packed
from services.receiver.giving.tags import holds, quoted, tag_of

__all__ = ["Fixed", "fixed"]


class Fixed(Struct, frozen=True):
    """A body with its headers, also as gzip unless it is short."""

    body: bytes
    packed: bytes | None
    kind: str
    tag: str
    headers: Mapping[str, str]

    def answer(self, request: Request) -> HTTPResponse:
        """Answer with it, or 304 when the caller holds it."""
        packs = self.packed is not None and accepts_gzip(request.headers.get("accept-encoding"))
        headers = {**self.headers, "ETag": quoted(self.tag, is_packed=packs), "Vary": "Accept-Encoding"}
        if holds(request.headers.get("if-none-match"), self.tag):
            return HTTPResponse(status=304, headers=headers)
        if packs:
            headers["Content-Encoding"] = "gzip"
        return HTTPResponse(self.packed if packs else self.body, headers=headers, content_type=self.kind)


def fixed(body: bytes, kind: str, headers: Mapping[str, str]) -> Fixed:
    """Make such an answer of a body, its content type and further headers."""
    return Fixed(body, packed(body) if len(body) >= SMALLEST else None, kind, tag_of(body), headers)
