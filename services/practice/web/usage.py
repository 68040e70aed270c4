"""The imitated part: the usage page at its two addresses, its Refresh button, and the JSON it fetches."""

import asyncio
from typing import Any
from urllib.parse import quote

from sanic import HTTPResponse, Request, Sanic
from sanic.response import empty, redirect

from services.practice.console import Console
from services.practice.logins import COOKIE
from services.practice.pages import fill, usage_page
from services.practice.web.answers import GET, api_error, challenge, json_answer, page

__all__ = ["UsageRoutes"]

PAGE, DIALOG = "/settings/usage", "/new"
API = r"/api/organizations/<organization:([0-9a-f-]{36})>"


class UsageRoutes:
    """Routes of the usage page and its JSON."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add_to(self, app: Sanic[Any, Any]) -> None:
        """Register the routes."""
        app.add_route(self.old_address, PAGE, methods=GET)
        app.add_route(self.new_address, DIALOG, methods=GET)
        app.add_route(self.refresh, f"{PAGE}/refresh", methods=("POST",))
        app.add_route(self.usage, f"{API}/usage", methods=GET)
        app.add_route(self.spend_limit, f"{API}/overage_spend_limit", methods=GET)

    async def old_address(self, request: Request) -> HTTPResponse:
        """At `/settings/usage`: the page itself to May 2026, a redirect to the dialog from June on."""
        if door := self._page_door(request):
            return door
        dialog = self._console.era.dialog and self._console.control.layout == "known"
        return redirect(f"{DIALOG}#settings/usage") if dialog else self._page()

    async def new_address(self, request: Request) -> HTTPResponse:
        """At `/new`: a chat, over which the dialog opens when the address ends in `#settings/usage`."""
        if door := self._page_door(request):
            return door
        return self._page() if self._console.era.dialog else redirect(PAGE)

    async def refresh(self, request: Request) -> HTTPResponse:
        """Do what the Refresh button asks for, before it fetches again."""
        if self._console.access(request.cookies.get(COOKIE)) == "open":
            self._console.refresh()
        return empty()

    async def usage(self, request: Request, organization: str) -> HTTPResponse:
        """`GET /api/organizations/{uuid}/usage`. `Age` says how old figures are that are not fresh."""
        if door := self._api_door(request, organization):
            return door
        await asyncio.sleep(self._console.control.delay_seconds)
        age = int(self._console.age().total_seconds())
        return json_answer(self._console.usage(), headers={"age": str(age)} if age else None)

    async def spend_limit(self, request: Request, organization: str) -> HTTPResponse:
        """`GET /api/organizations/{uuid}/overage_spend_limit`, which only the oldest layout fetches."""
        return self._api_door(request, organization) or json_answer(self._console.spend_limit())

    def _page_door(self, request: Request) -> HTTPResponse | None:
        """Answer instead of the page when something stands before it."""
        access = self._console.access(request.cookies.get(COOKIE))
        if access == "challenge":
            return challenge()
        if access == "region":
            return redirect("/app-unavailable-in-region")
        if access == "login":
            return redirect(f"/login?returnTo={quote(request.path, safe='')}")
        if status := self._console.control.status.page:
            return page(fill("failed.html", status=str(status)), status=status)
        return None

    def _api_door(self, request: Request, organization: str) -> HTTPResponse | None:
        """Answer instead of the JSON when something stands before it."""
        access = self._console.access(request.cookies.get(COOKIE))
        if access == "challenge":
            return challenge()
        if access == "region":
            return api_error(403, "forbidden", "App unavailable in region")
        if access == "login":
            details = {"error_visibility": "user_facing", "error_code": "account_session_invalid"}
            return api_error(403, "permission_error", "Invalid authorization", **details)
        if status := self._console.control.status.api:
            return api_error(status, "api_error", "Internal server error")
        if organization != self._console.organization:
            return api_error(404, "not_found_error", "Not found")
        return None

    def _page(self) -> HTTPResponse:
        console = self._console
        control = console.control
        api = f"/api/organizations/{console.organization}"
        boot: dict[str, Any] = {
            "dialog": console.era.dialog and control.layout == "known",
            "usageUrl": f"{api}/usage",
            "spendUrl": f"{api}/overage_spend_limit" if console.era.shape == 1 else None,
            "refreshUrl": f"{PAGE}/refresh",
            "delaySeconds": control.delay_seconds,
            "language": control.language,
            "figures": None,
        }
        if control.layout == "unknown":
            boot["figures"] = {"usage": {}, "ageSeconds": 0}
        elif not control.json:
            boot["figures"] = {
                "usage": console.usage(),
                "spendLimit": console.spend_limit(),
                "ageSeconds": int(console.age().total_seconds()),
            }
        return page(usage_page(console.era, layout=control.layout, boot=boot))
