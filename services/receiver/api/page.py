"""The dashboard's files, read once; nothing is fetched from elsewhere."""

from pathlib import Path

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.fixed import fixed
from services.receiver.giving.headers import of_page

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
_FILES = {
    path.name: fixed(path.read_bytes(), _TYPES[path.suffix], _HEADERS)
    for path in _FOLDER.iterdir()
    if path.suffix in _TYPES
}


async def index(request: Request) -> HTTPResponse:
    """Show the dashboard."""
    return _FILES["index.html"].answer(request)


async def asset(request: Request) -> HTTPResponse:
    """Give one of the files that the dashboard is made of."""
    return _FILES[request.path.removeprefix("/dashboard/").rstrip("/")].answer(request)


BLUEPRINT = Blueprint("page")
BLUEPRINT.add_route(index, "/", methods=["GET", "HEAD"])
for _name in sorted(_FILES):
    BLUEPRINT.add_route(
        asset, f"/dashboard/{_name}", methods=["GET", "HEAD"], name=f"asset_{_name.replace('.', '_')}"
    )
