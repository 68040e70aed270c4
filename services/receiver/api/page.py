"""The dashboard's files, read once; nothing is fetched from elsewhere."""

from pathlib import Path

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.headers import of_page

__all__ = ["BLUEPRINT"]

_FOLDER = Path(__file__).parents[1] / "dashboard"
_HEADERS = of_page(
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    frames="'self'",
)
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FILES = {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.suffix in _TYPES}


async def index(_request: Request) -> HTTPResponse:
    """Show the dashboard."""
    return _file("index.html")


async def asset(request: Request) -> HTTPResponse:
    """Give one of the files that the dashboard is made of."""
    return _file(request.path.removeprefix("/dashboard/"))


def _file(name: str) -> HTTPResponse:
    return HTTPResponse(_FILES[name], headers=_HEADERS, content_type=_TYPES[Path(name).suffix])


BLUEPRINT = Blueprint("page")
BLUEPRINT.add_route(index, "/", methods=["GET", "HEAD"])
for _name in sorted(_FILES):
    BLUEPRINT.add_route(
        asset, f"/dashboard/{_name}", methods=["GET", "HEAD"], name=f"asset_{_name.replace('.', '_')}"
    )
