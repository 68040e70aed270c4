"""The doors: the login page, and the page for regions where Claude is not to be had."""

from typing import Any

import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.response import redirect

from services.practice.console import Console
from services.practice.logins import COOKIE, LIFETIME, safe_return
from services.practice.pages import fill
from services.practice.web.answers import GET, page

__all__ = ["LoginRoutes"]

log = structlog.get_logger(__name__)


class LoginRoutes:
    """Routes of the doors."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add_to(self, app: Sanic[Any, Any]) -> None:
        """Register the routes."""
        app.add_route(self.form, "/login", methods=GET)
        app.add_route(self.log_in, "/login", methods=("POST",))
        app.add_route(self.region, "/app-unavailable-in-region", methods=GET)

    async def form(self, request: Request) -> HTTPResponse:
        """`GET /login?returnTo=...`: the login page."""
        return page(fill("login.html", return_to=safe_return(request.args.get("returnTo", ""))))

    async def log_in(self, request: Request) -> HTTPResponse:
        """`POST /login`: log this browser in for 28 days and go back to where it came from."""
        form = request.form
        answer = redirect(safe_return(str(form.get("returnTo", "")) if form else ""), status=303)
        answer.add_cookie(
            COOKIE,
            self._console.logins.issue(self._console.now()),
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            secure=False,
            samesite="Lax",
        )
        log.info("a browser logged in")
        return answer

    async def region(self, _request: Request) -> HTTPResponse:
        """`/app-unavailable-in-region`."""
        return page(fill("region.html"))
