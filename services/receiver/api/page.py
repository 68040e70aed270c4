"""The dashboard's files, read once and shown to who has logged in; nothing is fetched from elsewhere."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.admission.logins import renewed
from services.receiver.api import release
from services.receiver.api.fixed import fixed, kind_of
from services.receiver.api.login import kept_login
from services.receiver.context import context_of, logged_in, login_sent
from services.receiver.giving.headers import OF_MODULES, of_page
from services.receiver.refusing.refusals import key_missing, not_found

__all__ = ["BLUEPRINT"]

_POLICY = of_page(*OF_MODULES, frames="'self'", form="'self'")
_PAGE = _POLICY | {"Cache-Control": "private, no-cache"}
_KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}
"""Scripts and styles obey the policy of the page that asks for them."""


_FOLDERS = ("main.js", "asking/", "figures/", "frame/", "pieces/", "styles/", "views/")
_BASE = f"dashboard/{release.NAME}"
_START = fixed(release.page_of("index.html", _BASE, *_FOLDERS), kind_of("index.html"), _PAGE)
_FILES = {name: fixed(body, kind_of(name), _KEPT) for name, body in release.BODIES.items()}


async def index(request: Request) -> HTTPResponse:
    """Show the dashboard, and have the login last anew; or lead to the login page."""
    key = logged_in(request)
    if key is None:
        return HTTPResponse(status=303, headers={"Location": "login", "Cache-Control": "no-store"})
    response = _START.answer(request)
    now = context_of(request).clock.now().timestamp()
    if login := renewed(login_sent(request) or "", key, now):
        response.headers["Set-Cookie"] = kept_login(request, login)
    return response


async def asset(request: Request, name_of_release: str, name: str) -> HTTPResponse:
    """Give one of the files that the dashboard is made of; another release's are gone."""
    if logged_in(request) is None:
        raise key_missing()
    if name_of_release != release.NAME or name not in _FILES:
        raise not_found("There is no such file.", "Load the dashboard anew.")
    return _FILES[name].answer(request)


BLUEPRINT = Blueprint("page")
BLUEPRINT.add_route(index, "/", methods=["GET", "HEAD"])
BLUEPRINT.add_route(asset, "/dashboard/<name_of_release:str>/<name:path>", methods=["GET", "HEAD"])
