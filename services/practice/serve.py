"""Serving the console: its socket, its settings, its end."""

import errno
import os
import socket

import structlog
from sanic import Sanic

from services.practice.app import make_app
from services.practice.console import Console
from services.practice.settings import PracticeSettings
from shared.clock import SystemClock
from shared.errors import PermanentError

__all__ = ["bind", "serve"]

log = structlog.get_logger(__name__)


def serve(settings: PracticeSettings) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises PermanentError when the address cannot be had."""
    listener = bind(settings.host, settings.port)
    console = Console(seed=settings.seed, era=settings.era, clock=SystemClock())
    host, port = listener.getsockname()[:2]
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - shown, not bound
    log.info("practice console serves", url=url, usage_page=f"{url}/settings/usage", port=port)
    Sanic.start_method = "fork"
    make_app(console).run(sock=listener, single_process=True, motd=False, access_log=False)


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
        reason = os.strerror(error.errno or 0)
        raise PermanentError(
            f"cannot listen on {host} port {port}: {reason}; set PRACTICE_HOST and PRACTICE_PORT"
        ) from error
    return listener
