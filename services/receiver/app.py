"""The receiver as a Sanic application: its routes, a clean stop."""

import re
from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace

from sanic import Blueprint, Sanic
from sanic.config import Config

from services.receiver.answering import Answering
from services.receiver.api import docs, explained, health, login, page, usage, v1, widget
from services.receiver.context import Context
from services.receiver.live.hub import Hub
from services.receiver.live.requests import ScrapeRequests
from services.receiver.minding.readiness import Readiness
from services.receiver.minding.tending import begin_tending, end_tending
from services.receiver.minding.watching import Watch, standing
from shared.wire.limits import UNREAD_BYTES

__all__ = ["BLUEPRINTS", "App", "build_app"]

App = Sanic[Config, SimpleNamespace]


BLUEPRINTS = (
    usage.BLUEPRINT,
    health.BLUEPRINT,
    login.BLUEPRINT,
    page.BLUEPRINT,
    widget.BLUEPRINT,
    docs.BLUEPRINT,
    explained.BLUEPRINT,
    *v1.BLUEPRINTS,
)


def build_app(
    context: Context, *, name: str = "marigraph", blueprints: Sequence[Blueprint] = BLUEPRINTS
) -> App:
    """Put a receiver together; `name` must be unique among the applications of a process."""
    app = Sanic(name, env_prefix="MARIGRAPH_SANIC_", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.ACCESS_LOG = False  # nobody reads it at our level, but Sanic would write each line first
    app.config.REQUEST_MAX_SIZE = UNREAD_BYTES  # of a body that Sanic reads: before the key is looked at
    app.ctx.receiver = context
    app.ctx.hub = Hub(
        context.store, most=context.options.event_listeners, standing=partial(standing, context)
    )
    hub: Hub = app.ctx.hub
    hub.on_drop = context.metrics.dropped_listeners.inc
    hub.on_news = context.came.add
    context.metrics.event_listeners.set_function(lambda: hub.listeners)
    app.ctx.readiness = Readiness(context)
    app.ctx.watch = Watch(context, app.ctx.hub)
    app.ctx.scrape_requests = ScrapeRequests(context.store, context.clock)
    for blueprint in blueprints:
        app.blueprint(blueprint)
    answering = Answering(context)
    for route in app.router.routes:
        route.handler = answering.around(_named(route.path), route.handler)
    app.error_handler.add(Exception, answering.failed)
    app.after_server_start(_count_connections)
    app.after_server_start(begin_tending)
    app.after_server_start(_begin)
    app.before_server_stop(_stopping)
    app.before_server_stop(end_tending)
    app.after_server_stop(_close)
    return app


def _named(path: str) -> str:
    """Return a route's name in metrics: `/api/v1/accounts/{account}/snapshots`."""
    return "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", path)


async def _begin(app: App) -> None:
    app.ctx.watch.begin()


async def _count_connections(app: App) -> None:
    app.ctx.receiver.metrics.connections.watch = app.ctx.wire


async def _stopping(app: App) -> None:
    app.ctx.receiver.stopping = True
    app.ctx.hub.close()
    app.ctx.scrape_requests.wake()
    await app.ctx.watch.end()
    await app.ctx.receiver.days.close()
    await app.ctx.receiver.records.close()


async def _close(app: App) -> None:
    await app.ctx.receiver.store.close()
