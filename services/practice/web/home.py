"""The console's own page for people, its files, and the sign of life."""

from collections.abc import Mapping
from html import escape
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.response import text

from services.practice.console import Console
from services.practice.eras import ERAS
from services.practice.pages import ASSETS, Markup, asset, fill
from services.practice.web.answers import GET, page
from shared.timestamps import to_iso

__all__ = ["HomeRoutes"]

ABOUT_ERAS: dict[str, str] = {slug: era.about for slug, era in ERAS.items()}
ACCESSES = {
    "open": "everybody, no login needed",
    "login": "whoever logs in from now on",
    "challenge": "nobody: a bot check",
    "region": "nobody: unavailable in region",
}


class HomeRoutes:
    """Routes of what is neither imitated nor control."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add_to(self, app: Sanic[Any, Any]) -> None:
        """Register the routes."""
        app.add_route(self.home, "/", methods=GET)
        app.add_route(self.livez, "/livez", methods=GET)
        app.add_route(self.asset, "/assets/<name:str>", methods=GET)

    async def livez(self, _request: Request) -> HTTPResponse:
        """Answer 200 while the process answers at all."""
        return text("ok\n")

    async def asset(self, _request: Request, name: str) -> HTTPResponse:
        """Answer with a script, a style sheet or the icon."""
        if name not in ASSETS:
            return text("no such file\n", status=404)
        return text(asset(name), content_type=ASSETS[name], headers={"cache-control": "no-cache"})

    async def home(self, _request: Request) -> HTTPResponse:
        """Show what the console is, what its figures are, and buttons to change its ways."""
        console = self._console
        state = console.state()
        stale = f"The page shows figures of {state['measuredAt']}." if state["stale"] else ""
        return page(
            fill(
                "home.html",
                organization=console.organization,
                now=to_iso(console.now()),
                staleness=stale,
                rows=_rows(state),
                eras=_buttons("era", ABOUT_ERAS, chosen=console.control.era),
                accesses=_buttons("access", ACCESSES, chosen=console.control.access),
            )
        )


def _rows(state: dict[str, Any]) -> Markup:
    """Make a table row for each limit, from the state's own words."""
    shown, figures = state["shown"], state["figures"]
    rows = [
        (limit, _percent(shown.get(limit)), _percent(figure), figure["resetsAt"] or figure["state"])
        for limit, figure in figures.items()
    ]
    return Markup(
        "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    )


def _percent(figure: dict[str, Any] | None) -> str:
    """Write a figure of the state for people."""
    if figure is None:
        return "not shown"
    if figure["percentage"] is None:
        return f"{figure['used']:.2f} {figure['currency']}"
    return f"{figure['percentage']} %"


def _buttons(name: str, choices: Mapping[str, str], *, chosen: str) -> Markup:
    """Make a form's buttons, the present choice marked."""
    return Markup(
        "\n".join(
            f'<button name="{escape(name)}" value="{escape(value)}" '
            f'aria-pressed="{"true" if value == chosen else "false"}">'
            f"{escape(value)}<small>{escape(about)}</small></button>"
            for value, about in choices.items()
        )
    )
