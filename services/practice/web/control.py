"""The practice part: the truth for tests to compare with, and the control that changes it.

    GET    /practice/state     era, access, `figures` as they truly are, `shown` as the page shows them
    GET    /practice/control   the control as it is
    PUT    /practice/control   change any of: era, access, figures, json, delaySeconds, stale, staleMinutes,
                               broken, layout, language, status; 400 names the field that does not fit
    DELETE /practice/control   back to how the console started

docs/practice-console.md says what each field does.
"""

from typing import Any

import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.response import redirect

from services.practice.console import Console
from services.practice.control import Change, decode_change
from services.practice.web.answers import GET, json_answer
from shared.schemas.codec import encode

__all__ = ["ControlRoutes"]

log = structlog.get_logger(__name__)


class ControlRoutes:
    """Routes of the control, and the buttons on the home page that do the same by form."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def add_to(self, app: Sanic[Any, Any]) -> None:
        """Register the routes."""
        app.add_route(self.state, "/practice/state", methods=GET)
        app.add_route(self.show, "/practice/control", methods=GET)
        app.add_route(self.change, "/practice/control", methods=("PUT",))
        app.add_route(self.reset, "/practice/control", methods=("DELETE",))
        app.add_route(self.switch, "/practice/switch", methods=("POST",))

    async def state(self, _request: Request) -> HTTPResponse:
        """Answer with the truth."""
        return json_answer(self._console.state())

    async def show(self, _request: Request) -> HTTPResponse:
        """Answer with the control."""
        return json_answer(self._console.control)

    async def change(self, request: Request) -> HTTPResponse:
        """Change what the body names."""
        try:
            self._apply(decode_change(request.body))
        except ValueError as error:
            return json_answer({"error": str(error)}, status=400)
        return json_answer(self._console.control)

    async def reset(self, _request: Request) -> HTTPResponse:
        """Undo every change."""
        self._console.reset()
        log.info("control is back to how it started")
        return json_answer(self._console.control)

    async def switch(self, request: Request) -> HTTPResponse:
        """Change one thing from a form on the home page: `era`, `access`, `stale`, or `reset`."""
        asked = {name: values[0] for name, values in (request.form or {}).items()}
        if "reset" in asked:
            self._console.reset()
            return redirect("/", status=303)
        try:
            self._apply(decode_change(encode(asked)))
        except ValueError as error:
            return json_answer({"error": str(error)}, status=400)
        return redirect("/", status=303)

    def _apply(self, change: Change) -> None:
        self._console.change(change)
        log.info("control changed", era=self._console.control.era, access=self._console.control.access)
