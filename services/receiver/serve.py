"""The receiver from its settings to its end."""

import asyncio
import os
import sys
from functools import partial

import structlog

from services.receiver.admission.guard import Guard, Limits
from services.receiver.app import build_app
from services.receiver.context import Context
from services.receiver.keyfile.gathering import gather
from services.receiver.operating.metrics import ReceiverMetrics
from services.receiver.operating.requestlog import RequestLog
from services.receiver.settings import PREFIXES, ReceiverSettings
from shared import logs, serving
from shared.clock import SystemClock
from shared.errors import MarigraphError, TemporaryError
from shared.inherited import inherited_socket
from shared.startup import bad_settings_end_it, begin
from shared.store import Store, open_store
from shared.supervised import Supervisor, supervised
from shared.wire.limits import WireLimits

__all__ = ["serve"]

STOP_SECONDS = 5.0
"""For answers under way when the receiver is told to stop."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def serve() -> int:
    """Serve until SIGTERM or SIGINT; return 0, or 1 when it cannot. Bad settings end the process with 2."""
    supervisor = Supervisor(os.environ)
    settings = begin("receiver", ReceiverSettings, PREFIXES)
    with bad_settings_end_it("receiver"):
        watch = gather(settings.api_key, settings.keys_file, SystemClock())
        certificate = settings.certificate
    try:
        listener = inherited_socket(os.environ) or serving.listen(
            settings.host, settings.port, settings="RECEIVER", reuse_port=settings.reuse_port
        )
    except MarigraphError as error:
        sys.stderr.write(f"receiver: {error}.\n")
        return 1
    try:
        store = open_store(settings.store_url)
        asyncio.run(_ready(store))
    except MarigraphError as error:
        sys.stderr.write(f"receiver: {error}. Correct STORE_URL ({settings.store_url}) or its rights.\n")
        return 1
    context = Context(
        store=store,
        keys=watch.keys,
        clock=SystemClock(),
        metrics=ReceiverMetrics(),
        options=settings.options,
        requests=RequestLog(settings.log_format, timed=not logs.into_journal()),
        guard=Guard(
            Limits(
                failures=settings.failures_per_minute,
                requests=settings.requests_per_minute,
                proxies=settings.proxies,
            )
        ),
    )
    app = build_app(context)
    with watch.following(context.metrics):
        serving.run(
            app,
            listener,
            grace=STOP_SECONDS,
            limits=WireLimits(connections=settings.connections),
            certificate=certificate,
            while_served=partial(supervised, supervisor, app.ctx.watch.words),
            tell=lambda address: _log.info(
                "receiver serves", address=address, store=settings.store_url, keys=len(watch.keys)
            ),
        )
    _log.info("receiver stopped")
    return 0


async def _ready(store: Store) -> None:
    """See that the store can be written, and mend what a crash or a restored backup left behind.

    What is stored already is served all the same when nothing can be written just now; raises the store's
    error when nothing is stored yet.
    """
    try:
        await store.probe()
        for mended in await store.rebuild():
            _log.warning("store mended", what=mended)
    except TemporaryError as error:
        if not await store.accounts():
            raise
        _log.error("serving what is stored; nothing can be stored until the disk takes it", error=str(error))
