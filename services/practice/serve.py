"""Serving the console: its socket, its signals, its end."""

import asyncio
import errno
import os
import signal
import socket
from typing import Any

import structlog
from sanic import Sanic

from services.practice.app import make_app
from services.practice.console import Console
from services.practice.settings import PracticeSettings
from shared.clock import SystemClock
from shared.errors import PermanentError

__all__ = ["bind", "serve"]

GRACE = 0.3
"""Seconds that answers under way have left when the console is told to stop."""

log = structlog.get_logger(__name__)


def serve(settings: PracticeSettings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises PermanentError when the address cannot be had."""
    listener = bind(settings.host, settings.port)
    console = Console(seed=settings.seed, era=settings.era, clock=SystemClock())
    asyncio.run(_serve(make_app(console), listener))


async def _serve(app: Sanic[Any, Any], listener: socket.socket) -> None:
    """Run the server by its own steps: `Sanic.run` loses a signal that arrives while it starts."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    server: Any = await app.create_server(sock=listener, asyncio_server_kwargs={"start_serving": False})
    if server is None:
        raise PermanentError("Sanic made no server of the console's socket")
    await server.startup()
    await server.before_start()
    await server.after_start()
    await server.start_serving()
    _tell(listener)
    await told.wait()
    await server.before_stop()
    await _close(server)
    await server.after_stop()
    log.info("practice console stopped")


def _tell(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - shown, not bound
    log.info("practice console serves", url=url, usage_page=f"{url}/settings/usage", port=port)


async def _close(server: Any) -> None:  # noqa: ANN401 - Sanic's server has no types
    """Take no more connections, let answers under way finish for a moment, then cut what is left."""
    closed = server.close()
    for connection in set(server.connections):
        connection.close_if_idle()
    await asyncio.sleep(GRACE if server.connections else 0)
    for connection in set(server.connections):
        connection.abort()
    await closed


def bind(host: str, port: int) -> socket.socket:
    """Take the address; raises PermanentError, a sentence with the cure, when that cannot be."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PermanentError(f"PRACTICE_HOST {host!r} is no address of this machine: {error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            cure = "stop what uses it, or set PRACTICE_PORT to another port (0 takes any free one)"
            raise PermanentError(f"port {port} on {host} is taken: {cure}") from error
        raise PermanentError(
            f"cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}; "
            "set PRACTICE_HOST and PRACTICE_PORT"
        ) from error
    return listener
