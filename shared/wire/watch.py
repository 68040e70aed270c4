"""All connections of a server: looked at four times a second, and no more of them than there may be."""

import asyncio
from collections import Counter
from collections.abc import Collection
from typing import Protocol

import structlog

from shared.wire.limits import WireLimits

__all__ = ["Watch", "Watched"]

_EVERY_SECONDS = 0.25
_TELL_EVERY_SECONDS = 60

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Watched(Protocol):
    """A connection as it is looked at."""

    @property
    def idle_since(self) -> float | None:
        """Since when no request is under way; None when one is."""

    def look(self, now: float) -> None:
        """End what took its whole time."""

    def close(self) -> None:
        """Close the connection."""

    def abort(self) -> None:
        """Cut the connection."""


class Watch:
    """The watch over one server's connections."""

    def __init__(self, limits: WireLimits) -> None:
        """Take what a connection may use."""
        self.limits = limits
        self.connections: Collection[Watched] = ()
        self.stopping = False
        """Whether the server takes no more connections: each of these ends with its next answer."""
        self.ended: Counter[str] = Counter()
        """Connections that were ended for their client's time, or for want of room, by reason."""
        self._told_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, connections: Collection[Watched]) -> None:
        """Look at these connections, and at those that will be among them, until `end`."""
        self.connections = connections
        self._look()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in tuple(self.connections):
            connection.look(now)
        self._timer = loop.call_later(_EVERY_SECONDS, self._look)

    def end(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def admits(self, newest: Watched) -> bool:
        """Tell whether a connection that was just made is served; the one idle longest makes room for it."""
        if len(self.connections) <= self.limits.connections:
            return True
        idle = [
            (since, number, connection)
            for number, connection in enumerate(self.connections)
            if connection is not newest and (since := connection.idle_since) is not None
        ]
        if idle:
            self.ended["room"] += 1
            min(idle)[2].close()
            return True
        return self._turn_away()

    def _turn_away(self) -> bool:
        self.ended["turned_away"] += 1
        now = asyncio.get_running_loop().time()
        if now - self._told_at > _TELL_EVERY_SECONDS:
            self._told_at = now
            _log.warning(
                "no room for more connections",
                limit=self.limits.connections,
                turned_away=self.ended["turned_away"],
            )
        return False
