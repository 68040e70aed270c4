"""Telling systemd how a service stands (sd_notify): that it is ready, stops, lives, and a line of words.

Nothing is told, and nothing costs, when no one asked for it (NOTIFY_SOCKET is not set).
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence

import structlog

__all__ = ["Supervisor", "supervised"]

_STATUS_SECONDS = 10.0
"""How often the line of words is looked at; it is told when it has changed."""

_PATIENCE_SECONDS = 1.0
"""How long a supervisor that takes nothing may hold up a service."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Supervisor:
    """The one who started this process and wants to know how it stands, if there is one."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        """Take the address and the watchdog's time out of `environ`, so that no child speaks in our name."""
        address, timeout, pid = (
            environ.pop(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
        )
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        watched = timeout.isdecimal() and pid in {"", str(os.getpid())}
        self.watchdog_seconds = int(timeout) / 1_000_000 if watched else 0.0
        """Silent for longer, the service is taken to be hung; 0: nobody watches."""

    @property
    def listens(self) -> bool:
        """Whether anybody wants to be told."""
        return bool(self._address)

    def tell(self, *states: str) -> None:
        """Send states, `NAME=value` each; what cannot be told is logged and changes nothing else."""
        if not self.listens:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
                speaking.settimeout(_PATIENCE_SECONDS)
                speaking.sendto("\n".join(states).encode(), self._address)
        except OSError as error:
            _log.warning("the supervisor could not be told", what=states[0], reason=str(error))


@contextlib.asynccontextmanager
async def supervised(
    supervisor: Supervisor, words: Callable[[], str], unwell: Callable[[], str] = str
) -> AsyncIterator[None]:
    """Be ready from the block's beginning to its end; `words` says how the service stands, in one line.

    `unwell` says why it does not do its work, "" while it does: X_UNWELL, for a container's health check;
    systemd passes it by.

    The signs of life come from this event loop: while it turns, and at no other time.
    """
    if not supervisor.listens:
        yield
        return
    told = _standing(words, unwell)
    supervisor.tell("READY=1", *_new(told, ("", "X_UNWELL=")))
    living = asyncio.create_task(_live(supervisor, words, unwell, told))
    try:
        yield
    finally:
        living.cancel()
        supervisor.tell("STOPPING=1", "STATUS=stopping")


async def _live(
    supervisor: Supervisor, words: Callable[[], str], unwell: Callable[[], str], told: Sequence[str]
) -> None:
    # Three signs of life in the time of one: one that comes late ends nothing.
    every = min(supervisor.watchdog_seconds / 3 or _STATUS_SECONDS, _STATUS_SECONDS)
    while True:
        standing = _standing(words, unwell)
        states = ["WATCHDOG=1"] if supervisor.watchdog_seconds else []
        if states := states + _new(standing, told):
            supervisor.tell(*states)
        told = standing
        await asyncio.sleep(every)


def _standing(words: Callable[[], str], unwell: Callable[[], str]) -> Sequence[str]:
    return f"STATUS={_line(words)}", f"X_UNWELL={_line(unwell)}"


def _new(standing: Sequence[str], told: Sequence[str]) -> list[str]:
    return [now for now, before in zip(standing, told, strict=True) if now != before]


def _line(words: Callable[[], str]) -> str:
    try:
        return " ".join(words().split())
    except Exception as error:  # noqa: BLE001 - a fault in what is told must not end the signs of life
        _log.warning("the supervisor cannot be told how it stands", exc_info=error)
        return ""
