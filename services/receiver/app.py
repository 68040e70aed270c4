"""The receiver as a Sanic application: its routes, a clean stop."""

from types import SimpleNamespace

from sanic import Sanic
from sanic.config import Config

from services.receiver.answering import Answering
from services.receiver.api import health, page, usage
from services.receiver.context import Context
from services.receiver.tending import begin_tending, end_tending

__all__ = ["build_app"]

App = Sanic[Config, SimpleNamespace]


def build_app(context: Context, *, name: str = "marigraph") -> App:
    """Put a receiver together; `name` must be unique among the applications of a process."""
    app = Sanic(name, env_prefix="MARIGRAPH_SANIC_", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.ACCESS_LOG = False  # nobody reads it at our level, but Sanic would write each line first
    app.config.REQUEST_MAX_SIZE = 64 * 1024
    app.config.RESPONSE_TIMEOUT = 30
    app.config.REQUEST_TIMEOUT = 10
    app.ctx.receiver = context
    for blueprint in (usage.BLUEPRINT, health.BLUEPRINT, page.BLUEPRINT):
        app.blueprint(blueprint)
    answering = Answering(context)
    for route in app.router.routes:
        route.handler = answering.around(f"/{route.path}", route.handler)
    app.error_handler.add(Exception, answering.failed)
    app.after_server_start(begin_tending)
    app.before_server_stop(_stopping)
    app.before_server_stop(end_tending)
    app.after_server_stop(_close)
    return app


async def _stopping(app: App) -> None:
    app.ctx.receiver.stopping = True


async def _close(app: App) -> None:
    await app.ctx.receiver.store.close()
