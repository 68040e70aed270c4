"""The way in for a browser: the login page, a cookie for a key, and the way out."""

from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from services.receiver.admission.auth import Key
from services.receiver.admission.logins import login_of, reader, set_cookie
from services.receiver.api.fixed import files_in
from services.receiver.context import admit, context_of, host_of, is_ours
from services.receiver.giving.headers import of_page
from services.receiver.refusing.refusals import Refusal, cannot_read, elsewhere
from services.receiver.taking.bodies import read_body

__all__ = ["BLUEPRINT", "kept_login"]

_FOLDER = Path(__file__).parents[1] / "dashboard" / "login"
_HEADERS = of_page("script-src 'self'", "style-src 'self'", "img-src 'self'", form="'self'")
_PAGE = "index.html"
_FILES = files_in(_FOLDER, _HEADERS)
_REFUSED = "<!-- refused -->"


async def page(request: Request) -> HTTPResponse:
    """Show the login page."""
    return _FILES[_PAGE].answer(request)


async def asset(request: Request) -> HTTPResponse:
    """Give one of the files that the login page is made of."""
    return _FILES[request.path.removeprefix("/login/").rstrip("/")].answer(request)


async def enter(request: Request) -> HTTPResponse:
    """Take a key and give the login that a browser keeps for it, or the page again with what was wrong."""
    _see_that_it_is_ours(request)
    form = parse_qs((await read_body(request)).decode(errors="replace"))
    try:
        key = _reading_key(request, form.get("key", [""])[0].strip())
    except Refusal as refusal:
        said = f"{escape(refusal.message)} {escape(refusal.suggestion)}"
        shown = _FILES[_PAGE].body.decode().replace(_REFUSED, f'<p id="refused" role="alert">{said}</p>')
        headers = {**_HEADERS, "Cache-Control": "no-store", **refusal.headers}
        return HTTPResponse(shown, refusal.status, headers, "text/html; charset=utf-8")
    login = login_of(key, context_of(request).clock.now().timestamp())
    return HTTPResponse(status=303, headers={"Location": "./", "Set-Cookie": kept_login(request, login)})


async def leave(request: Request) -> HTTPResponse:
    """End the login in this browser."""
    _see_that_it_is_ours(request)
    await read_body(request)
    return HTTPResponse(status=303, headers={"Location": "login", "Set-Cookie": kept_login(request, None)})


def kept_login(request: Request, login: str | None) -> str:
    """Return the header that has the browser keep a login, or drop it."""
    return set_cookie(host_of(request), login, secure=_by_tls(request))


def _reading_key(request: Request, secret: str) -> Key:
    key = admit(request, secret)
    if reader(key) is None:
        raise cannot_read()
    return key


def _see_that_it_is_ours(request: Request) -> None:
    """Refuse what another site's page sends: nobody is to be logged in or out without knowing."""
    if not is_ours(request):
        raise elsewhere()


def _by_tls(request: Request) -> bool:
    if request.conn_info is not None and request.conn_info.ssl:
        return True
    behind = context_of(request).guard.proxies > 0
    return behind and request.headers.get("x-forwarded-proto", "").strip().lower() == "https"


BLUEPRINT = Blueprint("login")
BLUEPRINT.add_route(page, "/login", methods=["GET", "HEAD"], name="page")
BLUEPRINT.add_route(enter, "/login", methods=["POST"], stream=True, name="enter")
BLUEPRINT.add_route(leave, "/logout", methods=["POST"], stream=True, name="leave")
for _name in sorted(_FILES.keys() - {_PAGE}):
    BLUEPRINT.add_route(
        asset, f"/login/{_name}", methods=["GET", "HEAD"], name=f"asset_{_name.replace('.', '_')}"
    )
