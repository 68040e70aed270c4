"""One look at a service: whether it answers, and whether its processes can run.

Only whether it lives is asked, never whether it could store (/readyz): a full disk must not become a chain of
restarts.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping

from marigraph_host import engine
from marigraph_host.listening import listens
from marigraph_host.processes import stopped
from marigraph_host.services import Service
from marigraph_host.settings import port_of
from marigraph_host.watching import Seen

__all__ = ["answer", "look"]

_SECONDS = 1.2
_OK = 200
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not bound


def look(service: Service, container: str, settings: Mapping[str, str]) -> Seen:
    """Look at a service's container, and ask the service if it answers questions."""
    try:
        found = engine.inspect(container, seconds=_SECONDS)
    except engine.UnreachableError:
        found = None
    else:
        if found is None or not found.running:
            return Seen(None)  # it is just being started or has just ended, which is seen elsewhere
        if found.paused:
            return Seen(well=False, why="its container is paused", certain=True)
        if stopped(found.pid):
            return Seen(well=False, why="its process is stopped (SIGSTOP)", certain=True)
        if service.http and listens(found, port_of(settings)) is False:
            # Another may answer on the same port, as the bridge of a switch does.
            return Seen(well=False, why="it does not listen on its port yet")
    if not service.http:
        return Seen(None if found is None else True)
    try:
        status, _ = answer(settings, "/livez", seconds=_SECONDS)
    except (OSError, http.client.HTTPException) as error:
        return Seen(well=False, why=f"/livez: {error!r}")
    return Seen(well=status == _OK, why=f"/livez answers {status}")


def answer(
    settings: Mapping[str, str],
    path: str,
    *,
    port: int = 0,
    key: str = "",
    body: bytes | None = None,
    seconds: float = 5.0,
) -> tuple[int, bytes]:
    """Ask the receiver, on its own port or another; raises OSError or HTTPException when nothing answers."""
    host = settings.get("RECEIVER_HOST", "127.0.0.1")
    address = (_EVERYWHERE.get(host, host), port or port_of(settings))
    if settings.get("RECEIVER_TLS_CERT"):
        # To itself on this host; the certificate is made out to another name.
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            *address,
            timeout=seconds,
            context=ssl._create_unverified_context(),  # noqa: S323, SLF001 - as said above
        )
    else:
        connection = http.client.HTTPConnection(*address, timeout=seconds)
    try:
        headers = {"Connection": "close", **({"X-API-Key": key} if key else {})}
        connection.request("GET" if body is None else "POST", path, body, headers)
        answered = connection.getresponse()
        return answered.status, answered.read()
    finally:
        connection.close()
