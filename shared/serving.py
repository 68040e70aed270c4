"""A Sanic application on a socket of its own: bound before anything else, served, and stopped in order.

`Sanic.run` loses a SIGTERM that arrives while it starts (6 of 20 trials went on running), so the server's own
steps are taken here, with the signals' handlers set first.
"""

import asyncio
import contextlib
import errno
import logging
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import msgspec
import uvloop
from sanic import Sanic
from sanic.application.state import ApplicationServerInfo
from sanic.http.constants import HTTP

from shared.errors import PermanentError
from shared.wire.connection import Connection
from shared.wire.limits import CLOSING_SECONDS, RECEIVE_BUFFER, SEND_BUFFER, WireLimits
from shared.wire.tls import Certificate
from shared.wire.watch import Watch

__all__ = ["listen", "run", "served"]

_LOOK_SECONDS = 0.05
_LAST_REQUEST_SECONDS = 0.5
"""How long a connection that is idle is kept when the server stops: a request may be on its way."""
_BACKLOG = 1024
_OTHER_FILES = 256
"""Open files beside connections: the store's, those of connections just turned away, the process's own."""


def listen(host: str, port: int, *, settings: str, reuse_port: bool = False) -> socket.socket:
    """Take the address; `settings` is how the names of the settings begin that could be changed.

    Connections that come before it is served wait. Not so where the port is shared: as soon as a process
    listens there it is given its part of the connections, so one that is not ready leaves them to the others.
    Raises PermanentError, a sentence with the cure, when the address cannot be had.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PermanentError(f"{settings}_HOST {host!r} is no address of this machine: {error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        if not reuse_port:
            listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            cure = f"stop what uses it, or set {settings}_PORT to another port (0 takes any free one)"
            raise PermanentError(f"port {port} on {host} is taken: {cure}") from error
        raise PermanentError(
            f"cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}; "
            f"set {settings}_HOST and {settings}_PORT"
        ) from error
    return listener


def run(
    app: Sanic[Any, Any],
    listener: socket.socket,
    *,
    grace: float,
    tell: Callable[[str], None],
    limits: WireLimits | None = None,
    certificate: Certificate | None = None,
    while_served: Callable[[], AbstractAsyncContextManager[None]] = contextlib.nullcontext,
) -> None:
    """Serve until SIGTERM or SIGINT; `tell` gets the address once it is served.

    Answers under way have `grace` seconds to finish. With a certificate TLS is spoken, and nothing else.
    The context of `while_served` is entered once all is served, and left before any of it stops.
    """
    # Sanic's notes on its own start and end say less than ours; its warnings stay.
    logging.getLogger("sanic").setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        affordable = _affordable(limits or WireLimits())
        serving = served(app, listener, limits=affordable, grace=grace, certificate=certificate)
        address = _address(listener, "https" if certificate else "http")
        runner.run(_until_told(serving, while_served, partial(tell, address)))


def _affordable(limits: WireLimits) -> WireLimits:
    """Ask for as many open files as the connections and the store need, or take fewer connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + _OTHER_FILES
    if soft < wanted:
        soft = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return msgspec.structs.replace(limits, connections=max(1, min(limits.connections, soft - _OTHER_FILES)))


async def _until_told(
    serving: AbstractAsyncContextManager[Watch],
    while_served: Callable[[], AbstractAsyncContextManager[None]],
    tell: Callable[[], None],
) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with serving, while_served():
        tell()
        await told.wait()


@contextlib.asynccontextmanager
async def served(
    app: Sanic[Any, Any],
    listener: socket.socket,
    *,
    limits: WireLimits,
    grace: float,
    certificate: Certificate | None = None,
) -> AsyncIterator[Watch]:
    """Serve on a socket that is bound, ours or inherited, until the block ends."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    watch = app.ctx.wire = Watch(limits)
    # Told that it speaks one protocol, Sanic leaves out a header alt-svc that would be empty in every answer.
    app.state.server_info.append(ApplicationServerInfo(settings={"version": HTTP.VERSION_1}))
    server: Any = await app.create_server(
        sock=listener,
        protocol=Connection,
        backlog=_BACKLOG,
        ssl=certificate.context if certificate else None,
        asyncio_server_kwargs={"start_serving": False, **(_tls_times(limits) if certificate else {})},
    )
    if server is None:
        raise PermanentError("Sanic made no server of the socket")
    await server.startup()
    await server.before_start()
    await server.after_start()
    await server.start_serving()
    watch.begin(server.connections)
    following = asyncio.create_task(certificate.follow()) if certificate else None
    try:
        yield watch
    finally:
        if following is not None:
            following.cancel()
        await server.before_stop()
        watch.stopping = True
        await _close(server, grace)
        watch.end()
        await server.after_stop()


def _tls_times(limits: WireLimits) -> dict[str, float]:
    return {"ssl_handshake_timeout": limits.head_seconds, "ssl_shutdown_timeout": CLOSING_SECONDS}


def _address(listener: socket.socket, scheme: str) -> str:
    name = listener.getsockname()
    if isinstance(name, bytes):  # a socket whose name is in no file system
        return f"{scheme}+unix:{name.decode(errors='replace').replace(chr(0), '@')}"
    if isinstance(name, str):
        return f"{scheme}+unix:{name}"
    host, port = name[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - shown, not bound
        host = "127.0.0.1"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


async def _close(server: Any, grace: float) -> None:  # noqa: ANN401 - Sanic's server has no types
    """Take no more connections, let requests on their way and under way be answered for a while, then cut.

    What is answered from now on ends its connection, and says so: a client that learns of it only by a
    request that fails may not know whether that was stored.
    """
    closed, time = server.close(), asyncio.get_running_loop().time
    begun = time()
    while server.connections and (waited := time() - begun) < grace:
        for connection in set(server.connections) if waited >= _LAST_REQUEST_SECONDS else ():
            connection.close_if_idle()
        await asyncio.sleep(_LOOK_SECONDS)
    for connection in set(server.connections):
        connection.abort()
    await closed
