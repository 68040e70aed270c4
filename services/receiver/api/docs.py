"""The receiver's calls: `/openapi.json` for programs, `/docs` for people; nothing comes from elsewhere."""

from functools import cache

from openapi_ui_bundles import rapidoc
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api.fixed import Fixed, fixed
from services.receiver.giving.headers import of_page
from services.receiver.openapi import document
from shared.schemas.codec import encode

__all__ = ["BLUEPRINT"]

SCRIPT = "/docs/rapidoc.js"

_HEADERS = of_page(
    "script-src 'self'", "style-src 'self' 'unsafe-inline'", "connect-src 'self'", "img-src 'self' data:"
)
"""The viewer writes its styles into the page; scripts come from here alone."""

_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Marigraph: calls</title>
<link rel="icon" href="/login/mark.svg">
<script type="module" src="{SCRIPT}"></script>
<rapi-doc spec-url="/openapi.json" load-fonts="false" render-style="read" show-header="false"
  allow-spec-url-load="false" allow-server-selection="false" schema-style="table" sort-tags="false"
  regular-font="system-ui, sans-serif" mono-font="ui-monospace, monospace" primary-color="#2563a8">
</rapi-doc>
<noscript>This page needs scripts; <a href="/openapi.json">the document</a> does not.</noscript>
</html>
"""


@cache  # made when it is first asked for: most receivers never are
def _page(path: str) -> Fixed:
    if path == SCRIPT:
        body, kind = (rapidoc.static_path / "rapidoc-min.js").read_bytes(), "text/javascript; charset=utf-8"
    elif path == "/docs":
        body, kind = _PAGE.encode(), "text/html; charset=utf-8"
    else:
        body, kind = encode(document()), "application/json"
    return fixed(body, kind, _HEADERS)


async def page(request: Request) -> HTTPResponse:
    """Give the document, the page that shows it, or the script of that page."""
    return _page(request.path.rstrip("/")).answer(request)


BLUEPRINT = Blueprint("docs")
for _name, _path in (("document", "/openapi.json"), ("viewer", "/docs"), ("viewer_script", SCRIPT)):
    BLUEPRINT.add_route(page, _path, methods=["GET", "HEAD"], name=_name)
