"""The Sanic application: the console's routes put together."""

from typing import Any

from sanic import Sanic

from services.practice.console import Console
from services.practice.web.control import ControlRoutes
from services.practice.web.home import HomeRoutes
from services.practice.web.login import LoginRoutes
from services.practice.web.usage import UsageRoutes

__all__ = ["make_app"]


def make_app(console: Console) -> Sanic[Any, Any]:
    """Make the application that serves a console."""
    app: Sanic[Any, Any] = Sanic("practice", env_prefix="PRACTICE_SANIC_", configure_logging=False)
    app.config.ACCESS_LOG = False
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.MOTD = False
    app.config.REQUEST_MAX_SIZE = 65_536
    for routes in (HomeRoutes, UsageRoutes, LoginRoutes, ControlRoutes):
        routes(console).add_to(app)
    return app
