"""Keeping the store's derived files right while the receiver serves: others read them from the disk."""

import asyncio
import contextlib
from types import SimpleNamespace

import structlog
from sanic import Sanic
from sanic.config import Config

from services.receiver.context import Context
from shared.errors import MarigraphError

__all__ = ["begin_tending", "end_tending"]

_EVERY_SECONDS = 0.5
"""How soon a file that was lost or changed by hand is there again; each look costs two `stat` calls."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

App = Sanic[Config, SimpleNamespace]


async def begin_tending(app: App) -> None:
    """Look after the store's files from now on."""
    app.ctx.tending = asyncio.create_task(_tend(app.ctx.receiver))


async def end_tending(app: App) -> None:
    """Stop looking after them; what is under way in the store finishes with it."""
    task: asyncio.Task[None] = app.ctx.tending
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _tend(context: Context) -> None:
    failing = False
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        try:
            for mended in await context.store.tend():
                _log.warning("store mended", what=mended)
            context.metrics.damage.set(context.store.damage_seen())
            failing = False
        except Exception as error:  # noqa: BLE001 - a fault of our own must not end this for good
            if not failing:  # told when it begins, not twice a second
                known = isinstance(error, MarigraphError)
                _log.error("derived files cannot be kept up to date", error=str(error), exc_info=not known)
            failing = True
