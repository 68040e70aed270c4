"""A card for other pages' frames and kiosks: shown to everybody, empty; its figures come with a key.

A login's cookie is not sent where another site's page frames this one. So the key comes behind the `#` of the
address, which no browser sends, and goes into a header.
"""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.api import release
from services.receiver.api.fixed import fixed, kind_of
from services.receiver.giving.headers import OF_MODULES, of_page
from services.receiver.refusing.refusals import not_found

__all__ = ["BLUEPRINT"]

_POLICY = of_page(*OF_MODULES, frames="*")
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
"""Scripts and styles obey the policy of the page that asks for them."""

_FOLDERS = ("widget/", "asking/problem.js", "asking/receiver.js", "figures/", "pieces/")
_BASE = f"widget/{release.NAME}"
_PAGE = fixed(release.page_of("widget/index.html", _BASE, *_FOLDERS), kind_of("index.html"), _POLICY)
_FILES = {
    name: fixed(body, kind_of(name), _KEPT)
    for name, body in release.BODIES.items()
    if name.startswith(_FOLDERS)
}


async def page(request: Request) -> HTTPResponse:
    """Give the card, without figures."""
    return _PAGE.answer(request)


async def asset(request: Request, name_of_release: str, name: str) -> HTTPResponse:
    """Give one of the files that the card is made of."""
    if name_of_release != release.NAME or name not in _FILES:
        raise not_found("There is no such file.", "Load the card anew.")
    return _FILES[name].answer(request)


BLUEPRINT = Blueprint("widget")
BLUEPRINT.add_route(page, "/widget", methods=["GET", "HEAD"])
BLUEPRINT.add_route(asset, "/widget/<name_of_release:str>/<name:path>", methods=["GET", "HEAD"])
