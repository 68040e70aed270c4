"""Answers that stay the same as long as the process runs: pages, scripts, the API's document."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct
from sanic import Request
from sanic.response import HTTPResponse

from services.receiver.giving.encodings import BEST, SMALLEST, accepts_gzip, packed
from services.receiver.giving.tags import holds, quoted, tag_of

__all__ = ["Fixed", "bodies_below", "files_in", "fixed", "kind_of"]

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


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
    return Fixed(body, packed(body, BEST) if len(body) >= SMALLEST else None, kind, tag_of(body), headers)


def files_in(folder: Path, headers: Mapping[str, str]) -> dict[str, Fixed]:
    """Return such an answer for each file of a page's folder, by its name."""
    return {name: fixed(body, kind_of(name), headers) for name, body in bodies_below(folder).items()}


def bodies_below(folder: Path) -> dict[str, bytes]:
    """Read what a page's folder and its folders hold, by path: `views/now.js`."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in _TYPES
    }


def kind_of(name: str) -> str:
    """Return the content type of a file of a page."""
    return _TYPES[PurePosixPath(name).suffix]
