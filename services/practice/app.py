"""The Sanic application: the console's routes put together."""

from typing import Any

from sanic import Sanic

from services.practice.console import Console
from services.practice.web.control import ControlRoutes
from services.practice.web.home import HomeRoutes
from services.practice.web.login import LoginRoutes
from services.practice.web.usage import UsageRoutes

__all__ = ["make_app"]

LONGEST_ANSWER = 180
"""Seconds; beyond the longest delay that the control can ask for."""


def make_app(console: Console) -> Sanic[Any, Any]:
    """Make the application that serves a console."""
    app: Sanic[Any, Any] = Sanic("practice", env_prefix="PRACTICE_SANIC_", configure_logging=False)
    app.config.ACCESS_LOG = False
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.MOTD = False
    app.config.REQUEST_MAX_SIZE = 65_536
    app.config.RESPONSE_TIMEOUT = LONGEST_ANSWER
    for routes in (HomeRoutes, UsageRoutes, LoginRoutes, ControlRoutes):
        routes(console).add_to(app)
    return app
